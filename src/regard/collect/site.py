"""What the pages of imports know: the history of loads, mappings that exist, what a mapping makes of the first rows."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.utils.translation import gettext as _

from regard.accounts.site import User, Workspace, store_of
from regard.base import Invalid, NotFound, RegardError, Unavailable
from regard.base.config import config
from regard.base.sizes import size_of
from regard.collect.collector import Collector
from regard.collect.identities import is_signed as is_signed
from regard.collect.live.site import demand_identity as demand_identity
from regard.collect.live.site import read_sources as read_sources
from regard.collect.live.site import source_of as source_of
from regard.collect.live.site import start_listening as start_listening
from regard.collect.loading import check_columns, preview
from regard.collect.mapping import Mapping
from regard.collect.model import Preview
from regard.collect.models import Load
from regard.collect.protocol import OWN as OWN
from regard.collect.questions import kept_of_loads
from regard.collect.refusals import refusal
from regard.collect.refused import flat
from regard.collect.sources import Source, Sources
from regard.collect.sources import api_key as api_key
from regard.collect.spool import Arrived as Arrived
from regard.collect.spool import Spool
from regard.collect.tasks import mapping_of
from regard.collect.words import reason_words
from regard.collect.work import size_limit, workshop
from regard.stream import Record

LOADS_A_PAGE = 20
ROWS_A_PAGE = 50
ROOM_FOR_THE_FORM = 100_000  # bytes of an upload that are not its files
TRIED_WHOLE = 2_000_000  # bytes of joined files that are cheap enough to read again at every change of their mapping
SURE, FAIRLY_SURE = 0.95, 0.5
SHOWN_COLUMNS = (
    "occurred_at",
    "name",
    "source_key",
    "channel",
    "touchpoint",
    "metric",
    "score",
    "text",
    "subject",
    "amount",
    "currency",
    "agent",
    "language",
    "weight",
    "properties",
)


def new_collector() -> Collector:
    """A collector that appends to the spool of this home, for the sources of this site."""
    return Collector(spool(), Sources(_senders), settings.SECRET_KEY.encode(), config().body_seconds)


@cache
def spool() -> Spool:
    """Where this process writes what it takes in, by the collector or the API; a loader reads it."""
    given = config()
    return Spool(given.home / "spool", size_of(given.spool_limit, "REGARD_SPOOL_LIMIT"))


def _senders() -> list[Source]:
    try:
        return read_sources()
    except DatabaseError as error:
        raise Unavailable(_("The database cannot be asked who may send.")) from error


def largest_upload() -> int:
    """Bytes that the upload form may send at one time."""
    return size_limit() + ROOM_FOR_THE_FORM


def history(workspace: Workspace, page: str | None) -> Any:
    """A page of the loads that the workspace remembers, newest first, wherever they were made."""
    store = store_of(workspace)
    records = sorted(store.kept("load"), key=lambda record: record.key, reverse=True)
    found = Paginator(records, LOADS_A_PAGE).get_page(page)
    kept = kept_of_loads(store) if found.object_list else {}
    names = names_of([record.made_by for record in found.object_list])
    found.object_list = [load_line(record, kept, names) for record in found.object_list]
    return found


def load_line(record: Record, kept: dict[str, int], names: dict[str, str]) -> dict[str, Any]:
    """One load of the history. What it brought and what is still there differ once customers were forgotten."""
    body, here = record.body, kept.get(record.key, 0)
    read = body.get("read", body.get("accepted", here))
    return {
        "key": record.key,
        "files": [file["name"] for file in body.get("files", ())] or [body.get("source", "–")],
        "made_at": record.made_at.replace(tzinfo=UTC)
        if record.made_at and not record.made_at.tzinfo
        else record.made_at,
        "who": names.get(record.made_by or "", record.made_by or ""),
        "accepted": here,
        "known": max(int(read or 0) - here, 0),
        "refused": int(body.get("refused") or 0),
        "notes": body.get("notes", ()),
        "has_mapping": bool(body.get("mapping")),
    }


def names_of(made_by: Sequence[str | None]) -> dict[str, str]:
    """The names of people as records mention them ("user 3"), in one query."""
    numbers = {int(text[5:]) for text in made_by if text and text.startswith("user ") and text[5:].isdigit()}
    return {f"user {pk}": str(user) for pk, user in User.objects.in_bulk(numbers).items()} if numbers else {}


def load_record(workspace: Workspace, key: str) -> Record:
    """The record of a load. Raises :class:`~regard.base.NotFound`."""
    found = store_of(workspace).kept("load", key)
    if not found:
        raise NotFound(_("There is no such load."))
    return found[-1]


def known_mappings(workspace: Workspace) -> list[dict[str, str]]:
    """Mappings to choose from: saved ones by name, then those of earlier loads, each text once."""
    store = store_of(workspace)
    saved = [
        {"key": f"saved:{record.key}", "name": record.key, "text": record.body.get("toml", "")}
        for record in store.kept("mapping")
    ]
    loads = sorted(store.kept("load"), key=lambda record: record.key, reverse=True)
    used = [
        {
            "key": f"load:{record.key}",
            "text": record.body.get("mapping", ""),
            "name": ", ".join(file["name"] for file in record.body.get("files", ())),
        }
        for record in loads
    ]
    once = {item["text"]: item for item in reversed([*saved, *used]) if item["text"]}
    return list(reversed(once.values()))


def saved_mapping(workspace: Workspace, name: str) -> str:
    """The text of a saved mapping. Raises :class:`~regard.base.NotFound`."""
    found = store_of(workspace).kept("mapping", name)
    if not found:
        raise NotFound(_("There is no mapping of that name."))
    return str(found[-1].body["toml"])


def document_of(text: str) -> dict[str, Any]:
    """The mapping's text as a document. The text has been checked before."""
    return tomllib.loads(text)


