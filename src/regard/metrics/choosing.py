"""Which interactions a metric counts in a slice: what the rows behind a figure are chosen by, family by family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from regard.base.words import said
from regard.metrics.contract import Metric
from regard.metrics.customer_questions import CONTRACT_EVENTS, latest_value, wanted_customers
from regard.metrics.customers import days_before
from regard.metrics.definitions import definition_of
from regard.metrics.model import Definition, Slice
from regard.metrics.periods import zone
from regard.metrics.questions import INVITATION, ON_SCALE, SENT, WEIGHS, sent_value
from regard.metrics.referral_questions import referrers_question
from regard.metrics.scope import Scope, Window, conditions, scope_of
from regard.metrics.survey_answers import counts_only_the_whole
from regard.metrics.tickets import EVENTS, FACETS
from regard.stream import Store, compose
from regard.stream.vocabulary import REFERRAL_CONVERTED, REFERRAL_MADE


@dataclass(frozen=True)
class Chosen:
    """Names of interactions, what else must hold of them, with parameters, and what to say of the choice."""

    events: Sequence[str]
    conditions: Sequence[exp.Expr]
    given: Mapping[str, Any]
    notes: Sequence[str] = ()


def rows_of(store: Store, contract: Metric, slice: Slice, definition: Definition | None = None) -> Chosen:
    """The interactions that a metric counts in a slice."""
    rules = contract.checked((definition or definition_of(store, contract.key)).rules)
    scope = scope_of(store, slice, contract, {contract.key: rules}, ())
    windows = scope.windows or ((slice.start, slice.end),)
    window = windows[0][0], windows[-1][1]
    return CHOOSERS.get(contract.family, _plain)(contract, scope, window)


def _plain(contract: Metric, scope: Scope, window: Window) -> Chosen:
    chosen = Chosen(contract.reads, *conditions(scope, window))
    if contract.family != "orders":
        return chosen
    return Chosen(chosen.events, [*chosen.conditions, compose.sql("NOT amount IS NULL")], chosen.given)


def _answers(contract: Metric, scope: Scope, window: Window) -> Chosen:
    limits, given = conditions(scope, window)
    limits.append(compose.sql(f"metric = :metric AND {ON_SCALE} AND {WEIGHS}"))
    given["metric"] = contract.key
    if contract.key == "nps":
        limits.append(compose.sql("scale_min = 0 AND scale_max = 10 AND coalesce(orientation, '') <> 'lower'"))
    whole = counts_only_the_whole(scope, contract.key)
    if whole is not None:
        limits.append(compose.sql("(touchpoint IS NULL OR touchpoint = :whole)"))
        given["whole"] = whole
    return Chosen(contract.reads, limits, given)


def _customers(contract: Metric, scope: Scope, window: Window) -> Chosen:
    rules, (start, end) = scope.rules[contract.key], scope.bounds(window)
    if scope.settings.kind == "contractual":
        events, first = list(CONTRACT_EVENTS), None
        notes = [said("All contracts begun before the end of the period: they tell who is a customer in it.")]
    else:
        days, events = rules["active_days"], list(rules["qualifying"])
        first = days_before(start, days, zone(scope.settings.time_zone)) if start else None
        notes = [said("From {days} days before the period on: they make a customer active when it begins.", days=days)]
    limits, given = compose.between(first, end, scope.slice.as_of)
    limits.append(compose.sql("NOT customer IS NULL"))
    return _filtered("customer", scope, Chosen(events, limits, given, notes))


def _tickets(contract: Metric, scope: Scope, window: Window) -> Chosen:
    """All rows of the tickets that ended in the window, by the metric's own end; of those opened, for the reply."""
    end = "opened" if contract.key == "first_response" else scope.rules[contract.key].get("until", "resolved")
    facets = dict.fromkeys([end, "opened", "resolved", "closed", "last_reopened"])
    within, limits = compose.between(*scope.bounds(window))
    seen, given = compose.between(None, None, scope.slice.as_of)
    rows = [compose.sql("NOT subject IS NULL"), *seen]
    latest = [latest_value(name, f"is{place}") for place, name in enumerate(scope.slice.where)]
    told = compose.select("subject", *(f"{FACETS[name][0]} AS {name}" for name in facets), *latest)
    told = told.from_(compose.TABLE).where(_named(), *rows).group_by("subject")
    wanted, values = wanted_customers(scope.slice.where)
    ended = "coalesce(resolved, closed)" if end == "resolved" else end
    timed = compose.select("subject", f"{ended} AS occurred_at", *(f"is{place}" for place in range(len(latest))))
    timed = timed.from_(told.subquery("told"))
    if end in ("resolved", "closed"):
        timed = timed.where(
            compose.sql("last_reopened IS NULL OR resolved >= last_reopened OR closed >= last_reopened")
        )
    chosen = compose.select("subject").from_(timed.subquery("timed"))
    chosen = chosen.where(compose.sql("NOT occurred_at IS NULL"), *within, *wanted)
    return Chosen(
        list(EVENTS.values()),
        [*rows, exp.column("subject").isin(query=chosen)],
        {**EVENTS, **limits, **given, **values},
    )


