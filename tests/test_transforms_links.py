"""Where links lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.bundle import Answer, Attachment, Page, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import (
    Anchor,
    AttachmentRef,
    Block,
    Card,
    Destination,
    Document,
    Figure,
    File,
    Files,
    Image,
    InlineFile,
    InlineImage,
    Inlines,
    Link,
    LinkTarget,
    Mark,
    Mention,
    PageRef,
    Paragraph,
    Shortcut,
    SpaceRef,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.needs import Need, PageNeed, UserNeed
from confluence_xpress.transforms.headings import outline_headings
from confluence_xpress.transforms.index import Index
from confluence_xpress.transforms.links import Linked, resolve_links
from confluence_xpress.transforms.pipeline import prepare
from confluence_xpress.transforms.rules import kinds_in
from tests.sites import BASE, SPACE, codes, head, link, page, para, site, text

ONE = page("1", "Home", attachments=(Attachment("Plan ü.pdf", "application/pdf", "f-1", 1234),))
TWO = page("2", "Second Page", parent="1", url=f"{BASE}/spaces/DOC/pages/2/Second+Page")
BLOG = page("3", "News", kind="blogpost", created="2024-01-31T10:00:00Z")
OUT = page("90", "Outside", url=f"{BASE}/spaces/DOC/pages/90/Outside")
BARE = page("91", "Bare", space="OPS")
SECOND: tuple[Block, ...] = (head(1, "Set up"), para(Anchor("spot"), "x"))
ANSWERS: dict[Need, Answer] = {
    PageNeed(title="Outside", space="DOC"): OUT,
    PageNeed(id="90"): OUT,
    PageNeed(title="Bare", space="OPS"): BARE,
    PageNeed(title="Gone", space="DOC"): Unavailable("no such page"),
    PageNeed(id="99"): Unavailable("forbidden"),
    UserNeed(account_id="u1"): User("Someone"),
}


def index(where: Site) -> Index:
    names = {"1": (head(1, "Own part"),), "2": SECOND}
    return Index(
        where,
        {key: outline_headings(Document(blocks), ONE if key == "1" else TWO).names for key, blocks in names.items()},
    )


def resolved_in(document: Document, where: Site, known: Index, included: frozenset[str] = frozenset()) -> Linked:
    return resolve_links(document, where.bundle.pages[0], known, included, kinds_in(document))


def run(*blocks: Block, spaces: tuple[Space, ...] = (SPACE,), included: frozenset[str] = frozenset()) -> Linked:
    where = site([ONE, TWO, BLOG], {}, ANSWERS, spaces)
    return resolved_in(Document(blocks), where, index(where), included)


def resolved(node: Link, spaces: tuple[Space, ...] = (SPACE,)) -> tuple[Inlines, tuple[Diagnostic, ...]]:
    linked = run(Paragraph((node,)), spaces=spaces)
    (block,) = linked.document.content
    assert isinstance(block, Paragraph)
    return block.content, linked.diagnostics


@pytest.mark.parametrize(
    ("target", "anchor", "label"),
    [
        (PageRef(title="Second Page"), "", "p2"),
        (PageRef(title="second page", space="DOC"), "", "p2"),
        (PageRef(id="2"), "Set up", "p2-h1"),
        (PageRef(id="2"), "Set-up", "p2-h1"),
        (PageRef(id="2"), "SecondPage-Setup", "p2-h1"),
        (PageRef(id="2"), "spot", "p2-a1"),
        (PageRef(), "Own-part", "p1-h1"),
        (PageRef(), "", "p1"),
        (PageRef(title="News", day="2024-01-31"), "", "p3"),
        (SpaceRef("DOC"), "", "p1"),
        (Url("#Own-part"), "", "p1-h1"),
        (Url("#"), "", "p1"),
        (Url(""), "", "p1"),
        (Url(f"{BASE}/spaces/DOC/pages/2/Second+Page"), "", "p2"),
        (Url(f"{BASE}/spaces/DOC/pages/2/Second+Page#Set-up"), "", "p2-h1"),
        (Url(f"{BASE}/pages/viewpage.action?pageId=2#spot"), "", "p2-a1"),
        (Url("/pages/viewpage.action?pageId=2"), "", "p2"),
        (Url("viewpage.action?pageId=2"), "", "p2"),
        (Url("/wiki/spaces/DOC/pages/2"), "", "p2"),
        (Url("/spaces/DOC/pages/2/Whatever?focusedCommentId=3"), "", "p2"),
        (Url(f"{BASE}/display/DOC/Second+Page"), "", "p2"),
        (Url("/display/DOC/2024/01/31/News"), "", "p3"),
        (Url(f"{BASE}/spaces/DOC/overview"), "", "p1"),
        (Url(f"{BASE}/x/Ag"), "", "p2"),
        (Url("  HTTPS://EXAMPLE.atlassian.net:443/wiki/spaces/DOC/pages/2 "), "", "p2"),
    ],
)
def test_links_into_the_book(target: LinkTarget, anchor: str, label: str) -> None:
    content, diagnostics = resolved(link(target, "go", anchor))
    assert content == (Link(Destination(label), text("go")),)
    assert diagnostics == ()


@pytest.mark.parametrize(
    ("target", "anchor", "href"),
    [
        (PageRef(title="Outside"), "", OUT.url),
        (PageRef(id="90"), "A part", f"{OUT.url}#A-part"),
        (PageRef(title="Bare", space="OPS"), "", f"{BASE}/spaces/OPS/pages/91"),
        (SpaceRef("OPS"), "", f"{BASE}/spaces/OPS/overview"),
        (AttachmentRef("Plan ü.pdf"), "", f"{BASE}/download/attachments/1/Plan%20%C3%BC.pdf"),
        (AttachmentRef("Plan u\u0308.pdf"), "", f"{BASE}/download/attachments/1/Plan%20%C3%BC.pdf"),
        (AttachmentRef(file_id="f-1"), "", f"{BASE}/download/attachments/1/Plan%20%C3%BC.pdf"),
        (AttachmentRef("a.txt", page=PageRef(id="90")), "", f"{BASE}/download/attachments/90/a.txt"),
        (Url("https://example.org/x"), "", "https://example.org/x"),
        (Url("/browse/ABC-1"), "", "https://example.atlassian.net/browse/ABC-1"),
        (Url("https://other.atlassian.net/wiki/spaces/DOC/pages/2"), "", "https://other.atlassian.net/wiki/spaces/DOC/pages/2"),
        (Url("mailto:a@example.org"), "", "mailto:a@example.org"),
    ],
)  # fmt: skip
def test_links_out_of_the_book(target: LinkTarget, anchor: str, href: str) -> None:
    content, diagnostics = resolved(link(target, "go", anchor))
    assert content == (Link(Url(href), text("go")),)
    assert diagnostics == ()


def test_data_center_addresses() -> None:
    spaces = (Space("DOC", base_url="https://wiki.example.org/confluence/"),)
    where = site([page("1")], {}, {PageNeed(id="90"): page("90", "Out")}, spaces)
    links = (link(PageRef(id="90"), "a"), link(SpaceRef("X"), "b"), link(Url("/confluence/x/AQ"), "c"))
    linked = resolved_in(Document((para(*links),)), where, Index(where, {}))
    assert linked.document.content == (
        para(
            link(Url("https://wiki.example.org/confluence/pages/viewpage.action?pageId=90"), "a"),
            link(Url("https://wiki.example.org/confluence/display/X"), "b"),
            link(Destination("p1"), "c"),
        ),
    )


def test_a_missing_page_keeps_text_and_probable_address() -> None:
    content, (lost,) = resolved(link(PageRef(title="Gone"), "old", "x y"))
    assert content == (Link(Url(f"{BASE}/display/DOC/Gone#x-y"), text("old")),)
    assert (lost.code, lost.lost) == ("link-page-missing", True)
    content, diagnostics = resolved(link(PageRef(id="99"), "old"))
    assert content == (Link(Url(f"{BASE}/pages/viewpage.action?pageId=99"), text("old")),)
    assert codes(diagnostics) == ["link-page-missing"]
    # Without a space's base URL, the address of any page tells it.
    content, _ = resolved(link(PageRef(title="Gone"), "old"), spaces=())
    assert content == (Link(Url(f"{BASE}/display/DOC/Gone"), text("old")),)


def test_without_a_site_the_text_is_kept() -> None:
    answers: dict[Need, Answer] = {
        PageNeed(title="Gone", space="DOC"): Unavailable("no"),
        PageNeed(id="9"): page("9", "N"),
    }
    where = site([page("1")], {}, answers, ())
    targets: list[LinkTarget] = [
        PageRef(title="Gone"),
        PageRef(id="9"),
        AttachmentRef("a.txt"),
        SpaceRef("OPS"),
        Url("/x/y"),
        Shortcut("JIRA", "A-1"),
    ]
    document = Document((para(*(link(target, "w ") for target in targets)),))
    linked = resolved_in(document, where, Index(where, {}))
    assert linked.document.content == (para(*(Text("w ") for _ in targets)),)
    assert codes(linked.diagnostics) == ["link-page-missing", *["link-unresolved"] * 5]


def test_unknown_hosts_count_only_if_page_and_space_fit() -> None:
    where = site([page("123", "P")], {}, {}, ())
    fits = Url("https://x.example/wiki/spaces/DOC/pages/123")
    other = Url("https://x.example/wiki/spaces/ELSE/pages/123")
    document = Document((para(link(fits, "a"), link(other, "b")),))
    linked = resolved_in(document, where, Index(where, {}))
    assert linked.document.content == (para(link(Destination("p123"), "a"), link(other, "b")),)


def test_a_missing_anchor_leads_to_the_page() -> None:
    content, diagnostics = resolved(link(PageRef(id="2"), "go", "nowhere"))
    assert content == (Link(Destination("p2"), text("go")),)
    assert codes(diagnostics) == ["link-anchor-missing"]
    # The blog post was not read, it is in another part: its anchors are looked up when all parts are there.
    assert resolved(link(PageRef(id="3"), "go", "any")) == ((Link(Destination("p3", "any"), text("go")),), ())


def test_anchors_of_included_pages_are_on_the_including_page() -> None:
    blocks = para(link(PageRef(id="90"), "go", "Own part"))
    assert run(blocks, included=frozenset({"90"})).document.content == (para(link(Destination("p1-h1"), "go")),)
    assert run(blocks).document.content == (para(link(Url(f"{OUT.url}#Own-part"), "go")),)
    # A part of an exported page may link to its neighbours on the page that includes it.
    part = para(link(PageRef(id="2"), "go", "Own part"))
    assert run(part, included=frozenset({"2"})).document.content == (para(link(Destination("p1-h1"), "go")),)
    own = para(link(PageRef(id="2"), "go", "Set up"))
    assert run(own, included=frozenset({"2"})).document.content == (para(link(Destination("p2-h1"), "go")),)


@pytest.mark.parametrize("href", ["javascript:alert(1)", "java\tscript:x", "file:///etc/passwd", "data:text/html,x"])
def test_unsafe_links_keep_their_text(href: str) -> None:
    content, diagnostics = resolved(link(Url(href), "click"))
    assert content == text("click")
    assert codes(diagnostics) == ["link-unsafe"]


def test_links_without_text_show_their_target() -> None:
    def shown(target: LinkTarget, anchor: str = "") -> Inlines:
        (node,), _ = resolved(link(target, "", anchor))
        assert isinstance(node, Link)
        return node.content

    assert shown(PageRef(id="2")) == text("Second Page")
    assert shown(PageRef(id="90")) == text("Outside")
    assert shown(PageRef(title="Gone")) == text("Gone")
    assert shown(PageRef(), "Own part") == text("Own part")
    assert shown(AttachmentRef(file_id="f-1")) == text("Plan ü.pdf")
    assert shown(SpaceRef("DOC")) == text("Documentation")
    assert shown(Url("https://example.org")) == text("https://example.org")
    assert resolved(link(Shortcut("JIRA", "ABC-1")))[0] == text("JIRA@ABC-1")
    assert resolved(link(UserRef(account_id="u1")))[0] == (Mention(UserRef(account_id="u1"), "Someone"),)
    assert resolved(link(UserRef(account_id="u1"), "her"))[0] == text("her")


def test_smart_links_show_the_page_s_title() -> None:
    def smart(href: str) -> Inlines:
        return resolved(Link(Url(href), text(href), appearance="inline"))[0]

    assert smart(f"{BASE}/spaces/DOC/pages/2") == (Link(Destination("p2"), text("Second Page"), appearance="inline"),)
    assert smart(f"{BASE}/spaces/DOC/pages/90") == (
        Link(Url(f"{BASE}/spaces/DOC/pages/90"), text("Outside"), appearance="inline"),
    )
    assert smart(f"{BASE}/spaces/DOC/pages/99") == (
        Link(Url(f"{BASE}/spaces/DOC/pages/99"), text(f"{BASE}/spaces/DOC/pages/99"), appearance="inline"),
    )
    assert smart("https://example.org/a") == (
        Link(Url("https://example.org/a"), text("https://example.org/a"), appearance="inline"),
    )


def test_cards() -> None:
    linked = run(Card(Url(f"{BASE}/spaces/DOC/pages/2")), Card(Url("https://example.org")), Card(Url("javascript:x")))
    assert linked.document.content == (
        Card(Destination("p2"), content=text("Second Page")),
        Card(Url("https://example.org"), content=text("https://example.org")),
        para("javascript:x"),
    )


def test_links_do_not_nest() -> None:
    inner = link(PageRef(id="2"), "in")
    image = InlineImage(Image(Url("u"), link=PageRef(id="2")))
    outer = Link(Url("https://example.org"), (Text("a "), Mark("strong", (inner,)), image))
    assert resolved(outer)[0] == (
        Link(Url("https://example.org"), (Text("a "), Mark("strong", text("in")), InlineImage(Image(Url("u"))))),
    )
    # An outer link that leads nowhere doesn't take the inner one with it.
    assert resolved(Link(Url("javascript:x"), (inner,)))[0] == (link(Destination("p2"), "in"),)


def test_linked_images() -> None:
    images = [Image(Url("u"), link=PageRef(id="2"), link_anchor="Set up"), Image(Url("u"), link=Url("javascript:x"))]
    linked = run(*(Figure(image) for image in images))
    assert linked.document.content == (Figure(Image(Url("u"), link=Destination("p2-h1"))), Figure(Image(Url("u"))))
    assert codes(linked.diagnostics) == ["link-unsafe"]


def test_files_are_described() -> None:
    linked = run(
        Files(
            (
                File(AttachmentRef("Plan u\u0308.pdf")),
                File(AttachmentRef(file_id="f-1")),
                File(AttachmentRef("gone.doc")),
            )
        ),
        para(InlineFile(File(Url("https://example.org/d/a%20b.zip?x=1")))),
    )
    href = f"{BASE}/download/attachments/1/Plan%20%C3%BC.pdf"
    assert linked.document.content == (
        Files(
            (
                File(AttachmentRef("Plan u\u0308.pdf"), "Plan ü.pdf", "application/pdf", 1234, href),
                File(AttachmentRef(file_id="f-1"), "Plan ü.pdf", "application/pdf", 1234, href),
                File(AttachmentRef("gone.doc"), "gone.doc"),
            )
        ),
        para(
            InlineFile(
                File(Url("https://example.org/d/a%20b.zip?x=1"), "a b.zip", href="https://example.org/d/a%20b.zip?x=1")
            )
        ),
    )
    assert codes(linked.diagnostics) == ["attachment-missing"]


def test_what_is_lost_is_reported_once_for_a_target() -> None:
    linked = run(*(para(link(PageRef(title="Gone"), str(n))) for n in range(20)))
    assert codes(linked.diagnostics) == ["link-page-missing"]


@given(st.text(), st.text())
def test_any_address_gives_a_destination_a_safe_address_or_text(href: str, anchor: str) -> None:
    content, diagnostics = resolved(Link(Url(href), text("words"), anchor))
    (node,) = content
    if isinstance(node, Link):
        assert isinstance(node.target, Destination) or (isinstance(node.target, Url) and node.target.href.isascii())
    else:
        assert node == Text("words")
        assert diagnostics


@pytest.mark.slow
def test_a_thousand_pages_that_link_to_each_other() -> None:
    def content(n: int) -> tuple[Block, ...]:
        others = [(n * k) % 1000 for k in range(1, 6)]
        by_title = [para(link(PageRef(title=f"Page {m}"), "x", f"Part-{m}")) for m in others]
        by_url = [para(link(Url(f"{BASE}/display/DOC/Page+{m}#Page{m}-Part{m}"), "y")) for m in others]
        return (head(1, f"Part {n}"), *by_title, *by_url)

    pages: list[Page] = [page(str(n)) for n in range(1000)]
    where = site(pages)
    where._documents = {str(n): (Document(content(n)), ()) for n in range(1000)}
    # Looking at all pages for each of the 10,000 links would take minutes.
    prepared = prepare(where)
    assert not where.missing
    assert not [d for p in prepared for d in p.diagnostics]
