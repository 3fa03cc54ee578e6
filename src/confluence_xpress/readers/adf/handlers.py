"""The one table of ADF nodes: which function reads which."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from confluence_xpress.readers.adf import blocks, cards, extensions, inlines, lists, media, tables
from confluence_xpress.readers.adf.marks import marked, text
from confluence_xpress.readers.adf.reader import Handler, misplaced, nothing, transparent

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "doc": transparent,
        # Text and other inline nodes.
        "text": text,
        "hardBreak": inlines.hard_break,
        "mention": marked(inlines.mention),
        "emoji": marked(inlines.emoji),
        "date": marked(inlines.date),
        "status": marked(inlines.status),
        "inlineCard": marked(inlines.inline_card),
        "placeholder": nothing,
        # Blocks.
        "paragraph": blocks.paragraph,
        "heading": blocks.heading,
        "blockquote": blocks.blockquote,
        "codeBlock": blocks.code_block,
        "panel": blocks.panel,
        "expand": blocks.expand,
        "nestedExpand": blocks.expand,
        "rule": blocks.rule,
        "bodiedRule": blocks.bodied_rule,
        "layoutSection": blocks.layout_section,
        "syncBlock": blocks.synced_block,
        "bodiedSyncBlock": blocks.synced_block,
        "bulletList": lists.bullet_list,
        "orderedList": lists.ordered_list,
        "taskList": lists.task_list,
        "decisionList": lists.decision_list,
        "table": tables.table,
        # Images, files, smart links.
        "mediaSingle": media.media_single,
        "mediaGroup": media.media_group,
        "mediaInline": media.media_inline,
        "media": media.media,
        "image": media.old_image,
        "blockCard": cards.block_card,
        "embedCard": cards.embed_card,
        "applicationCard": cards.application_card,
        # Macros.
        "extension": extensions.extension,
        "bodiedExtension": extensions.extension,
        "multiBodiedExtension": extensions.extension,
        "extensionFrame": transparent,
        "inlineExtension": extensions.inline_extension,
        "confluenceJiraIssue": marked(extensions.jira_issue),
        # What the editor could not read.
        "unsupportedBlock": extensions.unsupported,
        "unsupportedInline": marked(extensions.unsupported_inline),
        "confluenceUnsupportedBlock": extensions.unsupported,
        "confluenceUnsupportedInline": marked(extensions.unsupported_inline),
        # Parts, which their wholes read themselves.
        "listItem": misplaced,
        "taskItem": misplaced,
        "blockTaskItem": misplaced,
        "decisionItem": misplaced,
        "tableRow": misplaced,
        "tableCell": misplaced,
        "tableHeader": misplaced,
        "layoutColumn": misplaced,
        "caption": misplaced,
    }
)
