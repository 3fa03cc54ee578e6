"""Listings in the languages that wikis are full of."""

from __future__ import annotations

from random import Random

from bench.prose import clause, service


def listing(random: Random) -> tuple[str, str]:
    """A language as Confluence calls it, and 12 to 30 lines in it."""
    language = random.choice(tuple(_WRITERS))
    return language, _WRITERS[language](random)


def _python(random: Random) -> str:
    parts = ["from dataclasses import dataclass", ""]
    for _ in range(random.randrange(2, 4)):
        name = service(random)
        parts += [
            "@dataclass(frozen=True)",
            f"class {name.capitalize()}Limit:",
            f'    """Says whether {clause(random)}."""',
            "",
            f"    seconds: float = {random.randrange(1, 90)}.5",
            f'    region: str = "region-{random.randrange(1, 9)}"',
            "",
            "    def exceeded(self, elapsed: float) -> bool:",
            f"        # {clause(random)}",
            f"        return elapsed > self.seconds * {random.randrange(2, 9)}",
            "",
        ]
    return "\n".join(parts)


def _sql(random: Random) -> str:
    parts = []
    for _ in range(random.randrange(2, 4)):
        table = service(random)
        parts += [
            f"-- {clause(random)}",
            f"SELECT {table}.id, count(*) AS attempts, max({table}.finished_at) AS last",
            f"  FROM {table}",
            f"  LEFT JOIN {service(random)} AS other ON other.id = {table}.other_id",
            f" WHERE {table}.state <> 'done' AND {table}.attempts > {random.randrange(2, 40)}",
            f" GROUP BY {table}.id",
            f"HAVING count(*) >= {random.randrange(2, 12)};",
            "",
        ]
    return "\n".join(parts)


def _bash(random: Random) -> str:
    parts = ["#!/usr/bin/env bash", "set -euo pipefail", ""]
    for _ in range(random.randrange(3, 6)):
        name = service(random)
        parts += [
            f"# {clause(random)}",
            f'for node in {name}-a {name}-b "$@"; do',
            f'    {name}ctl drain "$node" --timeout {random.randrange(10, 90)}s || echo "failed: $node" >&2',
            "done",
        ]
    return "\n".join(parts)


def _yaml(random: Random) -> str:
    parts = ["version: 3", "services:"]
    for _ in range(random.randrange(2, 5)):
        parts += [
            f"  {service(random)}:",
            f"    # {clause(random)}",
            f"    replicas: {random.randrange(1, 12)}",
            "    limits: {cpu: 500m, memory: 256Mi}",
            f'    schedule: "{random.randrange(60)} {random.randrange(24)} * * *"',
            f"    depends_on: [{service(random)}, {service(random)}]",
        ]
    return "\n".join(parts)


def _json(random: Random) -> str:
    parts = ["{"]
    for _ in range(random.randrange(3, 6)):
        parts += [
            f'  "{service(random)}": {{',
            f'    "note": "{clause(random)}",',
            f'    "enabled": {random.choice(("true", "false"))},',
            f'    "limits": [{random.randrange(100)}, {random.randrange(100)}, null]',
            "  },",
        ]
    return "\n".join([*parts, '  "version": 2', "}"])


_WRITERS = {"py": _python, "sql": _sql, "bash": _bash, "yaml": _yaml, "json": _json}
