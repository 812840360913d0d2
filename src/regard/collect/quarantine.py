"""The quarantine: events that arrived live and were refused, each with its reason, until their cause is put right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from regard.base import NotFound
from regard.base.words import said
from regard.collect.arriving import Arriving, arrived_again
from regard.collect.batching import Rows, without
from regard.collect.events import LIVE_REASONS
from regard.collect.protocol import PROTOCOL_REASONS
from regard.collect.recent import name_and_whose
from regard.collect.settling import Intake, open_intake
from regard.collect.sources import Source
from regard.stream import LIVE, Question, Store
from regard.stream.compose import sql

REASONS: Final[dict[str, str]] = {**PROTOCOL_REASONS, **LIVE_REASONS}
"""Every reason for which an event waits here."""

AT_ONCE: Final = 2000
"""Events that one transaction of a replay takes."""

_COUNTS: Final = sql(
    'SELECT reason, count(*) AS n FROM refused WHERE "load" = :live GROUP BY reason ORDER BY n DESC, reason'
)
_PAGE: Final = sql(
    'SELECT id, received_at, reason, "column", message, raw FROM refused WHERE "load" = :live '
    "AND (:reason = '' OR reason = :reason) AND (:before = '' OR id < :before) ORDER BY id DESC LIMIT :most"
)
_CHOSEN: Final = sql(
    "SELECT id, raw FROM refused WHERE \"load\" = :live AND (:reason = '' OR reason = :reason) "
    "AND (:chosen = '' OR list_contains(string_split(:chosen, ','), id)) AND id > :after AND id <= :until "
    "ORDER BY id LIMIT :most"
)
_NEWEST: Final = sql('SELECT max(id) AS id FROM refused WHERE "load" = :live')


@dataclass(frozen=True)
class Quarantined:
    """One refused event: why, about which field, which source sent it, what arrived, what it is called and of whom."""

    id: str
    received_at: datetime
    reason: str
    field: str | None
    message: str
    source: str
    event: str
    name: str
    who: str


@dataclass(frozen=True)
class Replayed:
    """What a replay came to: events that entered the stream (or were there), and those refused again. A whole body
    that was refused holds any number of them."""

    accepted: int
    refused: int


def counts(store: Store) -> dict[str, int]:
    """How many events wait for each reason, the commonest first."""
    found = store.ask(Question("quarantine by reason", _COUNTS, {"live": LIVE})).rows()
    return {row["reason"]: int(row["n"]) for row in found}


def quarantined(store: Store, reason: str = "", before: str = "", most: int = 50) -> list[Quarantined]:
    """Refused events, newest first: those before an id, so that pages stay what they were while more arrive."""
    given = {"live": LIVE, "reason": reason, "before": before, "most": most}
    return [_quarantined(row) for row in store.ask(Question("quarantine", _PAGE, given)).rows()]


def _quarantined(row: Mapping[str, Any]) -> Quarantined:
    raw = json.loads(row["raw"])
    at = row["received_at"].replace(tzinfo=UTC)
    event = raw.get("event") or raw.get("base64", "")
    called = name_and_whose(raw.get("event", ""), raw["kind"])
    return Quarantined(row["id"], at, row["reason"], row["column"], row["message"], raw["source"], event, *called)


def replay(
    workspace: str,
    store: Store,
    source_of: Callable[[str], Source | None],
    *,
    reason: str = "",
    ids: Sequence[str] = (),
) -> Replayed:
    """Take refused events through the pipeline again: all of a reason, the chosen ones, or every one.

    An event that passes leaves the quarantine in the transaction that puts it into the stream; one that does not, stays
    with its new reason. Raises NotFound when there is nothing to replay.
    """
    intake, arriving = open_intake(workspace, store), Arriving(source_of)
    until = store.ask(Question("newest of the quarantine", _NEWEST, {"live": LIVE}))["id"][0] or ""
    given = {"live": LIVE, "reason": reason, "chosen": ",".join(ids), "until": until, "most": AT_ONCE}
    done, after, is_any = Replayed(0, 0), "", False
    while found := store.ask(Question("to be replayed", _CHOSEN, {**given, "after": after})).rows():
        after = found[-1]["id"]
        some = _again(intake, arriving, found)
        if some is not None:
            is_any, done = True, Replayed(done.accepted + some.accepted, done.refused + some.refused)
    if not is_any:
        raise NotFound(said("there is no refused event that can be replayed"), code="nothing_to_replay")
    return done


def _again(intake: Intake, arriving: Arriving, found: Sequence[Mapping[str, Any]]) -> Replayed | None:
    """None when nobody's source is known."""
    rows, gone = Rows(), []
    for row in found:
        arrived = arrived_again(json.loads(row["raw"]))
        source = arriving.source(arrived.source)
        if source is not None:
            arriving.take(arrived, source, rows)
            gone.append(row["id"])
    if not gone:
        return None
    by_the_pipeline = len(rows.refused)
    intake.write(rows, also=[without("refused", "id", gone)])
    by_the_store = len(rows.refused) - by_the_pipeline
    return Replayed(len(rows.events) - by_the_store, len(rows.refused))
