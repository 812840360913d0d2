"""What arrived last, accepted or refused: for people who are integrating."""

from __future__ import annotations

import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from regard.stream import LIVE, Question, Store
from regard.stream.compose import sql

Outcome = Literal["", "accepted", "refused"]

_ACCEPTED: Final = sql(
    'SELECT id, received_at, occurred_at, name, source_key, channel, touchpoint, subject, properties, "load" '
    "FROM interactions WHERE \"load\" LIKE 'live/%' AND (:load = '' OR \"load\" = :load) "
    "AND (:name = '' OR name = :name) ORDER BY received_at DESC, id DESC LIMIT :most"
)
_REFUSED: Final = sql(
    'SELECT id, received_at, reason, "column", raw FROM refused WHERE "load" = :live '
    "AND (:source = '' OR PROPERTY(raw, 'source') = :source) ORDER BY id DESC LIMIT :most"
)


@dataclass(frozen=True)
class Seen:
    """One event as it arrived: ``reason`` is empty when it was accepted, ``source`` is the source's id or key."""

    id: str
    at: datetime
    name: str
    source: str
    who: str
    details: str
    reason: str = ""


def recent(
    store: Store, *, source_id: str = "", key: str = "", name: str = "", outcome: Outcome = "", most: int = 50
) -> list[Seen]:
    """The newest events, of one source or all: accepted, refused or both, newest first."""
    load = f"{LIVE}/{source_id}" if source_id else ""
    found: list[list[Seen]] = []
    if outcome != "refused":
        given = {"load": load, "name": name, "most": most}
        found.append([_accepted(row) for row in store.ask(Question("recent", _ACCEPTED, given)).rows()])
    if outcome != "accepted":
        given = {"live": LIVE, "source": key, "most": most}
        refused = [_refused(row) for row in store.ask(Question("recently refused", _REFUSED, given)).rows()]
        found.append([seen for seen in refused if name in ("", seen.name)])
    return heapq.nlargest(most, (seen for some in found for seen in some), key=lambda seen: (seen.at, seen.id))


def _accepted(row: Mapping[str, Any]) -> Seen:
    columns = {name: row[name] for name in ("channel", "touchpoint", "subject") if row[name]}
    details = " · ".join([*(f"{name}: {value}" for name, value in columns.items()), row["properties"] or ""])
    source = row["load"].partition("/")[2]
    at = row["received_at"].replace(tzinfo=UTC)
    return Seen(row["id"], at, row["name"], source, row["source_key"] or "", details.strip(" ·"))


def _refused(row: Mapping[str, Any]) -> Seen:
    raw = json.loads(row["raw"])
    text = raw.get("event", "")
    name, who = name_and_whose(text, raw["kind"])
    return Seen(row["id"], row["received_at"].replace(tzinfo=UTC), name, raw["source"], who, text, row["reason"])


def name_and_whose(text: str, kind: str) -> tuple[str, str]:
    """What an event that was refused is called, and who it names, as far as it can be read.

    >>> name_and_whose('{"type": "track", "event": "Order Completed", "userId": "1042"}', "segment")
    ('Order Completed', '1042')
    >>> name_and_whose("cut of", "segment")
    ('segment', '')
    """
    told = _told(text)
    return str(told.get("event") or told.get("type") or kind), str(told.get("userId") or told.get("anonymousId") or "")


def _told(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
