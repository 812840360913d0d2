"""From the generator's arrays to rows with exactly the stream's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.base.ids import profile_number
from regard.demo import company
from regard.demo.company import Floats, Ints
from regard.demo.hours import DAY, HOUR, after_work, to_utc
from regard.demo.people import Answers, Customers, Orders, Period, Referrals, Tickets
from regard.demo.verbatims import LANGUAGES, THEMES, spoken
from regard.stream import COLUMNS

NUMBERS: Final = ("score", "scale_min", "scale_max", "weight", "amount")
TIMES: Final = ("occurred_at", "received_at")
SCHEMA: Final = pa.schema(
    [
        (name, pa.float64() if name in NUMBERS else pa.timestamp("us") if name in TIMES else pa.string())
        if name != "customer"
        else (name, pa.int64())
        for name in COLUMNS
    ]
)
PROPERTIES: Final = ("country", "category", "carrier", "arrival", "topic", "by")
"""Every property that a row may carry."""
COUNTRY_LANGUAGE: Final = np.array([LANGUAGES.index(x) for x in company.COUNTRY_LANGUAGES])


def pick(labels: Sequence[str], places: Ints) -> pa.Array:
    """The label at each place."""
    return pa.array(labels).take(pa.array(places))


def coded(prefix: str, numbers: Ints) -> pa.Array:
    """Codes such as ``order-000042``."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), 6, "0")
    return pc.binary_join_element_wise(f"{prefix}-", digits, "")


def as_json(**members: pa.Array | str) -> pa.Array:
    """One JSON object a row; texts are quoted and hold nothing that needs escaping."""
    pieces: list[Any] = []
    for name, values in members.items():
        is_text = isinstance(values, str) or pa.types.is_string(values.type)
        quote = '"' if is_text else ""
        lead = "{" if not pieces else ", "
        pieces += [f'{lead}"{name}": {quote}', values if is_text else pc.cast(values, pa.string()), quote]
    return pc.binary_join_element_wise(*pieces, "}", "")


class Rows:
    """Collects parts of the stream; ``table`` puts them in order of time and gives each row its id."""

    def __init__(self, people: Customers, period: Period, seed: int):
        self.people, self.period, self.seed = people, period, seed
        self.parts: list[pa.Table] = []
        self.keys = coded("customer", people.number)
        self.profiles = np.array([profile_number(key) for key in self.keys.to_pylist()], dtype=np.int64)

    def add(self, name: str, who: Ints, at: Ints, *, lag: int | Ints = 20, **columns: Any) -> None:
        """Interactions of one name; those before the end only. ``lag`` seconds pass until they are received."""
        kept = pa.array(at < self.period.end)
        instant = to_utc(at) * 1_000_000
        given = {
            "name": pa.scalar(name),
            "occurred_at": pa.array(instant).cast(pa.timestamp("us")),
            "received_at": pa.array(instant + (lag + at % 41) * 1_000_000).cast(pa.timestamp("us")),
            "source_key": self.keys.take(pa.array(who)),
            "customer": pa.array(self.profiles[who]),
            "properties": as_json(country=self.country(who)),
            "load": f"simulated-{self.seed}",
        } | columns
        arrays = [_column(given.get(x), SCHEMA.field(x).type, len(at)) for x in COLUMNS]
        self.parts.append(pa.Table.from_arrays(arrays, schema=SCHEMA).filter(kept))

    def country(self, who: Ints) -> pa.Array:
        return pick(company.COUNTRIES, self.people.country[who])

    def table(self) -> pa.Table:
        rows = pa.concat_tables(self.parts).sort_by([("occurred_at", "ascending")]).combine_chunks()
        ids = coded(f"simulated-{self.seed}", np.arange(1, len(rows) + 1))
        return rows.set_column(0, SCHEMA.field("id"), ids)


