"""The front door of metrics for other sites: how rules are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.metrics.definitions import versions_of
from regard.metrics.model import Definition
from regard.stream import Store
from regard.web import MISSING

RULES = {
    "top": gettext_noop("Least satisfied answer on each scale"),
    "touchpoint": gettext_noop("Touchpoint of the whole experience"),
    "weights": gettext_noop("Weights of answers"),
    "orientation": gettext_noop("Easy end of each scale"),
    "active_days": gettext_noop("Active days"),
    "qualifying": gettext_noop("Qualifying interactions"),
    "window_days": gettext_noop("Window in days"),
    "max_contacts": gettext_noop("Most contacts"),
    "max_reassignments": gettext_noop("Most hand-overs"),
    "clock": gettext_noop("Clock"),
    "until": gettext_noop("Ends when"),
    "promise_seconds": gettext_noop("Promise in seconds"),
    "field_days": gettext_noop("Days in the field"),
    "unknown_eligible_percent": gettext_noop("Per cent of the unknown who could answer"),
    "revenue": gettext_noop("What customers pay"),
    "refunds": gettext_noop("What they get back"),
}
CHOICES = {
    "use": gettext_noop("use them"),
    "ignore": gettext_noop("every answer alike"),
    "elapsed": gettext_noop("elapsed time"),
    "business": gettext_noop("business hours"),
    "touch": gettext_noop("time agents spent"),
    "resolved": gettext_noop("last resolved"),
    "first_resolved": gettext_noop("first resolved"),
    "closed": gettext_noop("closed"),
    "higher": gettext_noop("the highest answer"),
    "lower": gettext_noop("the lowest answer"),
}


def value_words(value: Any) -> str:
    """The value of a rule as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {value_words(inner)}" for name, inner in value.items()) or MISSING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or MISSING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return MISSING
    return _(CHOICES[value]) if value in CHOICES else str(value)


def rule_name(name: str) -> str:
    """A rule's name as a label; one that is new here reads plainly."""
    return _(RULES[name]) if name in RULES else name.replace("_", " ").capitalize()


def history(store: Store, metric: str) -> list[dict[str, Any]]:
    """Every version, newest first, with what each changed of the one before, in words."""
    versions = versions_of(store, metric)
    pairs = zip(versions, [None, *versions], strict=False)
    return [{"definition": version, "changes": changes(before, version)} for version, before in pairs][::-1]


def changes(before: Definition | None, after: Definition) -> list[dict[str, str]]:
    """Which rules differ between two versions."""
    if before is None:
        return []
    return [
        {"rule": rule_name(name), "before": value_words(before.rules.get(name)), "after": value_words(value)}
        for name, value in after.rules.items()
        if before.rules.get(name) != value
    ]