def _named() -> exp.Expr:
    return exp.column("name").isin(*map(compose.placeholder, EVENTS))


def _filtered(key: str, scope: Scope, chosen: Chosen) -> Chosen:
    """Only rows of those whom the filter wants, by their latest values."""
    where = scope.slice.where
    if not where:
        return chosen
    events = {f"made{place}": name for place, name in enumerate(chosen.events)}
    named = exp.column("name").isin(*map(compose.placeholder, events))
    latest = [latest_value(name, f"is{place}") for place, name in enumerate(where)]
    told = compose.select(key, *latest).from_(compose.TABLE).where(named, *chosen.conditions).group_by(key)
    wanted, values = wanted_customers(where)
    those = compose.select(key).from_(told.subquery("told")).where(*wanted)
    limits = [*chosen.conditions, exp.column(key).isin(query=those)]
    return Chosen(chosen.events, limits, {**chosen.given, **values, **events}, chosen.notes)


def _values(contract: Metric, scope: Scope, window: Window) -> Chosen:
    """Everything paid and given back before the end of the window, by the customers wanted."""
    rules = scope.rules[contract.key]
    limits, given = compose.between(None, scope.bounds(window)[1], scope.slice.as_of)
    limits.append(compose.sql("NOT customer IS NULL AND NOT amount IS NULL"))
    return _filtered("customer", scope, Chosen([*rules["revenue"], *rules["refunds"]], limits, given))


def _invitations(contract: Metric, scope: Scope, window: Window) -> Chosen:
    """All rows of the invitations that were sent in the window."""
    seen, given = compose.between(None, None, scope.slice.as_of)
    within, limits = compose.between(*scope.bounds(window))
    latest = [sent_value(name, f"is{place}") for place, name in enumerate(scope.slice.where)]
    sent = compose.select("subject", f"min(CASE WHEN {SENT} THEN occurred_at END) AS occurred_at", *latest)
    sent = sent.from_(compose.TABLE).where(compose.sql(SENT), *seen).group_by("subject")
    wanted, values = wanted_customers(scope.slice.where)
    those = compose.select("subject").from_(sent.subquery("invitations")).where(compose.sql("true"), *within, *wanted)
    conditions = [*seen, exp.column("subject").isin(query=those)]
    return Chosen(contract.reads, conditions, {**INVITATION, **limits, **given, **values})


def _referrals(contract: Metric, scope: Scope, window: Window) -> Chosen:
    """The referrals made in the window by the customers wanted, and what came of them at any time."""
    start, end = scope.bounds(window)
    seen, given = compose.between(None, None, scope.slice.as_of)
    within, limits = compose.between(start, end)
    made = [compose.sql("name = :made"), *within, *seen]
    if scope.slice.where:
        wanted = referrers_question(end, None, scope.slice.where, scope.slice.as_of)
        made.append(exp.column("customer").isin(query=wanted.sql))
        given |= wanted.parameters
    led = compose.select("subject").from_(compose.TABLE).where(*made, compose.sql("NOT subject IS NULL"))
    came = [compose.sql("name = :converted"), *seen, exp.column("subject").isin(query=led)]
    either = exp.or_(exp.and_(*(one.copy() for one in made)), exp.and_(*came))
    notes = [said("The referrals only: the rate is of all customers ever seen.")]
    given |= {"made": REFERRAL_MADE, "converted": REFERRAL_CONVERTED, **limits}
    return Chosen(contract.reads, [either], given, notes)


CHOOSERS = {
    "answers": _answers,
    "customers": _customers,
    "tickets": _tickets,
    "values": _values,
    "invitations": _invitations,
    "referrals": _referrals,
}