def _column(given: Any, kind: pa.DataType, count: int) -> pa.Array:
    if given is None:
        return pa.nulls(count, kind)
    if isinstance(given, pa.Array | pa.ChunkedArray):
        return given.cast(kind)
    if isinstance(given, np.ndarray):
        return pa.array(given).cast(kind)
    return pa.repeat(given if isinstance(given, pa.Scalar) else pa.scalar(given, kind), count)


def add_customers(rows: Rows, draw: np.random.Generator) -> None:
    people = rows.people
    who = np.arange(len(people.number))
    rows.add("Signed Up", who, people.joined, channel="web", touchpoint="sign-up")
    visitors = np.repeat(who, draw.poisson(2.0, len(who)))
    at = people.joined[visitors] + (draw.random(len(visitors)) * (rows.period.end - people.joined[visitors])).astype(
        np.int64
    )
    rows.add("Page Viewed", visitors, at, channel="web", touchpoint="browse")


CATEGORIES: Final = ("home", "kitchen", "garden", "toys", "books")
STORE: Final = company.SHOPS.index("store")


def add_orders(rows: Rows, orders: Orders, draw: np.random.Generator) -> None:
    """A journey: view, buy, ship, deliver; some give back, some complain. Shops of stone report at night."""
    count, who = len(orders.at), orders.customer
    every, sent = np.ones(count, dtype=bool), orders.shop != STORE
    views = sent & (draw.random(count) < 0.6)
    returned = draw.random(count) < 0.04
    complains = sent & (draw.random(count) < np.where(orders.is_late == 1, 0.2, 0.005))
    country, carrier = rows.country(who), pick(("partner-1", "partner-2"), orders.is_hit)
    place = {"properties": as_json(country=country, category=pick(CATEGORIES, draw.integers(0, 5, count)))}
    parcel = {"properties": as_json(country=country, carrier=carrier)}
    arrival = pick(("on time", "late"), orders.is_late)
    arrived = {"properties": as_json(country=country, carrier=carrier, arrival=arrival)}
    same = {"channel": pick(company.SHOPS, orders.shop), "subject": coded("order", np.arange(1, count + 1))}
    money = {"amount": pa.array(orders.amount), "currency": "EUR"}
    words = {
        "text": complaints(rows, orders, draw),
        "language": pick(LANGUAGES, COUNTRY_LANGUAGE[rows.people.country[who]]),
    }
    lag = np.where(sent, 20, 27 * HOUR - orders.at % DAY)
    for kept, name, at, touchpoint, more in (
        (views, "Product Viewed", orders.at - 600, "browse", place | {"subject": None}),
        (every, "Order Completed", orders.at, "checkout", place | money | {"lag": lag}),
        (sent, "Order Shipped", orders.at + DAY, "delivery", parcel),
        (sent, "Order Delivered", orders.delivered, "delivery", arrived),
        (returned, "Order Refunded", orders.delivered + 5 * DAY, "returns", money),
        (complains, "Complaint Made", orders.delivered + HOUR, "delivery", arrived | words | {"channel": "email"}),
    ):
        which = np.flatnonzero(kept)
        rows.add(name, who[which], at[which], touchpoint=touchpoint, **of_these(which, same | more))


