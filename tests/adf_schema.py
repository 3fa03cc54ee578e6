"""Documents made from Atlassian's own ADF schemas, if those lie beside this checkout."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

PLATFORM = Path(__file__).parents[2] / "shared" / "platform"
FILES = ("adf.schema.json", "adf.stage-0.schema.json")
DEEP = 11
"""JSON levels below which only what must be there is made."""
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon")


class Schema:
    """A schema that can make nodes and marks that fit it."""

    def __init__(self, name: str, definitions: dict[str, Any]) -> None:
        self.name = name
        self.definitions = definitions

    def __repr__(self) -> str:
        return self.name

    @classmethod
    def empty(cls) -> Schema:
        return cls("none", {})

    def nodes(self) -> list[str]:
        """The definitions of nodes."""
        return sorted(name for name in self.definitions if name.endswith("_node") and self._type(name))

    def marks(self) -> list[str]:
        """The definitions of marks."""
        return sorted(name for name in self.definitions if name.endswith("_mark"))

    def _type(self, name: str) -> str:
        kinds = self.definitions[name].get("properties", {}).get("type", {}).get("enum", [""])
        return str(kinds[0])

    def smallest(self, name: str) -> Any:
        """A node or mark with everything it must have and little else."""
        return self.sample(name, random.Random(0), depth=100)

    def sample(self, name: str, rng: random.Random, depth: int = 0) -> Any:
        """A random node or mark; the deeper, the fewer optional parts."""
        return self._value(self.definitions[name], rng, depth)

    def _value(self, schema: dict[str, Any], rng: random.Random, depth: int) -> Any:
        if "$ref" in schema:
            return self._value(self.definitions[schema["$ref"].rpartition("/")[2]], rng, depth)
        if "allOf" in schema:
            return self._object(self._merged(schema["allOf"]), rng, depth)
        if "anyOf" in schema:
            return self._value(self._choice(schema["anyOf"], rng, depth), rng, depth)
        if "enum" in schema:
            return rng.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._object(schema, rng, depth)
            case "array":
                return self._array(schema, rng, depth)
            case "number" | "integer":
                return rng.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 900)))
            case "boolean":
                return rng.random() < 0.5
            case "string":
                return self._string(schema, rng)
            case _:
                return rng.choice([None, "any", 1, {"key": ["any"]}])

    def _merged(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """All parts as one; a part that allows nothing else forbids what only the others have."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        allowed: set[str] | None = None
        for part in parts:
            resolved: dict[str, Any] = self.definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
            if "allOf" in resolved:
                resolved = self._merged(resolved["allOf"])
            properties |= resolved.get("properties", {})
            required += resolved.get("required", [])
            if resolved.get("additionalProperties") is False:
                own = set(resolved["properties"])
                allowed = own if allowed is None else allowed & own
        if allowed is not None:
            properties = {key: value for key, value in properties.items() if key in allowed}
        return {"properties": properties, "required": required}

    def _choice(self, options: list[dict[str, Any]], rng: random.Random, depth: int) -> dict[str, Any]:
        """Deep down, prefers text and what ends soon."""
        if depth < DEEP:
            return rng.choice(options)
        return min(options, key=lambda option: self._cost(option, 0))

    def _cost(self, schema: dict[str, Any], level: int) -> int:
        if level > 8:
            return 1000
        if "$ref" in schema:
            return self._cost(self.definitions[schema["$ref"].rpartition("/")[2]], level)
        if "anyOf" in schema:
            return min(self._cost(option, level + 1) for option in schema["anyOf"])
        if "allOf" in schema:
            return self._cost(self._merged(schema["allOf"]), level)
        if schema.get("type") == "array":
            return 1 + (self._cost(self._item(schema, 0), level + 1) if schema.get("minItems") else 0)
        required = schema.get("required", [])
        return 1 + sum(self._cost(schema["properties"][key], level + 1) for key in required)

    def _object(self, schema: dict[str, Any], rng: random.Random, depth: int) -> Any:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        result = {}
        for key in properties:
            wanted = rng.random() < 0.5 if depth < DEEP else key == "content" and depth == 100
            if key in required or wanted:
                result[key] = self._value(properties[key], rng, depth + 1)
        return result

    def _item(self, schema: dict[str, Any], index: int) -> dict[str, Any]:
        items = schema["items"]
        # A list of schemas: one for each place.
        found: dict[str, Any] = items[min(index, len(items) - 1)] if isinstance(items, list) else items
        return found

    def _array(self, schema: dict[str, Any], rng: random.Random, depth: int) -> Any:
        if not schema.get("items"):
            return []
        low = schema.get("minItems", 0)
        high = schema.get("maxItems", low + 3)
        count = rng.randint(low, max(high, low)) if depth < DEEP else max(low, min(high, int(depth <= 101)))
        return [self._value(self._item(schema, index), rng, depth + 1) for index in range(count)]

    def _string(self, schema: dict[str, Any], rng: random.Random) -> str:
        pattern = schema.get("pattern", "")
        if "[0-9a-fA-F]" in pattern:
            return "#" + "".join(rng.choice("0123456789abcdefABCDEF") for _ in range(6))
        return rng.choice(WORDS)


@cache
def load_schemas() -> list[Schema]:
    """The official schemas; none if they are not there."""
    paths = [PLATFORM / name for name in FILES]
    return [
        Schema(path.name.removesuffix(".schema.json"), json.loads(path.read_text(encoding="utf-8"))["definitions"])
        for path in paths
        if path.is_file()
    ]