def checked(load: Load, text: str) -> None:
    """Raise :class:`~regard.base.Invalid`, naming the line, when a mapping cannot be used for this load's files, as far
    as they have been looked at."""
    found, names = mapping_of(load, text), column_names(load)
    if names and not found.files:
        check_columns(found, names)


def column_names(load: Load) -> list[str]:
    return [column["name"] for column in (load.kept_aside("sketch") or {}).get("columns", ())]


def tried(load: Load, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the mapping makes of the first rows, or of small files that it joins; or why it makes nothing of them."""
    mapping = mapping_of(load)
    is_small = sum(file["size"] for file in load.files) <= TRIED_WHOLE
    if not rows or (mapping.files and not is_small):
        return {}
    try:
        found = preview(load.paths, mapping) if mapping.files else _preview_of(rows, mapping)
    except RegardError as error:
        return {"problem": error}
    return {
        "is_whole": bool(mapping.files),
        "rows": shown_rows(found.rows),
        "result": found.result,
        "refused": found.refused,
        "reasons": reason_lines(found.result.reasons, found),
    }


def _preview_of(rows: Sequence[dict[str, Any]], mapping: Mapping) -> Preview:
    with workshop() as folder:
        path = Path(folder) / "first_rows.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        return preview(path, flat(mapping))


def sureness(confidence: float | None) -> dict[str, Any] | None:
    """How much of a proposal is certain, in words: its figure counts doubts and is no probability."""
    if confidence is None:
        return None
    words = (
        _("Regard is sure of this mapping.")
        if confidence >= SURE
        else _("Regard is fairly sure of this mapping. Look at these points:")
        if confidence >= FAIRLY_SURE
        else _("Much of this mapping is guessed. Look at these points first:")
    )
    return {"words": words, "is_shaky": confidence < FAIRLY_SURE}


def shown_rows(rows: Sequence[Any]) -> dict[str, Any]:
    """Interactions as a table: only the columns in which something stands."""
    names = [name for name in SHOWN_COLUMNS if any(row.get(name) not in (None, "") for row in rows)]
    return {"names": names, "rows": [[_cell(row.get(name)) for name in names] for row in rows]}


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def reason_lines(reasons: Any, found: Preview | None = None, examples: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Reasons with how often, in words, and with the first few rows of each."""
    rows = found.refused if found else examples
    return [
        {
            "code": code,
            "count": count,
            "words": _(reason_words(code)),
            "examples": in_words([row for row in rows if row["reason"] == code][:3]),
        }
        for code, count in reasons.items()
    ]


def in_words(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Refused rows with messages that pages can translate."""
    return [{**row, "message": refusal(row["reason"], row["message"])} for row in rows]


def read_text(data: bytes) -> str:
    """An uploaded mapping as text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("The mapping is not UTF-8 text."), field="file") from None