def of_these(which: Ints, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns at some places; what is the same for all stays."""
    arrays = {name: values.take(pa.array(which)) for name, values in columns.items() if isinstance(values, pa.Array)}
    plain = {name: values[which] for name, values in columns.items() if isinstance(values, np.ndarray)}
    return {**columns, **arrays, **plain}


def complaints(rows: Rows, orders: Orders, draw: np.random.Generator) -> pa.Array:
    """What a complaint about each order would say: of a late one, that it is late."""
    count = len(orders.at)
    theme = np.where(orders.is_late == 1, 0, any_theme(draw, count))
    language = COUNTRY_LANGUAGE[rows.people.country[orders.customer]]
    return spoken(language, theme, np.zeros(count, dtype=np.int64), draw.integers(0, 1000, count))


def add_tickets(rows: Rows, tickets: Tickets) -> None:
    """The life of a ticket by its path; the shares say at which part of the working time each step happens."""
    numbers = np.arange(1, len(tickets.opened) + 1)
    subject, desk = coded("ticket", numbers), pick(company.DESKS, tickets.desk)
    topic = pick(("question", "delivery partner"), tickets.is_hit)
    agents = [f"agent-{i:02d}" for i in range(1, 13)]
    first = numbers % 4 + tickets.desk * 4
    second = (first + 1) % 12

    def step(name: str, which: Ints, share: float, agent: Ints | None, **more: str) -> None:
        at = after_work(tickets.opened[which], np.rint(tickets.working[which] * share).astype(np.int64))
        event(name, which, at, agent, **more)

    def event(name: str, which: Ints, at: Ints, agent: Ints | None, **more: str) -> None:
        place = pa.array(which)
        about = as_json(country=rows.country(tickets.customer[which]), topic=topic.take(place), **more)
        who = None if agent is None else pick(agents, agent[which])
        rows.add(
            name, tickets.customer[which], at, channel=desk.take(place), touchpoint="support",
            subject=subject.take(place), agent=who, properties=about,
        )  # fmt: skip

    every = np.arange(len(numbers))
    thread, moved, reopened = (np.flatnonzero(tickets.path == path) for path in (1, 2, 3))
    several = np.flatnonzero(tickets.path > 0)
    last = np.where(tickets.path == 2, second, first)
    event("Ticket Opened", every, tickets.opened, None)
    step("Ticket Replied", np.flatnonzero(tickets.path == 0), 0.9, first, by="agent")
    step("Ticket Replied", several, 0.15, first, by="agent")
    step("Ticket Replied", thread, 0.4, None, by="customer")
    step("Ticket Reassigned", moved, 0.4, second)
    step("Ticket Resolved", reopened, 0.35, first)
    step("Ticket Reopened", reopened, 0.6, None)
    step("Ticket Replied", several, 0.85, last, by="agent")
    event("Ticket Resolved", every, tickets.resolved, last)
    event("Ticket Closed", every, tickets.resolved + 3 * DAY, None)


def add_answers(
    rows: Rows, metric: str, answers: Answers, scale: tuple[int, int], channel: pa.Array, **columns: Any
) -> None:
    rows.add(
        "Survey Answered", answers.customer, answers.at, metric=metric, score=answers.score.astype(float),
        scale_min=float(scale[0]), scale_max=float(scale[1]), orientation="higher", channel=channel,
        language=pick(LANGUAGES, COUNTRY_LANGUAGE[rows.people.country[answers.customer]]), **columns,
    )  # fmt: skip


def said(
    rows: Rows, draw: np.random.Generator, answers: Answers, cuts: tuple[int, int], theme: Ints, rate: float
) -> pa.Array:
    """The words beside a score; ``cuts`` part bad, fair and good answers. Most people write nothing."""
    sentiment = np.digitize(answers.score, cuts)
    choice = np.where(draw.random(len(theme)) < rate, draw.integers(0, 1000, len(theme)), -1)
    return spoken(COUNTRY_LANGUAGE[rows.people.country[answers.customer]], theme, sentiment, choice)


def any_theme(draw: np.random.Generator, count: int) -> Ints:
    return draw.choice(len(THEMES), count, p=[0.35, 0.3, 0.15, 0.2])


def add_referrals(rows: Rows, referrals: Referrals) -> None:
    subject = coded("referral", np.arange(1, len(referrals.at) + 1))
    rows.add("Referral Made", referrals.customer, referrals.at, channel="app", touchpoint="advocacy", subject=subject)
    bought = np.flatnonzero(referrals.converted)
    rows.add(
        "Referral Converted", referrals.customer[bought], referrals.converted[bought], channel="app",
        touchpoint="advocacy", subject=subject.take(pa.array(bought)),
    )  # fmt: skip


def weights_of(channel: Ints) -> Floats:
    return company.NPS_WEIGHTS[channel]
