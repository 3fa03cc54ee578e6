"""Lists: bullets, numbers, tasks, decisions."""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.model import (
    Blocks,
    BulletList,
    DecisionItem,
    DecisionList,
    ListItem,
    OrderedList,
    TaskItem,
    TaskList,
)
from confluence_xpress.model.build import filled_items, to_blocks
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import Node, attributes, items, mapping, string, whole

_TASKS = ("taskItem", "blockTaskItem")


def bullet_list(reader: Reader, node: Node) -> Nodes:
    """A bullet list."""
    found = filled_items(_list_items(reader, node))
    return [BulletList(found)] if found else []


def ordered_list(reader: Reader, node: Node) -> Nodes:
    """A numbered list; `order` is the number of its first item."""
    found = filled_items(_list_items(reader, node), numbered=True)
    return [OrderedList(found, whole(attributes(node), "order", 1, 0, 999_999_999))] if found else []


def _list_items(reader: Reader, node: Node) -> list[ListItem]:
    """The items. What stands between items belongs to the one before."""
    found: list[ListItem] = []
    for item in items(node.get("content")):
        child = mapping(item)
        if string(child, "type") == "listItem":
            found.append(ListItem(reader.blocks(child.get("content"), 2)))
        elif content := reader.blocks([item]):
            if found:
                found[-1] = ListItem((*found[-1].content, *content))
            else:
                found.append(ListItem(content))
    return found


def task_list(reader: Reader, node: Node) -> Nodes:
    """Tasks. A nested list, which ADF puts beside the tasks, belongs to the task before it."""
    tasks: list[TaskItem] = []
    for item in items(node.get("content")):
        child = mapping(item)
        if string(child, "type") in _TASKS:
            content = to_blocks(reader.nodes(child.get("content"), 2))
            tasks.append(TaskItem(content, done=string(attributes(child), "state") == "DONE"))
            continue
        # A level of tasks is two levels of the tree.
        extra = reader.blocks([item], 2)
        if tasks:
            tasks[-1] = replace(tasks[-1], content=(*tasks[-1].content, *extra))
        elif extra:
            tasks += _tasks_of(extra)
    return [TaskList(tuple(tasks))] if tasks else []


def _tasks_of(blocks: Blocks) -> list[TaskItem]:
    """What stands before the first task: a list there gives its own tasks, anything else makes one."""
    tasks: list[TaskItem] = []
    for block in blocks:
        tasks += block.items if isinstance(block, TaskList) else (TaskItem((block,)),)
    return tasks


def decision_list(reader: Reader, node: Node) -> Nodes:
    """Decisions; what stands between them belongs to the one before."""
    decisions: list[DecisionItem] = []
    for item in items(node.get("content")):
        child = mapping(item)
        if string(child, "type") == "decisionItem":
            content = to_blocks(reader.nodes(child.get("content"), 2))
            decisions.append(DecisionItem(content, decided=string(attributes(child), "state") != "UNDECIDED"))
        elif content := reader.blocks([item]):
            if decisions:
                decisions[-1] = replace(decisions[-1], content=(*decisions[-1].content, *content))
            else:
                decisions.append(DecisionItem(content))
    return [DecisionList(tuple(decisions))] if decisions else []
