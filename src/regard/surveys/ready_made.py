"""Questionnaires that are ready to be sent, in five languages, each with the source of its main question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from regard.base import NotFound
from regard.base.words import marked, said
from regard.surveys.model import Questionnaire
from regard.surveys.reading import read_questionnaire


@dataclass(frozen=True)
class ReadyMade:
    """One ready-made survey: its key (and file's name), what it is called and for, and whose question it is."""

    key: str
    title: str
    about: str
    source: str = ""

    @property
    def questionnaire(self) -> Questionnaire:
        return _read(self.key)


READY_MADE: Final = (
    ReadyMade(
        "relationship_nps",
        marked("Relationship: NPS"),
        marked("Would your customers recommend you? Asked now and then of everybody, not after an event."),
        "Reichheld, Harvard Business Review 81(12), 2003",
    ),
    ReadyMade(
        "purchase_csat",
        marked("After a purchase: CSAT"),
        marked("How satisfied somebody is with what they bought, and with choice, price, payment and delivery."),
    ),
    ReadyMade(
        "support_ces",
        marked("After support: CES 2.0"),
        marked("Did the company make it easy? Agreement from 1 to 7; more is better."),
        "CEB, 2013",
    ),
    ReadyMade(
        "support_effort",
        marked("After support: CES 1.0"),
        marked("How much effort it took, from 1 to 5; less is better. For those who continue an older series."),
        "Dixon, Freeman & Toman, Harvard Business Review 88(7/8), 2010",
    ),
    ReadyMade(
        "churn_interview",
        marked("Leaving: why"),
        marked("Why somebody cancels, what would have kept them, and whether they may come back."),
    ),
    ReadyMade(
        "employee_pulse",
        marked("Employees: pulse"),
        marked("Five questions for the people who work with you; results for groups only."),
    ),
    ReadyMade(
        "page_reaction",
        marked("A page: reaction"),
        marked("Five faces for a corner of your site or app, and one line of why."),
    ),
)


def get_ready_made(key: str) -> ReadyMade:
    """The ready-made survey of that key. Raises :class:`~regard.base.NotFound`.

    >>> get_ready_made("support_ces").questionnaire.pages[0].elements[0].rate_max
    7
    """
    found = next((one for one in READY_MADE if one.key == key), None)
    if found is None:
        raise NotFound(said("there is no ready-made survey called {key}", key=key))
    return found


@cache
def _read(key: str) -> Questionnaire:
    return read_questionnaire(files("regard.surveys").joinpath("data", f"{key}.json").read_bytes())
