"""What pages of segments say: a condition in words, what the builder offers, sizes as far as they may be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regard.accounts import Right
from regard.profiles.conditions import (
    PROFILE_UPDATED,
    All,
    AnyOf,
    Condition,
    Did,
    InSegment,
    Latest,
    Not,
    Range,
    Score,
    Test,
    Trait,
    Window,
)
from regard.profiles.erasing.site import erase_profile as erase_profile
from regard.profiles.forms import COLUMNS, HOWS
from regard.profiles.segments import known_segments
from regard.profiles.tasks import start_refreshing as start_refreshing
from regard.profiles.traits import object_in
from regard.stream import Question, Store, compose
from regard.web.formats import MISSING

SAMPLED = 5_000
"""Interactions from which names of traits and properties are taken."""
FEW = 5
"""Sizes below it are told only to those who may see single customers."""


# --- in words ------------------------------------------------------------------------------------------------------


def lines_of(condition: Condition, titles: Mapping[str, str]) -> tuple[str, list[str]]:
    """A condition as a heading and one line for each part."""
    if isinstance(condition, AnyOf):
        return _("Any of these"), [words(part, titles) for part in condition.of]
    parts = condition.of if isinstance(condition, All) else [condition]
    return _("All of these") if len(parts) > 1 else "", [words(part, titles) for part in parts]


def words(condition: Condition, titles: Mapping[str, str]) -> str:
    """A condition in one sentence; ``titles`` are the names of segments by key."""
    match condition:
        case Not(of=part):
            return _("not: %(what)s") % {"what": words(part, titles)}
        case All(of=parts):
            return "(" + _(" and ").join(words(part, titles) for part in parts) + ")"
        case AnyOf(of=parts):
            return "(" + _(" or ").join(words(part, titles) for part in parts) + ")"
        case Trait(name=name):
            return f"{name} {_tested(condition)}"
        case Latest(column=column):
            return f"{COLUMNS[column]} {_tested(condition)}"
        case Did():
            return _did(condition)
        case Score():
            return _scored(condition)
        case InSegment(key=key):
            return _("is in %(segment)s") % {"segment": titles.get(key, key)}
    return _("stands in the uploaded list")


def _tested(test: Test) -> str:
    value = test.value
    if test.how == "one_of" and isinstance(value, list):
        return _("is one of %(values)s") % {"values": ", ".join(value)}
    shown = "" if value is None else f"{value:g}" if isinstance(value, float) else f"“{value}”"
    return f"{HOWS[test.how]} {shown}".strip()


def _did(did: Did) -> str:
    said = [f"{did.name}: {_often(did.times)}", _window(did.during)]
    said += [f"{test.column} {_tested(test)}" for test in did.where]
    if did.amount:
        said.append(_("worth together %(amount)s") % {"amount": _range(did.amount)})
    said += [_("first %(when)s") % {"when": _window(did.first)}] if did.first else []
    said += [_("last %(when)s") % {"when": _window(did.last)}] if did.last else []
    return ", ".join(filter(None, said))


def _often(times: Range) -> str:
    if times.at_most == 0:
        return _("never")
    limit = times.at_most if times.at_least is None else times.at_least
    return ngettext("%(range)s time", "%(range)s times", int(limit or 0)) % {"range": _range(times)}


def _scored(score: Score) -> str:
    which = _("latest answer") if score.of == "latest" else _("mean answer")
    scale = "–".join(f"{end:g}" for end in score.scale)
    told = _("%(metric)s, %(which)s %(range)s on %(scale)s") % {
        "metric": score.metric.upper(),
        "which": which,
        "range": _range(score.between),
        "scale": scale,
    }
    return ", ".join(filter(None, [told, _window(score.during)]))


def _range(limits: Range) -> str:
    least, most = limits.at_least, limits.at_most
    if least is not None and most is not None:
        return f"{least:g}" if least == most else f"{least:g}–{most:g}"
    if most is None:
        return _("at least %(number)s") % {"number": f"{least:g}"}
    return _("at most %(number)s") % {"number": f"{most:g}"}


def _window(window: Window) -> str:
    said = []
    if window.within_days:
        days = {"days": window.within_days}
        said.append(ngettext("in the last %(days)s day", "in the last %(days)s days", window.within_days) % days)
    if window.before_days:
        days = {"days": window.before_days}
        said.append(ngettext("more than %(days)s day ago", "more than %(days)s days ago", window.before_days) % days)
    said += [_("since %(day)s") % {"day": window.since}] if window.since else []
    said += [_("until before %(day)s") % {"day": window.until}] if window.until else []
    return " ".join(said)


# --- offers and sizes ----------------------------------------------------------------------------------------------


def offers_of(store: Store, but: str | None = None) -> dict[str, list[Any]]:
    """What the fields of the builder offer: names that the stream has, and the other segments."""
    names = compose.select("name").distinct().from_(compose.TABLE).order_by("name").limit(200)
    metrics = compose.select("metric").distinct().from_(compose.TABLE).where("NOT metric IS NULL").order_by("metric")
    return {
        "events": store.ask(Question("names of interactions", names))["name"],
        "metrics": store.ask(Question("questions asked", metrics.limit(100)))["metric"],
        "traits": _names(store, [compose.sql("name = :name")]),
        "columns": ["channel", "touchpoint", "language", "currency", "agent", *_names(store, [])],
        "segment": [(one.key, one.title) for one in known_segments(store) if one.key != but],
    }


def _names(store: Store, conditions: list[Any]) -> list[str]:
    """The properties in a sample of interactions."""
    query = compose.select("properties").from_(compose.TABLE).where("NOT properties IS NULL", *conditions)
    texts = store.ask(Question("sample of properties", query.limit(SAMPLED), {"name": PROFILE_UPDATED}))["properties"]
    return sorted({name for text in texts for name in object_in(text)})[:200]


def sizes(store: Store) -> dict[str, int]:
    """How many belong to each segment, as written down last; those brought up to date with nobody have none."""
    query = compose.select("segment", "count(*) AS customers").from_("segment_members").group_by("segment")
    return {row["segment"]: row["customers"] for row in store.ask(Question("sizes of segments", query)).rows()}


def size_words(request: HttpRequest, size: int | None, number: Any) -> str:
    """A size; a small one only to those who may see single customers."""
    if size is None:
        return MISSING
    if size < FEW and not request.member.may(Right.VIEW_ROWS):
        return _("fewer than %(few)s") % {"few": FEW}
    return str(number(size, 0))
