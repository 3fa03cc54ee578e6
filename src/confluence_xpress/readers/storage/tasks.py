"""Task lists."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import Blocks, TaskItem, TaskList
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.names import ac

_TASK, _BODY, _STATUS = ac("task"), ac("task-body"), ac("task-status")


def task_list(converter: Converter, element: Element) -> Iterable[Node]:
    """`ac:task-list`. A list beside its tasks belongs to the task before it."""
    items: list[TaskItem] = []
    for part in converter.parts(element, (_TASK,)):
        if not isinstance(part, tuple):
            items.append(_task(converter, part))
        elif items:
            items[-1] = TaskItem(items[-1].content + part, items[-1].done)
        elif len(part) == 1 and isinstance(part[0], TaskList):
            items += part[0].items
        else:
            items.append(TaskItem(part))
    return (TaskList(tuple(items)),) if items else ()


def task(converter: Converter, element: Element) -> Iterable[Node]:
    """`ac:task` outside a list."""
    return (TaskList((_task(converter, element),)),)


def _task(converter: Converter, element: Element) -> TaskItem:
    content: Blocks = ()
    done = False
    for part in converter.parts(element, (_BODY, _STATUS)):
        if isinstance(part, tuple):
            content += part
        elif part.tag == _STATUS:
            done = (part.text or "").strip() == "complete"
        else:
            content += converter.blocks(part)
    return TaskItem(content, done)
