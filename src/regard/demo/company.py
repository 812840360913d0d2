"""The simulated company: every probability that its customers, orders, tickets and answers are drawn from.

An online shop with a few shops of stone, an app, and help by phone, chat and e-mail, in six countries. Nothing here
is real. Because every number below is known, so is the true value of each metric (see :mod:`regard.demo.truth`).
"""

from __future__ import annotations

import math
from datetime import date
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIME_ZONE: Final = "Europe/Warsaw"
ENDS_ON: Final = date(2026, 11, 1)
"""The first day that is no longer simulated."""

COUNTRIES: Final = ("PL", "RO", "GB", "DE", "KZ", "CN")
COUNTRY_SHARES: Final = np.array([0.34, 0.22, 0.14, 0.10, 0.12, 0.08])
COUNTRY_LANGUAGES: Final = ("pl", "ro", "en", "en", "ru", "zh")

# Where people buy. The app's share grows in a straight line over the months: the planted shift of the mix.
SHOPS: Final = ("web", "app", "store")
SHOP_SHARES_FIRST: Final = np.array([0.62, 0.18, 0.20])
SHOP_SHARES_LAST: Final = np.array([0.30, 0.55, 0.15])
SHOP_ANSWER_RATE: Final = np.array([0.36, 0.40, 0.24])

# Customers' lasting mood: how long they stay, whether they would recommend, whether they do.
MOODS: Final = ("delighted", "content", "disappointed")
MOOD_SHARES: Final = np.array([0.38, 0.42, 0.20])
MOOD_STAY_DAYS: Final = np.array([1100.0, 520.0, 150.0])
MOOD_REFERS: Final = np.array([0.28, 0.09, 0.01])
ORDERS_PER_DAY: Final = 0.6 / 30.4
REFERRAL_CONVERTS: Final = 0.32

# The planted incident: a delivery partner fails in one country for three weeks.
INCIDENT_COUNTRY: Final = "RO"
INCIDENT_STARTS_ON: Final = date(2026, 2, 2)
INCIDENT_ENDS_ON: Final = date(2026, 2, 23)
LATE_SHARE: Final = np.array([0.05, 0.70])
"""Chance that a parcel is late: as usual, and in the incident."""
TICKET_CHANCE: Final = np.array([0.06, 0.36])
"""Chance that an order leads to a ticket: as usual, and in the incident."""

# Help. A ticket takes one of four paths; only the first is solved in the first contact.
DESKS: Final = ("phone", "chat", "email")
DESK_SHARES: Final = np.array([0.40, 0.32, 0.28])
PATHS: Final = ("at once", "in a thread", "handed over", "reopened")
PATH_SHARES: Final = np.array(
    [
        [[0.70, 0.15, 0.10, 0.05], [0.62, 0.23, 0.09, 0.06], [0.48, 0.34, 0.10, 0.08]],
        [[0.42, 0.30, 0.17, 0.11], [0.36, 0.35, 0.17, 0.12], [0.25, 0.45, 0.17, 0.13]],
    ]
)
"""[incident, desk, path]"""
RECONTACT_CHANCE: Final = 0.08
"""Chance that somebody whose ticket was solved asks again within the week."""
QUESTIONS_PER_DAY: Final = 0.15 / 365

PATH_MEDIAN_HOURS: Final = np.array([0.6, 6.0, 13.0, 24.0])
DESK_PACE: Final = np.array([0.5, 0.7, 1.3])
INCIDENT_PACE: Final = np.array([1.0, 2.2])
LEVELS: Final = 64


def working_seconds() -> Ints:
    """Working time to solve a ticket, [incident, desk, path, level]: ``LEVELS`` equally likely values.

    The levels are the mid-quantiles of a lognormal distribution with a log standard deviation of 0.6.
    """
    steps = np.array([NormalDist().inv_cdf((i + 0.5) / LEVELS) for i in range(LEVELS)])
    hours = INCIDENT_PACE[:, None, None] * DESK_PACE[:, None] * PATH_MEDIAN_HOURS
    seconds: Ints = np.rint(3600 * hours[..., None] * np.exp(0.6 * steps)).astype(np.int64)
    return seconds


def ladder(mean: float, spread: float, low: int, high: int) -> Floats:
    """Chances of the answers ``low``…``high``: a normal curve cut at the halves, its tails folded in.

    >>> ladder(4.0, 1.0, 1, 5).round(3).tolist()
    [0.006, 0.061, 0.242, 0.383, 0.309]
    """
    cuts = np.array([math.erf((x + 0.5 - mean) / (spread * math.sqrt(2))) for x in range(low, high)])
    return np.diff(np.concatenate([[0.0], (1 + cuts) / 2, [1.0]]))


def csat_chances_by_lateness() -> Floats:
    """[shop, is late, answer 1–5]. No drift over time."""
    on_time = np.array([ladder(mean, 0.95, 1, 5) for mean in (4.45, 4.05, 4.6)])
    late = np.array([ladder(mean, 1.1, 1, 5) for mean in (2.7, 2.5, 3.0)])
    return np.stack([on_time, late], axis=1)


def csat_chances() -> Floats:
    """[incident, shop, answer 1–5]: late and punctual deliveries mixed by their chances."""
    late = LATE_SHARE[:, None] * (np.array(SHOPS) != "store")
    chances: Floats = np.einsum("ish,sha->isa", np.stack([1 - late, late], axis=-1), csat_chances_by_lateness())
    return chances


NPS_CHANNELS: Final = ("email", "app")
NPS_CHANNEL_SHARES: Final = np.array([0.6, 0.4])
NPS_ASKED: Final = np.array([0.5, 1.0])
"""The app's users are asked twice as often; the weight makes up for it."""
NPS_ANSWER_RATE: Final = np.array([0.52, 0.62])
NPS_WEIGHTS: Final = 1 / NPS_ASKED


def nps_chances() -> Floats:
    """[channel, answer 0–10]: the moods mixed by their shares."""
    chances: Floats = np.einsum("m,cma->ca", MOOD_SHARES, nps_chances_by_mood())
    return chances


def nps_chances_by_mood() -> Floats:
    """[channel, mood, answer 0–10]"""
    return np.array([[ladder(mean + shift, 1.4, 0, 10) for mean in (9.6, 8.1, 4.4)] for shift in (0.0, -0.4)])


CES_ANSWER_RATE: Final = 0.45


def ces_chances_by_path() -> Floats:
    """[desk, path, answer 1–7], the agreement form: 7 means easy."""
    return np.array([[ladder(m + shift, 1.2, 1, 7) for m in (6.1, 5.0, 4.2, 3.0)] for shift in (0.2, 0.1, -0.2)])


def ces_chances() -> Floats:
    """[incident, desk, answer 1–7]: the paths mixed by their chances."""
    chances: Floats = np.einsum("idp,dpa->ida", PATH_SHARES, ces_chances_by_path())
    return chances


def shop_shares(month: Ints, months: int) -> Floats:
    """[order, shop]: where an order of this month (0 is the first) is placed."""
    progress = (month / max(months - 1, 1))[:, None]
    shares: Floats = (1 - progress) * SHOP_SHARES_FIRST + progress * SHOP_SHARES_LAST
    return shares
