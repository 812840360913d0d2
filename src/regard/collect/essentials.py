"""Write what every mapping says: when, which row, who, and what goes along with it."""

from __future__ import annotations

import re
from datetime import date

from regard.base.clock import now
from regard.base.words import said
from regard.collect.drafting import Draft, quoted
from regard.collect.headings import says
from regard.collect.scales import question_in
from regard.collect.sketching import Look, is_ambiguous, says_time

DAY_IN_NAME = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")


def write_time(draft: Draft, looks: dict[str, Look]) -> str | None:
    times = [item for item in looks.values() if item.is_time]
    if not times:
        for item in looks.values():
            if says_time(item.name) and item.filled and not item.is_numeric:
                draft.doubt(said("most of {name} cannot be read as a time", name=repr(item.name)))
        _same_day(draft)
        return None
    best = max(times, key=lambda item: (_time_rank(item.name), item.filled))
    draft.used.add(best.name)
    if is_ambiguous(best.formats):
        draft.doubt(
            said("in {name} day and month may be the other way round: day first is assumed", name=repr(best.name))
        )
    draft.say(
        f"time = {{ column = {quoted(best.name)}, format = {quoted(best.formats[0])} }}  # e.g. {best.samples[0]}"
    )
    return best.name


def _same_day(draft: Draft) -> None:
    """One day for all rows: the one that the file's name speaks of, or today."""
    day = day_in(draft.file)
    if day is None:
        draft.doubt(said("no column holds a time: today is put for every row; say when it happened"), 0.4)
    else:
        draft.doubt(said("no column holds a time: {day} is put for every row, after the file's name", day=day), 0.7)
    draft.say(f"time = {{ constant = {quoted(day or now().strftime('%Y-%m-%d'))} }}  # no column holds a time")


def day_in(name: str) -> str | None:
    """The day that a file's name speaks of, the first of its month or year where it says no more; none to come.

    >>> day_in("sfo_2015.csv.gz"), day_in("export 2026-01.csv"), day_in("20251231.csv"), day_in("q123456.csv")
    ('2015-01-01', '2026-01-01', '2025-12-31', None)
    """
    found = DAY_IN_NAME.search(name.rsplit("/", 1)[-1])
    if not found:
        return None
    day = "-".join(part or "01" for part in found.groups())
    try:
        return day if date.fromisoformat(day) <= now().date() else None
    except ValueError:  # the 31st of February
        return None


def _time_rank(name: str) -> int:
    low = name.lower()
    wanted = (
        "timestamp",
        "updated",
        "answered",
        "submitted",
        "response",
        "created",
        "reported",
        "purchase",
        "invoice",
        "date",
    )
    return next((len(wanted) - place for place, word in enumerate(wanted) if word in low), 0)


def write_id(draft: Draft, looks: dict[str, Look]) -> Look | None:
    unique = [item for item in looks.values() if item.is_unique and not item.is_time and not item.is_text]
    named_so = [item for item in unique if says(item.name, "id")] or [item for item in unique if not item.is_numeric]
    if not named_so:
        draft.say("# No column tells rows apart: their content does.")
        return None
    draft.lines.insert(2, f"id = [{quoted(named_so[0].name)}]  # every row has another value")
    draft.used.add(named_so[0].name)
    return named_so[0]


def write_customer(draft: Draft, looks: dict[str, Look], key: Look | None) -> None:
    found = [
        item
        for item in looks.values()
        if says(item.name, "customer")
        and not _is_trait(item.name)
        and not item.is_time
        and not item.is_text
        and not (item.is_numeric and item.distinct <= 12)
        and item.filled
    ]
    found.sort(key=lambda item: (not says(item.name, "id"), -item.filled))
    draft.say("", "[customer]")
    if found:
        best = found[0]
        draft.used.add(best.name)
        draft.say(f"column = {quoted(best.name)}  # its heading says so")
        if best.filled < best.rows:
            draft.doubt(
                said(
                    "{value} of the first {rows} rows name no customer: they are kept, as nobody in particular",
                    value=best.rows - best.filled,
                    rows=best.rows,
                ),
                0.9,
            )
            draft.say('anonymous = "keep"')
    elif key:
        draft.doubt(said("no column names the customer: each {name} counts as one", name=repr(key.name)), 0.8)
        draft.say(f"column = {quoted(key.name)}  # no column names the customer")
    else:
        draft.doubt(said("no column names the customer: each row counts as one"), 0.6)
        draft.say('anonymous = "row"  # no column names the customer')


def write_every(draft: Draft, looks: dict[str, Look], *, is_needed: bool = False) -> None:
    fields = []
    for role in ("channel", "agent", "language", "currency"):
        for item in looks.values():
            if says(item.name, role) and 0 < item.distinct <= 2000 and item.name not in draft.used and not item.is_time:
                fields.append(f"{role} = {quoted(item.name)}")
                draft.used.add(item.name)
                break
    weights = [
        item for item in looks.values() if says(item.name, "weight") and item.is_numeric and item.low and item.low > 0
    ]
    if weights and weights[0].name not in draft.used:
        fields.append(f"weight = {quoted(weights[0].name)}")
        draft.used.add(weights[0].name)
    properties = [
        item.name
        for item in looks.values()
        if item.name not in draft.used
        and not item.is_time
        and not item.is_text
        and 1 < item.distinct <= 60
        and not question_in(item)
    ][:20]
    if properties:
        fields.append(f"properties = [{', '.join(map(quoted, properties))}]")
    if fields or is_needed:
        draft.say("", "[every]", *fields)


def _is_trait(heading: str) -> bool:
    """Whether a heading tells something about a customer, not who it is."""
    traits = (
        "city",
        "country",
        "state",
        "region",
        "type",
        "segment",
        "age",
        "gender",
        "remark",
        "comment",
        "service",
        "score",
        "rating",
        "satisf",
        "since",
        "zip",
        "feedback",
        "miasto",
        "город",
        "城市",
        "oraș",
    )
    return any(word in heading.lower() for word in traits)
