"""What a caller grants workers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use."""

    memory: int = 640_000_000
    """Bytes of resident memory at which it is killed."""
    recycle: int = 400_000_000
    """Bytes of resident memory after a task above which it is replaced by a fresh one."""
    seconds: float = 300
    """Wall time of one task, without the time it waits for answers."""
    output: int | None = None
    """Bytes of a pickled question or result; of a longer one the host receives nothing. None: any number."""
    idle: bool = False
    """Whether it works only where others leave a processor free, as far as the system knows such a thing."""
    attempts: int = 2
    """How often a task is begun whose worker dies."""
