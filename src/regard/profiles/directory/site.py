"""What the pages of people show: interactions in words and icons, timelines by page, scores over time."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regard.base import Invalid
from regard.profiles.evidence import ALIAS, LINKAGE, MERGE, SAME_EVENT, SEPARATE, TRAIT_EMAIL, TRAIT_PHONE
from regard.profiles.model import LinkState, identifier_of
from regard.profiles.people import Answered, Profile
from regard.profiles.resolving import customers_of
from regard.profiles.reviewing import Suggestion
from regard.profiles.searching import FoundBy, shown
from regard.profiles.timeline import Before, Page
from regard.stream import Interaction, Store
from regard.web.charts import Chart, Point, trend
from regard.web.site import current_format

ITEMS_A_PAGE: Final = 40
LEAST_FOR_A_CHART: Final = 3
LONGEST_ABBREVIATION: Final = 4
BEST_QUARTER: Final = 0.75
WORST_HALF: Final = 0.5

MACHINE_NAME: Final = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
"""A UUID: says nothing to people."""
SURVEY: Final = "Survey"
"""The object of what is told of invitations and responses, whose subject is a random id."""
FIGURES: Final = {
    "csat": gettext_lazy("Customer satisfaction (CSAT)"),
    "nps": gettext_lazy("Net promoter score (NPS)"),
    "ces": gettext_lazy("Customer effort score (CES)"),
    "retention": gettext_lazy("Retention rate"),
    "churn": gettext_lazy("Churn rate"),
    "fcr": gettext_lazy("First contact resolution (FCR)"),
    "resolution_time": gettext_lazy("Average resolution time"),
    "referral_rate": gettext_lazy("Referral rate"),
}
"""What a merge bears on, by its key, as the report calls it."""
ICONS: Final = {
    "Survey": "smile",
    "Order": "file-spreadsheet",
    "Ticket": "life-buoy",
    "Referral": "megaphone",
    "Complaint": "triangle-alert",
    "Page": "eye",
    "Screen": "monitor",
    "Product": "eye",
    "Subscription": "repeat",
    "Email": "inbox",
    "Profile": "user",
    "Account": "users",
    "Consent": "shield",
}
"""The icon of an interaction, by the object of its name."""

RULES: Final = {
    SAME_EVENT: gettext_lazy("named together in one event"),
    TRAIT_EMAIL: gettext_lazy("gave this e-mail address"),
    TRAIT_PHONE: gettext_lazy("gave this phone number"),
    ALIAS: gettext_lazy("an alias call said so"),
    MERGE: gettext_lazy("merged by hand"),
    LINKAGE: gettext_lazy("a suggestion was accepted"),
    SEPARATE: gettext_lazy("separated by hand"),
}
STATES: Final = {
    LinkState.ACCEPTED: gettext_lazy("holds"),
    LinkState.OVER_LIMIT: gettext_lazy("over a limit, does not hold"),
    LinkState.BLOCKED: gettext_lazy("a name of nobody, does not hold"),
    LinkState.REVOKED: gettext_lazy("taken back"),
    LinkState.SEPARATED: gettext_lazy("stopped by a separation"),
}
KINDS: Final = {
    "user_id": gettext_lazy("Customer number"),
    "anonymous_id": gettext_lazy("Visitor"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Phone number"),
}
FIELDS: Final = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Phone number"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "dob": gettext_lazy("Date of birth"),
    "city": gettext_lazy("City"),
    "postcode": gettext_lazy("Postcode"),
    "street": gettext_lazy("Street"),
    "company": gettext_lazy("Company"),
}
LEAST_LIKELY: Final = 0.5


@dataclass(frozen=True)
class Line:
    """An interaction as a timeline shows it."""

    item: Interaction
    icon: str
    thread: str
    minute: str
    score: str
    tone: str
    amount: str
    where: Sequence[str]
    details: Sequence[tuple[str, str]]


def lines_of(items: Sequence[Interaction]) -> list[Line]:
    """Interactions, each with its icon, what it was about in a few words, and the rest for who wants it."""
    return [_line(item) for item in items]


def _line(item: Interaction) -> Line:
    fmt = current_format()
    return Line(
        item,
        icon=ICONS.get(_object_of(item), "clock"),
        thread=thread_name(item),
        minute=fmt.minute(item.occurred_at),
        score="" if item.score is None else labelled(item.metric, scored(item.score, item.scale_max)),
        tone=tone_of(item),
        amount="" if item.amount is None else fmt.money(item.amount, item.currency),
        where=[text for text in (item.channel, item.touchpoint, item.agent) if text],
        details=_details(item),
    )


def _object_of(item: Interaction) -> str:
    return item.name.split(" ", 1)[0]


def thread_name(item: Interaction) -> str:
    """What people call the thread of an interaction: the number of an order or ticket, the name of a survey.

    An id that only machines know gives way to what the thread is of.
    """
    subject, what = item.subject or "", _object_of(item)
    if what != SURVEY:
        return readable(subject, what)
    called = (item.properties or {}).get("survey")
    return called if isinstance(called, str) and called else what if subject else ""


def readable(subject: str, what: str) -> str:
    """A number that people use; of an id that only machines know, what it is of."""
    return what if MACHINE_NAME.fullmatch(subject) else subject


def days_of(page: Page) -> list[tuple[Any, list[Line]]]:
    """The lines of a page by the reader's day, newest first."""
    found: dict[Any, list[Line]] = {}
    for line in lines_of(page.interactions):
        found.setdefault(timezone.localtime(line.item.occurred_at).date(), []).append(line)
    return list(found.items())


