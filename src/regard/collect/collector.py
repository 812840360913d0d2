"""The collector: takes in what customers do, from browsers, servers, apps and mails, and answers once it is on disk.

Raw ASGI, because this is the hot path: per request one look at the headers, one reading of the JSON, one append. No
database is asked here, so nothing that a dashboard does makes a sender wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from itertools import count
from typing import Final

from regard.base import Forbidden, Invalid, NotAllowed, NotFound, RegardError, Unauthorized
from regard.base.clock import now
from regard.base.ids import new_id
from regard.base.words import said
from regard.collect import answers, cloud_events, feedback_records, offers, pixel
from regard.collect.calls import TYPES
from regard.collect.heads import Head
from regard.collect.intake import Deadline, Gone, Receive, Scope, Send, read_body, unpacked
from regard.collect.protocol import BATCH_LIMIT, EVENT_LIMIT, Refusal, checked, key_in, opened
from regard.collect.sources import Source, Sources
from regard.collect.spool import Arrived, Spool

BODY_SECONDS: Final = 20.0
"""How long a client may take to send a body."""

PATHS: Final[dict[str, str]] = {
    **{f"/v1/{kind}": kind for kind in TYPES},
    **{f"/v1/{kind[0]}": kind for kind in TYPES},  # as analytics.js shortens them
    "/v1/batch": "batch",
    "/v1/b": "batch",
    "/v1/import": "batch",
    "/v1/events": "cloudevents",
    "/v1/feedback-records": "feedback",
}
"""Where what kind of body is posted."""
MANY: Final = frozenset(("batch", "cloudevents"))
_METRICS: Final = "/v1/m"  # what analytics.js tells its maker about itself


class Collector:
    """The ASGI application at ``/v1``. ``secret`` signs the pixels of our own mails."""

    def __init__(self, spool: Spool, sources: Sources, secret: bytes, body_seconds: float = BODY_SECONDS):
        self.spool, self.sources, self.secret, self.deadline = spool, sources, secret, Deadline(body_seconds)
        self._prefix, self._count = new_id(), count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        head, path = Head(scope), scope["path"]
        kind = PATHS.get(path) or PATHS.get(path.rstrip("/"))
        try:
            if kind and scope["method"] == "POST":
                await self._collect(kind, head, receive, send)
            else:
                await self._offer(path, scope["method"], head, receive, send)
        except Gone:
            return
        except RegardError as error:
            status = 400 if isinstance(error, Invalid) else error.status
            await answers.send_error(send, error, status, head.origin, is_problem=kind == "feedback")

    async def _collect(self, kind: str, head: Head, receive: Receive, send: Send) -> None:
        """Take in a body: judged, on disk, answered."""
        limit = BATCH_LIMIT if kind in MANY else EVENT_LIMIT
        text = await read_body(receive, head.length, limit, self.deadline)
        if head.coding:
            text = unpacked(text, head.coding.strip().lower(), limit)
        if kind == "cloudevents" and not head.media.startswith(cloud_events.WHOLE):
            text = cloud_events.structured(head.scope["headers"], head.media.decode("latin-1"), text)
        found = checked(kind, text)
        source = await self._source(head.write_key(found.write_key), head)
        if kind == "feedback":
            await self._collect_feedback(text, found.refusals, source, head, send)
            return
        if found.events:
            await self._keep(kind, text, source, head)
        if found.refusals:
            await answers.send_results(send, found.events - len(found.refusals), found.refusals, head.origin)
        else:
            await answers.send_well(send, head.origin)

    async def _source(self, key: str | None, head: Head) -> Source:
        """Who sends. Raises :class:`Unauthorized`, or Forbidden for a page that may not."""
        source = (self.sources.known(key) or await self.sources.find(key)) if key else None
        if source is None:
            raise Unauthorized(
                said("this write key is not known here"), remedy=said("see the page of the source"), code="unknown_key"
            )
        if head.origin and not source.allows(head.origin.decode("latin-1")):
            raise Forbidden(said("this source takes nothing from pages of that address"), code="origin")
        return source

    def _keep(self, kind: str, text: bytes, source: Source, head: Head) -> Awaitable[None]:
        ip = head.ip if source.needs_address else None
        record = Arrived(source.key, now(), kind, text, ip, head.user_agent, f"{self._prefix}-{next(self._count)}")
        return self.spool.append(record)

    async def _collect_feedback(
        self, text: bytes, refusals: Sequence[Refusal], source: Source, head: Head, send: Send
    ) -> None:
        """A single record: refused at once when it cannot be used, as its senders expect."""
        record = feedback_records.record_in(text)
        if refusals:
            raise Invalid(refusals[0].message, code=refusals[0].reason)
        await self._keep("feedback", text, source, head)
        stamp = now().isoformat().replace("+00:00", "Z")
        await answers.send_json(send, 201, feedback_records.answer(record, stamp), head.origin)

    async def _offer(self, path: str, method: str, head: Head, receive: Receive, send: Send) -> None:
        """Everything but the taking in of bodies."""
        if method == "OPTIONS":
            await answers.send_preflight(send, head.origin, head.asked_headers, head.webhook)
        elif method in ("GET", "HEAD") and path.startswith(pixel.PLACE):
            await self._look(path.removeprefix(pixel.PLACE), head)
            await answers.send_pixel(send)
        elif method in ("GET", "HEAD") and path == offers.SCRIPT:
            await answers.send_answer(send, 200, *offers.script(head.scope), head.origin)
        elif method in ("GET", "HEAD") and (key := offers.settings_key(path)):
            source = await self._source(key, head)
            await answers.send_json(send, 200, offers.settings(source.key, head.scope), head.origin)
        elif method == "POST" and path == _METRICS:
            await read_body(receive, head.length, BATCH_LIMIT, self.deadline)
            await answers.send_well(send, head.origin)
        elif path in PATHS:
            raise NotAllowed(said("{path} takes POST only", path=path))
        else:
            raise NotFound(said("there is nothing at {path}", path=path))

    async def _look(self, name: str, head: Head) -> None:
        """Note that a mail was opened. A picture is shown in any case: nobody reads an error there."""
        try:
            if (seal := pixel.read_token(self.secret, name)) is not None:
                await self._keep("pixel", bytes(seal.body), await self._source(seal.source, head), head)
            elif name in TYPES and (text := pixel.decoded(head.asked("data") or "")):
                body = opened(name, text)
                await self._keep(name, text, await self._source(key_in(name, body), head), head)
        except RegardError:
            return

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The beginning and end of a process of its own; nothing else is spoken here."""
        if scope["type"] != "lifespan":
            await send({"type": "websocket.close", "code": 1000})
            return
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        self.spool.close()
        await send({"type": "lifespan.shutdown.complete"})
