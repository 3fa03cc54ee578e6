"""Cloud: the table of v2 calls."""

from __future__ import annotations

from testsite import cloud_lists as lists
from testsite import cloud_tree as tree
from testsite import cloud_v2 as v2
from testsite.routes import Route, granular

_V2 = "/api/v2"
_NODES = ("folder", "whiteboard", "database", "embed")
_PAGE = granular("read:page")
_SPACE = granular("read:space")
_ATTACHMENT = granular("read:attachment")
_TREE = granular("read:hierarchical-content")
_ABOVE = granular("read:content.metadata")
_COMMENT = granular("read:comment")


def v2_routes() -> list[Route]:
    """All of them."""
    found = [
        Route("GET", "/spaces", tree.spaces, _SPACE),
        Route("GET", "/spaces/{id}", tree.space, _SPACE),
        Route("GET", "/spaces/{id}/pages", lists.space_pages, _PAGE),
        Route("GET", "/spaces/{id}/blogposts", lists.space_blogposts, _PAGE),
        Route("GET", "/spaces/{id}/labels", tree.space_labels, _SPACE),
        Route("GET", "/spaces/{id}/content/labels", tree.content_labels, _SPACE),
        Route("GET", "/labels/{id}/pages", lists.label_list("page"), _PAGE),
        Route("GET", "/labels/{id}/blogposts", lists.label_list("blogpost"), _PAGE),
        Route("GET", "/pages/{id}/children", tree.child_pages, _PAGE),
        Route("GET", "/attachments/{id}", tree.attachment, _ATTACHMENT),
        Route("GET", "/attachments/{id}/versions", tree.attachment_versions, _ATTACHMENT),
        Route("POST", "/users-bulk", tree.users_bulk, granular("read:user")),
        Route("POST", "/content/convert-ids-to-types", tree.convert_ids, _ABOVE),
    ]
    for kind in ("page", "blogpost"):
        path = f"/{kind}s/{{id}}"
        other = f"/{kind}s/{{{kind}-id}}"
        found += [
            Route("GET", f"/{kind}s", lists.list_of(kind), _PAGE),
            Route("GET", path, v2.single(kind), _PAGE),
            Route("GET", f"{path}/labels", v2.labels(kind), _PAGE),
            Route("GET", f"{path}/attachments", tree.attachments(kind), _ATTACHMENT),
            Route("GET", f"{path}/versions", v2.versions(kind), _PAGE),
            Route("GET", f"{other}/versions/{{version-number}}", v2.one_version(kind), _PAGE),
            Route("GET", f"{other}/properties", v2.properties(kind), _PAGE),
            Route("GET", f"{path}/operations", v2.operations(kind), _PAGE),
            Route("GET", f"{path}/footer-comments", v2.comments(kind, inline=False), _COMMENT),
            Route("GET", f"{path}/inline-comments", v2.comments(kind, inline=True), _COMMENT),
        ]
    for kind in _NODES:
        scopes = granular(f"read:{kind}")
        found += [
            Route("GET", f"/{kind}s/{{id}}", v2.node(kind), scopes),
            Route("GET", f"/{kind}s/{{id}}/properties", v2.properties(kind), scopes),
            Route("GET", f"/{kind}s/{{id}}/operations", v2.operations(kind), scopes),
        ]
    for kind in ("page", *_NODES):
        found += [
            Route("GET", f"/{kind}s/{{id}}/direct-children", tree.children(kind), _TREE),
            Route("GET", f"/{kind}s/{{id}}/descendants", tree.descendants(kind), _TREE),
            Route("GET", f"/{kind}s/{{id}}/ancestors", tree.ancestors(kind), _ABOVE),
        ]
    return [Route(route.method, _V2 + route.path, route.handler, route.scopes) for route in found]
