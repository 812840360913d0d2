"""One simulated company: its stream, and the truth about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regard.base.errors import Invalid
from regard.demo import company, people
from regard.demo.rows import (
    Rows,
    add_answers,
    add_customers,
    add_orders,
    add_referrals,
    add_tickets,
    any_theme,
    coded,
    pick,
    said,
    weights_of,
)
from regard.demo.truth import Ledger, Truth

SEED = 20261031
LOAD = f"simulated-{SEED}"
"""The load that the demo's rows came with."""


@dataclass(frozen=True)
class Simulation:
    """``rows`` has exactly the stream's columns, in order of time; ``truth`` what a correct metric converges to."""

    rows: pa.Table
    truth: Truth


def simulate(seed: int = SEED, *, customers: int = 8_000, months: int = 24) -> Simulation:
    """Draw the company from a seed. The same seed and sizes give the same rows.

    Args:
        seed: of the random numbers; part of every row's id.
        customers: how many people become customers in the whole time.
        months: length of the time, ending before :data:`regard.demo.company.ENDS_ON`.

    Raises:
        Invalid: when there would be nobody, or less than two or more than 120 months.
    """
    if customers < 1 or not 2 <= months <= 120:
        raise Invalid("a simulation needs a customer and 2 to 120 months", field="customers")
    draw = np.random.default_rng(seed)
    ledger = draw_ledger(draw, customers, months)
    return Simulation(write_rows(draw, ledger, seed), Truth(ledger))


def draw_ledger(draw: np.random.Generator, customers: int, months: int) -> Ledger:
    period = people.period_of(months)
    crowd = people.draw_customers(draw, customers, period)
    orders = people.draw_orders(draw, crowd, period)
    tickets = people.draw_tickets(draw, crowd, orders, period)
    asked, nps = people.draw_nps(draw, crowd, period)
    return Ledger(
        period=period,
        people=crowd,
        orders=orders,
        tickets=tickets,
        csat=people.draw_csat(draw, orders, period),
        nps_asked=asked,
        nps=nps,
        ces=people.draw_ces(draw, tickets, period),
        referrals=people.draw_referrals(draw, crowd, period),
    )


def write_rows(draw: np.random.Generator, ledger: Ledger, seed: int) -> pa.Table:
    rows = Rows(ledger.people, ledger.period, seed)
    add_customers(rows, draw)
    add_orders(rows, ledger.orders, draw)
    add_tickets(rows, ledger.tickets)
    add_surveys(rows, ledger, draw)
    add_referrals(rows, ledger.referrals)
    return rows.table()


def add_surveys(rows: Rows, ledger: Ledger, draw: np.random.Generator) -> None:
    csat, nps, ces, asked = ledger.csat, ledger.nps, ledger.ces, ledger.nps_asked
    hit, shop = csat.cell
    theme = np.where(hit == 1, 0, any_theme(draw, len(shop)))
    shops, desks = pick(company.SHOPS, shop), pick(company.DESKS, ces.cell[1])
    order, ticket = coded("order", csat.about + 1), coded("ticket", ces.about + 1)
    words = said(rows, draw, csat, (3, 4), theme, 0.3)
    add_answers(rows, "csat", csat, (1, 5), shops, touchpoint="purchase", subject=order, text=words)
    sent_by, answered_by = pick(company.NPS_CHANNELS, asked.cell[0]), pick(company.NPS_CHANNELS, nps.cell[0])
    rows.add(
        "Survey Sent", asked.customer, asked.at, channel=sent_by, touchpoint="relationship",
        subject=coded("survey", asked.about + 1),
    )  # fmt: skip
    add_answers(
        rows, "nps", nps, (0, 10), answered_by, touchpoint="relationship", subject=coded("survey", nps.about + 1),
        weight=weights_of(nps.cell[0]), text=said(rows, draw, nps, (7, 9), any_theme(draw, len(nps.at)), 0.5),
    )  # fmt: skip
    words = said(rows, draw, ces, (4, 6), np.full(len(ces.at), 3), 0.3)
    add_answers(rows, "ces", ces, (1, 7), desks, touchpoint="support", subject=ticket, text=words)
