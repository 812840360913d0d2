"""What the collector answers, as the bytes that are sent."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from regard.base import RegardError, TooMany, Unavailable
from regard.collect.intake import Message, Send
from regard.collect.protocol import Refusal

Headers: TypeAlias = list[tuple[bytes, bytes]]

RETRY_SECONDS: Final = {TooMany: b"10", Unavailable: b"5"}
"""What Retry-After says: while too much waits to be loaded, while the disk cannot be written."""
GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
ALL_WELL: Final = b'{"success":true}'

_JSON: Final = (b"content-type", b"application/json")
_ALLOWED: Final = (b"allow", b"POST, OPTIONS")
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-max-age", b"7200"),
    (b"content-length", b"0"),
)
_encode: Final = msgspec.json.Encoder(enc_hook=str).encode  # sentences are texts that know how they were made
_WELL_START: Final[Message] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [_JSON, (b"content-length", b"%d" % len(ALL_WELL))],
}
_WELL_BODY: Final[Message] = {"type": "http.response.body", "body": ALL_WELL}


async def send_answer(
    send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = (_JSON,), origin: bytes = b""
) -> None:
    """An answer with its length, readable by the page that asked."""
    length = (b"content-length", b"%d" % len(body))
    every = [*headers, *_shared_with(origin)]
    if status != 204:
        every.append(length)
    await send({"type": "http.response.start", "status": status, "headers": every})
    await send({"type": "http.response.body", "body": body})


async def send_well(send: Send, origin: bytes) -> None:
    """All of it was taken: by far the most frequent answer."""
    if origin:
        await send_answer(send, 200, ALL_WELL, origin=origin)
    else:
        await send(_WELL_START)
        await send(_WELL_BODY)


async def send_results(send: Send, taken: int, refusals: Sequence[Refusal], origin: bytes) -> None:
    """What became of each event that is not simply taken."""
    told = [
        {"index": each.index, "messageId": each.message_id or None, "reason": each.reason, "message": each.message}
        for each in refusals
    ]
    await send_json(send, 200, {"success": True, "accepted": taken, "refused": told}, origin)


async def send_json(send: Send, status: int, told: Any, origin: bytes = b"") -> None:
    await send_answer(send, status, _encode(told), origin=origin)


async def send_error(send: Send, error: RegardError, status: int, origin: bytes, *, is_problem: bool = False) -> None:
    """An error, as Segment's clients or (``is_problem``) as readers of RFC 9457 expect it.

    After a body that was not read to its end, the connection cannot be used again.
    """
    media = b"application/problem+json" if is_problem else b"application/json"
    headers: Headers = [(b"content-type", media)]
    if type(error) in RETRY_SECONDS:
        headers.append((b"retry-after", RETRY_SECONDS[type(error)]))
        headers.append((b"access-control-expose-headers", b"retry-after"))  # or no page's script may read it
    if status in (408, 413):
        headers.append((b"connection", b"close"))
    if status == 405:
        headers.append(_ALLOWED)
    told = _problem(error, status) if is_problem else {"success": False, "code": error.code, "message": str(error)}
    await send_answer(send, status, _encode(told), headers, origin)


def _problem(error: RegardError, status: int) -> dict[str, Any]:
    told = {"type": "about:blank", "title": error.message, "status": status, "code": error.code, "detail": str(error)}
    if error.field:
        told["invalid_params"] = [{"name": error.field, "reason": error.message}]
    return told


async def send_preflight(send: Send, origin: bytes, asked: bytes, webhook: bytes) -> None:
    """May a page send here (CORS), may a sender of CloudEvents (HTTP Webhook 1.0)? Keys decide later; all may ask."""
    headers: Headers = [*_PREFLIGHT, (b"access-control-allow-headers", asked or b"authorization, content-type")]
    if webhook:
        headers += [(b"webhook-allowed-origin", webhook), (b"webhook-allowed-rate", b"*")]
    await send_answer(send, 204, b"", headers, origin)


async def send_pixel(send: Send) -> None:
    """A transparent point, of which nobody keeps a copy."""
    headers = [(b"content-type", b"image/gif"), (b"cache-control", b"no-store, max-age=0")]
    await send_answer(send, 200, GIF, headers)


def _shared_with(origin: bytes) -> Headers:
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),  # beacons always send them; nothing here looks at a cookie
        (b"vary", b"origin"),
    ]