def threads_of(page: Page) -> list[tuple[str, str, list[Line]]]:
    """The lines of a page by what they belong to: its subject, and what that is called."""
    return [
        (thread.subject or "", thread_name(thread.interactions[0]), lines_of(thread.interactions))
        for thread in page.threads()
    ]


def labelled(metric: str | None, score: str) -> str:
    """A score after the name of what was asked: metrics in capitals, other questions as they are written."""
    return f"{metric.upper() if len(metric or '') <= LONGEST_ABBREVIATION else metric} {score}" if metric else score


def tone_of(answer: Interaction | Answered) -> str:
    """Whether a score stands at the good or the bad end of its scale; nothing in between, or without one."""
    low, high, score = answer.scale_min, answer.scale_max, answer.score
    if low is None or high is None or score is None or high <= low:
        return ""
    place = (score - low) / (high - low)
    good = 1 - place if answer.orientation == "lower" else place
    return "good" if good >= BEST_QUARTER else "bad" if good < WORST_HALF else ""


def scored(score: float, highest: float | None) -> str:
    """A score beside the highest there is on its scale, as 9 / 10."""
    fmt = current_format()
    return fmt.number(score) if highest is None else f"{fmt.number(score)} / {fmt.number(highest)}"


def _details(item: Interaction) -> list[tuple[str, str]]:
    """Everything that the line itself leaves out: properties and context as they came."""
    own = [(name, value_text(value)) for name, value in (item.properties or {}).items()]
    told = [(f"context.{name}", value_text(value)) for name, value in (item.context or {}).items()]
    known = [("source_key", item.source_key), ("id", item.id), ("load", item.load)]
    return [*own, *told, *((name, value) for name, value in known if value)]


def value_text(value: Any) -> str:
    """A trait or property for people: text as it is, a dash for none, all else as JSON."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def score_charts(profile: Profile) -> list[Chart]:
    """The scores of each question over time, once there are enough of them to draw."""
    by_metric: dict[tuple[str, Any, Any], list[Answered]] = {}
    for answer in profile.scores:
        by_metric.setdefault((answer.metric or "", answer.scale_min, answer.scale_max), []).append(answer)
    return [
        trend(
            [Point(timezone.localtime(one.at).date(), one.score, n=1) for one in found],
            title=name.upper(),
            unit="score",
            fmt=current_format(),
            height=120,
        )
        for (name, *_scale), found in by_metric.items()
        if len(found) >= LEAST_FOR_A_CHART
    ]


def token_of(before: Before | None) -> str:
    """Where the next page of a timeline begins, for an address."""
    if before is None:
        return ""
    text = f"{before[0].isoformat()} {before[1]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def before_of(token: str) -> Before | None:
    """What :func:`token_of` made. Raises Invalid for anything else."""
    if not token:
        return None
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        at, _space, item = text.partition(" ")
        instant = datetime.fromisoformat(at)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Invalid(_("This page of the timeline does not exist."), field="before") from None
    if instant.tzinfo is None:
        raise Invalid(_("This page of the timeline does not exist."), field="before")
    return instant, item


def wanted(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of a timeline that an address asks for."""
    return {name: given[name] for name in ("channel", "name", "subject") if given.get(name)}


def share_of(text: str) -> float:
    """A probability in an address. Raises Invalid for anything but a number from 0 to 1."""
    try:
        share = float(text or LEAST_LIKELY)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise Invalid(_("A probability is a number from 0 to 1."), field="from")
    return share


def pairs_of(store: Store, suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """Suggestions, each with both people and with what speaks for and against it, in the order of its weight."""
    numbers = customers_of(store, {key for one in suggestions for key in (one.a, one.b)})
    people = {one.customer: one for one in shown(store, dict.fromkeys(numbers.values(), FoundBy.IDENTIFIER))}
    sides = {key: (identifier_of(key), number, people.get(number)) for key, number in numbers.items()}
    return [{"pair": one, "sides": [sides[one.a], sides[one.b]], "reasons": _reasons(one)} for one in suggestions]


def _reasons(suggestion: Suggestion) -> list[dict[str, Any]]:
    fmt = current_format()
    return [
        {
            "field": FIELDS.get(one.field, one.field),
            "values": [value or "–" for value in one.values],
            "weight": f"{'+' if one.weight > 0 else '−'}{fmt.number(abs(one.weight), 1)}",
            "tone": "good" if one.weight > 0 else "bad",
        }
        for one in suggestion.reasons
    ]


def titled(profile: Profile) -> str:
    """What a person is called: their name, or the best that is known of them."""
    named = profile.name or profile.email or profile.phone
    return named or next((one.value for one in profile.identifiers), "") or _("Somebody without a name")
