"""The front door of metrics for other sites: how rules are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from regard.metrics.definitions import versions_of
from regard.metrics.model import Definition
from regard.stream import Store
from regard.web import MISSING


def value_words(value: Any) -> str:
    """The value of a rule as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {value_words(inner)}" for name, inner in value.items()) or MISSING
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or MISSING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return MISSING if value in (None, "") else str(value)


def rule_name(name: str) -> str:
    """A rule's name as a label."""
    return _(name.replace("_", " ").capitalize())


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
