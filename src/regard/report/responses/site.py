"""The results of one survey as a page is about to show them: everything is worked out when it is first asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regard.accounts import Right
from regard.accounts.site import store_of
from regard.metrics import Stop, definition_of, drop_off, settings_of
from regard.report.responses import drawing
from regard.report.responses.choosing import Chosen, is_telling
from regard.report.responses.collected import Collected
from regard.report.responses.columns import FACTS, Columns, Mask
from regard.report.responses.figures import Answered, Reader
from regard.report.responses.silence import Silence, funnel_of, silence_of
from regard.report.responses.weighting import Weighing, weighing
from regard.surveys import Questionnaire
from regard.surveys.site import Invited, Survey, invited_to, questionnaires_of, responses_of, stamp_of
from regard.web.formats import Format
from regard.web.site import current_format

KEPT = 8
"""Surveys whose responses this process keeps in mind: pages of one survey read the same answers."""
Stamp = tuple[Any, ...]
TABS = (
    ("results:results", gettext_noop("Results"), Right.VIEW_METRICS),
    ("results:silence", gettext_noop("Who did not answer"), Right.VIEW_METRICS),
    ("results:crosstab", gettext_noop("Cross-tab"), Right.VIEW_METRICS),
    ("results:words", gettext_noop("Their words"), Right.VIEW_ROWS),
)
FILES = (
    ("responses.csv", gettext_noop("CSV with codes")),
    ("labelled.csv", gettext_noop("CSV with words")),
    ("responses.parquet", gettext_noop("Parquet")),
    ("responses.sav", gettext_noop("SPSS (.sav)")),
    ("multiple-responses.sps", gettext_noop("SPSS syntax: multiple responses (.sps)")),
    ("codebook.csv", gettext_noop("Codebook as CSV")),
    ("codebook.md", gettext_noop("Codebook to read")),
)
WEIGHTS = (
    ("", gettext_noop("every answer alike")),
    ("sampling", gettext_noop("by the probability of being asked")),
    ("raked", gettext_noop("raked to known shares")),
)
CAPPED = (
    ("", gettext_noop("as large as they come")),
    ("3", gettext_noop("at most 3 times the mean")),
    ("5", gettext_noop("at most 5 times the mean (usual)")),
    ("8", gettext_noop("at most 8 times the mean")),
)
FLAGGED = (("", gettext_noop("with flagged ones")), ("without", gettext_noop("without flagged ones")))
STATES = (("", gettext_noop("all that were begun")), ("complete", gettext_noop("complete ones only")))


@dataclass
class Results:
    """One survey as one request asks for it."""

    request: HttpRequest
    survey: Survey
    chosen: Chosen

    @classmethod
    def of(cls, request: HttpRequest, key: str) -> Results:
        """Raises NotFound when the workspace has no such survey."""
        return cls(request, Survey.objects.get_of(request.workspace, key), Chosen.of(request.GET))

    @cached_property
    def settings(self) -> Any:
        return settings_of(store_of(self.request.workspace))

    @cached_property
    def fmt(self) -> Format:
        return current_format()

    @property
    def versions(self) -> Mapping[int, Questionnaire]:
        return self.everything.columns.versions

    @cached_property
    def everything(self) -> Collected:
        """All that ever came."""
        return Collected(_columns(self.survey, stamp_of(self.survey)), self.fmt.language)

    @cached_property
    def whole(self) -> Collected:
        """What is good enough to count, of everybody: weights are made of it."""
        everything = self.everything
        return everything.only(self.chosen.quality.mask(everything, self.settings.time_zone))

    @cached_property
    def weighing(self) -> Weighing:
        return self.weighed(self.chosen.weights)

    def weighed(self, kind: str) -> Weighing:
        """Weights of a kind for the whole."""
        return weighing(self.whole, kind, self.survey.margins, float(self.chosen.cap) if self.chosen.cap else None)

    @cached_property
    def mask(self) -> Mask:
        """Which of the whole are meant, and can be weighed."""
        mask = self.chosen.mask(self.whole, self.settings.time_zone)
        return mask if self.weighing.known is None else mask & self.weighing.known

    @cached_property
    def part(self) -> Collected:
        """Those that are meant."""
        return self.whole.only(self.mask)

    @cached_property
    def is_withheld(self) -> bool:
        """Whether the filters leave, or leave out, so few that somebody could be recognised."""
        return is_telling(self.chosen, self.whole, self.mask, self.settings.minimum_n)

    @cached_property
    def cuts(self) -> Mapping[str, float]:
        """From which answer on somebody counts as satisfied."""
        return definition_of(store_of(self.request.workspace), "csat").rules["top"]

    @cached_property
    def eligible(self) -> float:
        rules = definition_of(store_of(self.request.workspace), "response_rate").rules
        return rules["unknown_eligible_percent"] / 100

    def answered(self) -> list[Answered]:
        """Every question of those that are meant."""
        reader = Reader(self.whole, self.mask, self.weighing, self.cuts)
        return [reader.answered(item) for item in self.whole.items if item.is_current or self.part.is_asked(item)]

    # --- those who were invited ----------------------------------------------------------------------------------

    @cached_property
    def invited(self) -> Invited:
        return invited_to(self.survey)

    @cached_property
    def guests(self) -> Collected:
        """The responses of those who were invited."""
        return self.whole.only(self.whole.mask(lambda one: one.is_invited))

    @cached_property
    def silence(self) -> list[Silence]:
        """Bounds of every score; nothing where nobody was invited. Whose response is not good enough to count was asked
        all the same, and is silent."""
        if not self.invited.sent:
            return []
        counted = {one.id for one in self.guests.responses}
        rest = Counter(one.weight for one in self.everything.responses if one.is_invited and one.id not in counted)
        silent = Counter(self.invited.silent) + rest
        return silence_of(self.guests, silent, self.cuts, is_weighted=self.chosen.weights == "sampling")

    @cached_property
    def funnel(self) -> Any:
        guests = self.everything.only(self.everything.mask(lambda one: one.is_invited))
        return funnel_of(guests, self.invited.sent, self.invited.bounced, self.invited.opened)

    # --- words ---------------------------------------------------------------------------------------------------

    def may(self, right: str) -> bool:
        return self.request.member.may(right)

    def url(self, name: str, *arguments: str, weights: str = "", **pairs: str) -> str:
        """A page of this survey, with the filters kept."""
        path = reverse(name, args=[self.request.workspace.slug, self.survey.key, *arguments])
        query = self.chosen.query(weights=weights or self.chosen.weights)
        more = urlencode([(key, value) for key, value in pairs.items() if value])
        return path + query + (("&" if query else "?") + more if more else "")

    def frame(self, current: str) -> dict[str, Any]:
        """What every page of the results has above it."""
        return {
            "survey": self.survey,
            "results": self,
            "fmt": self.fmt,
            "tabs": [
                {"label": _(label), "href": self.url(name), "is_current": name == current}
                for name, label, right in TABS
                if self.may(right)
            ],
            "files": self._files(),
            "counts": self._counts(),
            "may_build": self.may(Right.MANAGE_SURVEYS),
        }

    def _files(self) -> list[dict[str, str]]:
        if not (self.may(Right.EXPORT) and self.may(Right.VIEW_ROWS)):
            return []
        return [{"label": _(label), "href": self.url("results:file", name)} for name, label in FILES]

    def _counts(self) -> str:
        if self.is_withheld:
            return _("fewer responses than may be shown")
        return self.fmt.count_of(drawing.RESPONSES, self.part.n)

    def filter_bar(self) -> dict[str, Any]:
        """The fields of the filters: only those that have something to choose from."""
        return {
            "facts": [one for one in map(self._fact, FACTS) if len(one["options"]) > 2 or one["is_on"]],
            "flagged": self._options(FLAGGED, self.chosen.flagged),
            "states": self._options(STATES, self.chosen.state),
            "weights": self._options(WEIGHTS, self.chosen.weights),
            "caps": self.caps() if self.survey.margins else [],
            "first": self.chosen.first,
            "last": self.chosen.last,
            "is_on": self.chosen != Chosen(weights=self.chosen.weights, cap=self.chosen.cap),
            "reset": self.request.path,
        }

    def caps(self) -> list[dict[str, Any]]:
        """How large raked weights may be."""
        return self._options(CAPPED, self.chosen.cap)

    def _fact(self, name: str) -> dict[str, Any]:
        values = sorted({value for value in self.everything.category(name) if value})
        chosen = getattr(self.chosen, name)
        labels = [(value, drawing.category_name(name, value, {}, self.fmt)) for value in values]
        options = [("", _("all")), *labels]
        return {
            "name": name,
            "label": self.fmt.say(drawing.FACTS[name]),
            "is_on": bool(chosen),
            "options": [{"value": v, "text": text, "is_chosen": v == chosen} for v, text in options],
        }

    def _options(self, pairs: Any, chosen: str) -> list[dict[str, Any]]:
        return [{"value": value, "text": _(label), "is_chosen": value == chosen} for value, label in pairs]

    @cached_property
    def dropped_off(self) -> list[Stop]:
        """Where those who are meant stopped."""
        names = dict.fromkeys(item.name for item in self.part.items)
        seen = {name: self.part.shown(name) for name in names}
        return drop_off(seen, {name: self.part.named(name).is_given for name in names}, self.part.is_complete)

    def stops(self) -> list[dict[str, Any]]:
        """The same in words."""
        titles = {item.name: item.title for item in reversed(self.part.items)}
        return drawing.stops(self.dropped_off, titles, self.fmt)


@lru_cache(maxsize=KEPT)
def _columns(survey: Survey, stamp: Stamp) -> Columns:
    """All responses, read again only when one has come or changed."""
    return Columns(questionnaires_of(survey), responses_of(survey))


def page(results: Results, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the results, on the workspace's clock."""
    whole = {**results.frame(f"results:{name}"), **context}
    with timezone.override(results.settings.time_zone):
        return render(results.request, f"report/responses/{name}.html", whole, status=status)
