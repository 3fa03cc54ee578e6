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
