"""A small company that is awkward on purpose: what engines like to disagree about is all in it.

Weights and amounts are whole multiples of 1/8, so that sums are exact in whatever order an engine adds them up, and "equal" can
mean equal to the last digit.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

ODD = [
    "plain",
    "it's",
    'say "hi"',
    "back\\slash",
    "new\nline",
    "żółć",
    "отзыв",
    "客户",
    "țară",
    "😀",
    "",
    " ",
    "null",
    "1",
    "1.50",
]
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
START = datetime(2025, 1, 1)


def interactions(seed: int = 7, customers: int = 120) -> list[dict[str, Any]]:
    """A few thousand rows over fourteen months; two clocks change in between in most zones."""
    draw = random.Random(seed)
    rows = [row for customer in range(customers) for row in _life(draw, customer)]
    rows += [_row(draw, None, "Survey Answered", _moment(draw), **_answer(draw, "csat")) for _ in range(60)]
    for number, row in enumerate(rows):
        row["id"] = f"{number:06d}"
    draw.shuffle(rows)
    return rows


def _life(draw: random.Random, customer: int) -> Iterator[dict[str, Any]]:
    for _ in range(draw.randint(0, 12)):
        yield _row(draw, customer, "Order Completed", _moment(draw), amount=draw.randint(8, 4000) / 8, currency="EUR")
    for metric in SCALES:
        for _ in range(draw.randint(0, 4)):
            yield _row(draw, customer, "Survey Answered", _moment(draw), **_answer(draw, metric))
    for number in range(draw.randint(0, 2)):
        yield from _invitation(draw, customer, f"invitation-{customer}-{number}")
        yield _row(draw, customer, "Order Refunded", _moment(draw), amount=draw.randint(-400, 400) / 8, currency="EUR")
    for number in range(draw.randint(0, 3)):
        yield from _ticket(draw, customer, f"ticket-{customer}-{number}")
    if draw.random() < 0.2:
        yield _row(draw, customer, "Referral Made", _moment(draw))
        yield _row(draw, customer, "Referral Converted", _moment(draw))
    if draw.random() < 0.4:
        yield from _contract(draw, customer)
    for _ in range(draw.randint(0, 5)):
        yield _row(draw, customer, draw.choice(["Page Viewed", "Product Viewed", "Complaint Made"]), _moment(draw))


def _contract(draw: random.Random, customer: int) -> Iterator[dict[str, Any]]:
    at = _moment(draw)
    yield _row(draw, customer, "Subscription Started", at, _expiry(draw, at), amount=draw.randint(8, 400) / 8)
    if draw.random() < 0.5:
        at += timedelta(days=draw.randint(0, 200))
        yield _row(draw, customer, "Subscription Renewed", at, _expiry(draw, at))
    if draw.random() < 0.5:
        ended = draw.choice(["Subscription Cancelled", "Subscription Expired"])
        yield _row(draw, customer, ended, at + timedelta(days=draw.randint(0, 200)))


def _invitation(draw: random.Random, customer: int, subject: str) -> Iterator[dict[str, Any]]:
    at = _moment(draw)
    steps = [
        "Survey Sent",
        "Survey Delivered",
        "Survey Opened",
        "Survey Started",
        "Survey Answered",
        "Survey Completed",
    ]
    for name in steps[: draw.randint(1, len(steps))]:
        given = _answer(draw, "csat") if name == "Survey Answered" else {}
        yield _row(draw, customer, name, at, subject=subject, **given)
        at += timedelta(hours=draw.choice([0, 1, 30, 700]))
    if draw.random() < 0.6:
        told = {"name": f"Name {draw.choice(ODD)}", "email": f"c{customer}@shop.example", "plan": draw.choice(ODD)}
        yield _row(draw, customer, "Profile Updated", _moment(draw), properties=json.dumps(told))
        yield _row(draw, customer, "Account Joined", _moment(draw), subject=f"account {customer % 5}")


def _ticket(draw: random.Random, customer: int, subject: str) -> Iterator[dict[str, Any]]:
    at = _moment(draw)
    names = ["Ticket Opened"]
    names += draw.choices(["Ticket Replied", "Ticket Reassigned"], k=draw.randint(0, 4))
    names += draw.choice(
        [["Ticket Resolved"], ["Ticket Resolved", "Ticket Reopened", "Ticket Resolved"], ["Ticket Closed"], []]
    )
    agent = draw.choice(["agent-1", "agent-2", None])
    for name in names:
        extra = {"by": draw.choice(["agent", "customer"])} if name == "Ticket Replied" else {}
        yield _row(draw, customer, name, at, subject=subject, agent=agent, extra=extra)
        at += timedelta(seconds=draw.choice([0, 1, 59, 3600, 86_400, 700_000, -30]))


def _expiry(draw: random.Random, begun: datetime) -> dict[str, Any]:
    """Until when a contract runs, in all the ways in which it is written, and some in which it is not."""
    until = begun + timedelta(days=draw.randint(0, 200))
    forms = [
        f"{until:%Y-%m-%d}",
        f"{until:%Y-%m-%dT%H:%M:%SZ}",
        f"{until:%Y-%m-%d %H:%M}",
        f"{until:%Y-%m-%dT%H:%M:%S.%f}",
    ]
    return {"expires_at": draw.choice([*forms, f"{until:%Y-%m-%dT%H:%M:%S}+02:00", "never", "1", "2025-13-01", None])}


def _answer(draw: random.Random, metric: str) -> dict[str, Any]:
    low, high = SCALES[metric]
    score = draw.choice([None, *range(low, high + 1)])
    return {
        "metric": metric, "score": score, "scale_min": low, "scale_max": high,
        "orientation": "lower" if metric == "ces" and draw.random() < 0.5 else "higher",
        "weight": draw.choice([None, 0.5, 1.0, 1.375]), "text": draw.choice([None, *ODD]),
        "touchpoint": draw.choice([None, "Overall", "Delivery", "Support"]),
    }  # fmt: skip


def _moment(draw: random.Random) -> datetime:
    """Any microsecond, or one on the very edge of a day, a month or a change of clocks."""
    edges = [
        datetime(2025, 3, 30, 1),
        datetime(2025, 10, 26, 0, 59, 59, 999_999),
        datetime(2025, 6, 30, 22),
        datetime(2025, 12, 31, 23),
    ]
    if draw.random() < 0.1:
        return draw.choice(edges)
    return START + timedelta(microseconds=draw.randrange(0, 425 * 86_400 * 1_000_000))


def _row(
    draw: random.Random,
    customer: int | None,
    name: str,
    at: datetime,
    extra: dict[str, Any] | None = None,
    **given: Any,
) -> dict[str, Any]:
    properties = {
        "plan": draw.choice(ODD), "level": draw.choice([1, 2.5, True, None, [1, 2], {"deep": 1}]), 'odd "name"': "x", **(extra or {}),
    }  # fmt: skip
    return {
        "occurred_at": at, "received_at": at + timedelta(days=draw.choice([0, 0, 3, 40])), "name": name, "customer": customer,
        "source_key": None if customer is None else f"user:{customer}", "channel": draw.choice(["web", "phone", "store", None]),
        "language": draw.choice(["en", "pl", None]), "properties": draw.choice([json.dumps(properties, ensure_ascii=False), None]), **given,
    }  # fmt: skip
