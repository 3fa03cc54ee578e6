"""What goes between host and worker: whole values, or a clear end. Real pipes, with a thread at the other side."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.workers.channel import BrokenChannelError, Channel, OverlongError, Parcel

if os.name != "posix":
    pytest.skip("on Windows, pipes carry messages", allow_module_level=True)

Pipe: TypeAlias = "Connection[Any, Any]"


class Refusing:
    """Can be pickled, but not unpickled."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __setstate__(self, state: object) -> None:
        raise ZeroDivisionError


@contextmanager
def pipe() -> Iterator[tuple[Pipe, Pipe]]:
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        yield ours, theirs


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    def quietly() -> None:
        with suppress(OSError):  # this side has closed its end
            work()

    thread = threading.Thread(target=quietly)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)


def nothing() -> None:
    """Looks, and goes on."""


def drip(end: Pipe, data: bytes, pause: float) -> None:
    for number in range(len(data)):
        os.write(end.fileno(), data[number : number + 1])
        time.sleep(pause)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=20) | st.binary(max_size=50) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)
sizes = st.sampled_from([0, 1, 65_527, 65_528, 65_529, 65_536, 65_537, 131_072, 300_000])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(values, max_size=3), st.lists(sizes, max_size=4), st.booleans())
def test_values_arrive_as_they_were_sent(some: list[Any], large: list[int], waits: bool) -> None:
    value = [*some, *(os.urandom(size) for size in large), *("é" * size for size in large), some]
    with pipe() as (ours, theirs):
        sender, receiver = Channel(theirs), Channel(ours, look=nothing if waits else None)
        for _ in range(2):
            with beside(lambda: sender.send(Parcel(value))):
                assert receiver.receive() == value


def test_large_bytes_are_not_copied_into_a_parcel() -> None:
    data = os.urandom(1_000_000)
    parcel = Parcel({"name": "file", "data": data})
    assert any(piece is data for piece in parcel.pieces)
    assert parcel.size == sum(map(len, parcel.pieces))


def test_a_value_may_be_as_long_as_it_may_be() -> None:
    parcel = Parcel(b"x" * 100_000)
    with pipe() as (ours, theirs), beside(lambda: Channel(theirs).send(parcel)):
        assert Channel(ours, most=parcel.size, look=nothing).receive() == b"x" * 100_000


def test_of_a_longer_value_nothing_is_taken() -> None:
    with pipe() as (ours, theirs):
        os.write(theirs.fileno(), struct.pack("!Q", 1 << 60))
        with pytest.raises(OverlongError):
            Channel(ours, most=100_000, look=nothing).receive()


@pytest.mark.parametrize("sent", [0, 3, 8, 50])
def test_whoever_stops_in_the_middle_is_found_out(sent: int) -> None:
    with pipe() as (ours, theirs):
        os.write(theirs.fileno(), (struct.pack("!Q", 100_000) + b"x" * 100)[:sent])
        with pytest.raises(TimeoutError):
            Channel(ours, seconds=0.05, look=nothing).receive()


@pytest.mark.parametrize("sent", [0, 3, 8, 50])
def test_whoever_goes_in_the_middle_is_found_out(sent: int) -> None:
    with pipe() as (ours, theirs):
        os.write(theirs.fileno(), (struct.pack("!Q", 100_000) + b"\x80\x05" + b"x" * 100)[:sent])
        theirs.close()
        with pytest.raises(BrokenChannelError):
            Channel(ours, look=nothing).receive()


def test_a_byte_now_and_then_is_not_enough() -> None:
    data = struct.pack("!Q", 100) + b"x" * 100
    with pipe() as (ours, theirs), beside(lambda: drip(theirs, data, 0.01)):
        with pytest.raises(TimeoutError):
            Channel(ours, seconds=0.1, look=nothing).receive()
        ours.close()


def test_one_may_give_up_while_a_value_is_on_its_way() -> None:
    looks = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise ZeroDivisionError

    with pipe() as (ours, theirs):
        os.write(theirs.fileno(), struct.pack("!Q", 100))
        with pytest.raises(ZeroDivisionError):
            Channel(ours, look=look).receive()


def test_whoever_takes_nothing_is_found_out() -> None:
    with pipe() as (ours, _), pytest.raises(TimeoutError):
        Channel(ours, seconds=0.05, look=nothing).send(Parcel(b"x" * 10_000_000))


def test_after_a_value_that_cannot_be_unpickled_comes_the_next() -> None:
    with pipe() as (ours, theirs):
        sender, receiver = Channel(theirs), Channel(ours, look=nothing)
        for size in (10, 500_000):
            parcel = Parcel([Refusing(b"x"), b"y" * size])
            with beside(partial(sender.send, parcel)), pytest.raises(ZeroDivisionError):
                receiver.receive()
            with beside(partial(sender.send, Parcel("next"))):
                assert receiver.receive() == "next"


@pytest.mark.parametrize("data", [b"", b"x", b"\x80\x05", b"no pickle" * 20_000])
def test_what_is_no_pickle_raises_and_is_skipped(data: bytes) -> None:
    parcel = Parcel(None)
    parcel.pieces, parcel.size = [data], len(data)
    with pipe() as (ours, theirs):
        sender, receiver = Channel(theirs), Channel(ours, look=nothing)
        with beside(partial(sender.send, parcel)), pytest.raises((pickle.UnpicklingError, EOFError)):
            receiver.receive()
        with beside(partial(sender.send, Parcel("next"))):
            assert receiver.receive() == "next"
