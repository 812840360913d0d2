"""Answers go out whole, streams go out at once, and nothing is lost at the end of a line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from regard.cli.patience import Joining


class Wire:
    """A transport that notes what is sent at one go."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def writelines(self, parts: Sequence[bytes]) -> None:
        self.sent.append(b"".join(parts))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def resume_reading(self) -> None: ...

    def get_extra_info(self, name: str) -> str:
        return f"its {name}"


async def _spoken(wire: Wire, *said: bytes | None) -> list[bytes]:
    """What goes out when this is written; None: a moment in which other requests are served."""
    joining = Joining(wire, asyncio.get_running_loop())
    for data in said:
        if data is None:
            await asyncio.sleep(0)
        else:
            joining.write(data)
    await asyncio.sleep(0)
    return wire.sent


def test_the_head_of_an_answer_goes_out_with_its_body():
    said = (b"head1", b"body1", b"head2", b"body2", None, b"head3", b"body3")
    assert asyncio.run(_spoken(Wire(), *said)) == [b"head1body1", b"head2body2", b"head3body3"]


def test_a_large_body_goes_out_with_its_head_too():
    assert asyncio.run(_spoken(Wire(), b"head", b"x" * 100_000)) == [b"head" + b"x" * 100_000]


def test_an_answer_without_a_body_goes_out_at_once():
    assert asyncio.run(_spoken(Wire(), b"head", b"")) == [b"head"]


def test_what_is_streamed_waits_for_nothing_more():
    assert asyncio.run(_spoken(Wire(), b"head", None, b"one", None, b"two", None)) == [b"head", b"one", b"two"]


def test_what_is_held_goes_out_before_the_line_is_closed_and_nothing_after():
    wire = Wire()

    async def close() -> None:
        joining = Joining(wire, asyncio.get_running_loop())
        joining.write(b"last")
        joining.close()
        joining.write(b"too late")
        await asyncio.sleep(0)

    asyncio.run(close())
    assert (wire.sent, wire.is_closed) == ([b"last"], True)


def test_the_rest_is_the_transports_own():
    async def ask() -> str:
        return Joining(Wire(), asyncio.get_running_loop()).get_extra_info("peername")

    assert asyncio.run(ask()) == "its peername"
