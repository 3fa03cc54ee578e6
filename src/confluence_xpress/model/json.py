"""Tree to tagged JSON and back; the two together are the identity.

A node is an object whose `t` is its class and whose other keys are the fields that differ from their defaults.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from confluence_xpress import model

JSON = dict[str, Any]

_CLASSES: dict[str, type[Any]] = {
    name: value for name in model.__all__ if isinstance(value := getattr(model, name), type) and is_dataclass(value)
}


def to_json(document: model.Document) -> JSON:
    """The document as values that `json.dumps` takes."""
    encoded: JSON = _encode(document)
    return encoded


def from_json(value: JSON) -> model.Document:
    """The document that `to_json` gave. Raises ValueError on anything else."""
    node = _decode(value)
    if not isinstance(node, model.Document):
        raise ValueError("not a document")
    return node


def _encode(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        encoded: JSON = {"t": type(value).__name__}
        for field in fields(value):
            item = getattr(value, field.name)
            if field.default is MISSING or item != field.default:
                encoded[field.name] = _encode(item)
        return encoded
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if isinstance(value, dict):
        try:
            cls = _CLASSES[value["t"]]
            return cls(**{key: _decode(item) for key, item in value.items() if key != "t"})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a node: {error}") from error
    return value
