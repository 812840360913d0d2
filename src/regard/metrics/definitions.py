"""The workspace's settings, and each metric's definition: kept as versions, so that an old figure can be made again."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from regard.base import Invalid, NotFound
from regard.base.words import said
from regard.metrics.asking import kept
from regard.metrics.model import Definition
from regard.stream import Record, Store

Kind = Literal["contractual", "non_contractual"]


@dataclass(frozen=True)
class Settings:
    """What a workspace says about itself. ``calendar`` holds business hours, as ``BusinessCalendar.as_dict`` does.

    ``version`` is 0 until settings are kept; a measurement carries it, for settings change figures, too.
    """

    time_zone: str = "UTC"
    kind: Kind = "non_contractual"
    minimum_n: int = 5
    currency: str | None = None
    calendar: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    def by_name(self) -> dict[str, Any]:
        """What figures depend on, and which version says so."""
        return {name: getattr(self, name) for name in ("version", *_MEASURED_BY)}


_MEASURED_BY = ("time_zone", "kind", "minimum_n", "currency", "calendar")


def settings_of(store: Store, version: int | None = None) -> Settings:
    """The workspace's settings, with defaults for what it does not say. ``facts`` has all that was kept.

    ``version`` asks for an older version, 0 for none kept at all. Raises :class:`~regard.base.NotFound` when there is
    none.
    """
    if version == 0:
        return Settings()
    records = kept(store, "settings", "workspace", all_versions=version is not None)
    found = [record for record in records if version is None or record.version == version]
    if not found and version is not None:
        raise NotFound(said("there are no settings of version {version}", version=version), field="version")
    facts = dict(found[-1].body) if found else {}
    own = {name: facts[name] for name in _MEASURED_BY if facts.get(name) is not None}
    return Settings(**own, facts=facts, version=found[-1].version if found else 0)


def settings_for(store: Store, version: int | None) -> Settings:
    """The settings that figures are made by: the newest, or an old version to make an old figure again.

    Of two minimums the larger one holds: an old version must not show the small groups that are withheld now.
    """
    newest = settings_of(store)
    if version is None or version == newest.version:
        return newest
    asked = settings_of(store, version)
    return replace(asked, minimum_n=max(asked.minimum_n, newest.minimum_n))


def versions_of_settings(store: Store) -> list[Record]:
    """Every version of the workspace's settings, oldest first, with who made it and when."""
    return store.kept("settings", "workspace", all_versions=True)


def definition_of(store: Store, metric: str, version: int | None = None) -> Definition:
    """A metric's definition: the newest, or the version asked for; version 0 is what Regard ships with."""
    from regard.metrics.catalogue import metric_called

    contract = metric_called(metric)
    if version == 0:
        return Definition(contract.key, 0, contract.defaults())
    records = kept(store, "definition", contract.key, all_versions=version is not None)
    found = [record for record in records if version is None or record.version == version]
    if not found and version is not None:
        raise NotFound(
            said("{key} has no definition of version {version}", key=contract.key, version=version), field="version"
        )
    if not found:
        return Definition(contract.key, 0, contract.defaults())
    newest = found[-1]
    rules = {**contract.defaults(), **newest.body}
    return Definition(contract.key, newest.version, rules, newest.made_at, newest.made_by)


def versions_of(store: Store, metric: str) -> list[Definition]:
    """Every version of a metric's definition, oldest first, the shipped one included."""
    later = kept(store, "definition", metric, all_versions=True)
    return [definition_of(store, metric, version) for version in [0, *(record.version for record in later)]]


def define(store: Store, metric: str, rules: Mapping[str, Any], made_by: str | None = None) -> Definition:
    """Keep changed rules as the metric's next version; rules that are not given keep their present value.

    Raises :class:`~regard.base.Invalid`, naming the rule, when one cannot be used.
    """
    from regard.metrics.catalogue import metric_called

    contract = metric_called(metric)
    checked = contract.checked({**definition_of(store, contract.key).rules, **rules})
    made = store.keep(Record("definition", contract.key, checked, made_by=made_by))[0]
    return Definition(contract.key, made.version, checked, made.made_at, made.made_by)


def unknown_metric(name: str, known: list[str]) -> Invalid:
    """The error for a metric that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return Invalid(
        said("there is no metric called {name}", name=repr(name)),
        field="metric",
        remedy=said("use {names}", names=near[0] if near else ", ".join(known)),
    )
