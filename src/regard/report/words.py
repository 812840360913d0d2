"""What pages say about each metric: how its basis is counted, its icon, what to send for it, its companions' names."""

from __future__ import annotations

from typing import Final, NamedTuple

from regard.web import gettext_noop, ngettext

RESPONSES = ngettext("{n} response", "{n} responses")
CUSTOMERS = ngettext("{n} customer", "{n} customers")
TICKETS = ngettext("{n} ticket", "{n} tickets")
INVITATIONS = ngettext("{n} invitation", "{n} invitations")


class Said(NamedTuple):
    """A metric in words: short name, what it counts, its icon, and what to load when there is nothing to show."""

    short: str
    of: tuple[str, str]
    icon: str
    teach: str


METRICS: Final[dict[str, Said]] = {
    "csat": Said(
        gettext_noop("Satisfaction"),
        RESPONSES,
        "smile",
        gettext_noop("Load answers to “how satisfied are you”, on any scale: Survey Answered with the metric csat."),
    ),
    "nps": Said(
        gettext_noop("NPS"),
        RESPONSES,
        "megaphone",
        gettext_noop(
            "Load answers to “how likely are you to recommend us”, 0–10: Survey Answered with the metric nps."
        ),
    ),
    "ces": Said(
        gettext_noop("Effort"),
        RESPONSES,
        "gauge",
        gettext_noop(
            "Load answers to “how easy was it”, with the end that is easy: Survey Answered with the metric ces."
        ),
    ),
    "retention": Said(
        gettext_noop("Retention"),
        CUSTOMERS,
        "repeat",
        gettext_noop(
            "Load purchases (Order Completed) or contracts (Subscription Started and Cancelled) with customers."
        ),
    ),
    "churn": Said(
        gettext_noop("Churn"),
        CUSTOMERS,
        "user-minus",
        gettext_noop(
            "Load purchases (Order Completed) or contracts (Subscription Started and Cancelled) with customers."
        ),
    ),
    "fcr": Said(
        gettext_noop("First contact resolution"),
        TICKETS,
        "life-buoy",
        gettext_noop("Load your help desk's tickets: Ticket Opened, Ticket Replied and Ticket Resolved."),
    ),
    "resolution_time": Said(
        gettext_noop("Resolution time"),
        TICKETS,
        "timer",
        gettext_noop("Load when tickets were opened and resolved: Ticket Opened and Ticket Resolved."),
    ),
    "referral_rate": Said(
        gettext_noop("Referral rate"),
        CUSTOMERS,
        "users",
        gettext_noop("Load recommendations: Referral Made with the customer who made it."),
    ),
    "response_rate": Said(
        gettext_noop("Response rate"),
        INVITATIONS,
        "chart-line",
        gettext_noop("Load invitations (Survey Sent) and answers (Survey Answered) with the same subject."),
    ),
    "customer_value": Said(
        gettext_noop("Lifetime value"),
        CUSTOMERS,
        "chart-line",
        gettext_noop("Load purchases (Order Completed) and refunds (Order Refunded) with customers and amounts."),
    ),
}
UNKNOWN = Said("", RESPONSES, "chart-line", "")

PARTS: Final[dict[str, str]] = {
    "published": gettext_noop("As published"),
    "unweighted": gettext_noop("Without weights"),
    "mean": gettext_noop("Mean answer"),
    "index": gettext_noop("0–100 index"),
    "ease_index": gettext_noop("Ease index (100 = no effort)"),
    "promoters": gettext_noop("Promoters (9–10)"),
    "passives": gettext_noop("Passives (7–8)"),
    "detractors": gettext_noop("Detractors (0–6)"),
    "median": gettext_noop("Median"),
    "p90": gettext_noop("9 in 10 within"),
    "median_with_open": gettext_noop("Median, open tickets counted"),
    "elapsed": gettext_noop("Elapsed time"),
    "business": gettext_noop("Business hours"),
    "touch": gettext_noop("Time agents spent"),
    "reopened": gettext_noop("Reopened"),
    "customers_at_start": gettext_noop("Customers at the start"),
    "customers_at_end": gettext_noop("Customers at the end"),
    "customers_won": gettext_noop("Customers won"),
    "customers_lost": gettext_noop("Customers lost"),
    "won_and_lost": gettext_noop("Won and lost in between"),
    "revenue_churn": gettext_noop("Revenue churn"),
    "per_customer": gettext_noop("Referrals per customer"),
    "conversion": gettext_noop("Referrals that led to a customer"),
    "referrers": gettext_noop("Customers who referred"),
    "referrals": gettext_noop("Referrals"),
    "within_promise": gettext_noop("Within the promise"),
    "rr1": gettext_noop("RR1: complete, of all invited"),
    "rr2": gettext_noop("RR2: partial answers counted"),
    "rr3": gettext_noop("RR3: complete, of those who could answer"),
    "rr4": gettext_noop("RR4: partial ones counted, of those who could answer"),
    "invitations": gettext_noop("Invitations"),
    "completed": gettext_noop("Completed"),
    "answered_in_part": gettext_noop("Answered in part"),
    "opened_only": gettext_noop("Opened, not answered"),
    "not_heard_of": gettext_noop("Not heard of"),
}
PUBLISHED: Final = {"retention": gettext_noop("Customer count ratio, as published")}
"""Where the published formula measures something else than its name says, the page says what."""
DRAWN: Final = ("answer_", "within_")
"""Companions by the beginnings of their names that a chart shows instead."""


def said_of(metric: str) -> Said:
    """The words for a metric; plain ones for a metric that has none of its own."""
    return METRICS.get(metric, UNKNOWN)


def part_name(part: str, metric: str = "") -> str:
    """A companion's name, to be translated when it is shown.

    >>> part_name("median"), part_name("reopened_share")
    ('Median', 'Reopened share')
    """
    if part == "published" and metric in PUBLISHED:
        return PUBLISHED[metric]
    return PARTS.get(part) or part.replace("_", " ").capitalize()
