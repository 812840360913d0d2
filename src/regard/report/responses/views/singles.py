"""Single responses, for those who may see them: what customers wrote, and one response as it was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import right_required
from regard.base.ids import profile_number
from regard.report.responses import drawing
from regard.report.responses.collected import Collected
from regard.report.responses.items import Item
from regard.report.responses.showing import flag_words
from regard.report.responses.site import Results, page
from regard.report.responses.wordlist import has_words, is_told, page_of
from regard.surveys import Rating, language_name
from regard.surveys.site import Single, newest_first, response_called

COMMENTS = "~comments"
"""In the place of one question: all that ask for more than a short text. No question's key begins so."""


@right_required(Right.VIEW_ROWS)
@require_GET
def words(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What customers wrote, the newest first."""
    asked = Results.of(request, key)
    search, question = request.GET.get("q", "").strip()[:200], request.GET.get("question", "")
    before = request.GET.get("before", "")
    items = [item for item in asked.everything.items if has_words(item)]
    comments = [item for item in items if is_told(item)]
    wanted = comments if question == COMMENTS else [item for item in items if item.key == question] or items
    zone = ZoneInfo(asked.settings.time_zone)
    singles = newest_first(asked.survey, int(before) if before.isdecimal() and len(before) < 19 else None)
    found = page_of(singles, wanted, lambda one: asked.chosen.holds(one, zone), search)
    return page(
        asked,
        "words",
        filters=asked.filter_bar(),
        verbatims=[_verbatim(asked, one) for one in found.found],
        q=search,
        questions=[
            {"value": value, "text": text, "is_chosen": value == question}
            for value, text in _asked_for_words(items, comments)
        ],
        kept=[(name, value) for name, value in request.GET.items() if name not in ("q", "question", "before")],
        following=asked.url("results:words", q=search, question=question, before=str(found.following or "")),
        has_more=found.following is not None,
        is_cut=found.is_cut,
        is_first=not before,
        first=asked.url("results:words", q=search, question=question),
    )


def _asked_for_words(items: Sequence[Item], comments: Sequence[Item]) -> Iterator[tuple[str, str]]:
    """What may be chosen beside all: one question, or comments without names, numbers and other short texts."""
    if comments and len(comments) < len(items):
        yield COMMENTS, _("comments only, no short texts")
    yield from ((item.key, item.title) for item in items)


def _verbatim(asked: Results, one: Any) -> dict[str, Any]:
    response = one.single.response
    return {
        "text": one.text,
        "question": one.item.title,
        "score": _score(asked.everything, response),
        "at": response.by.completed_at or response.by.started_at,
        "language": response.by.language,
        "language_name": language_name(response.by.language),
        "flags": flag_words(response.by.flags, asked.fmt),
        "url": asked.url("results:response", response.by.id),
        "person": _person(one.single),
    }


def _score(collected: Collected, response: Any) -> dict[str, Any] | None:
    """The first score that this respondent gave, on its scale."""
    for item in collected.items:
        question, value = item.question, response.answers.get(item.name)
        if isinstance(question, Rating) and response.by.version in item.versions and isinstance(value, int | float):
            tone = ("good" if value >= 9 else "" if value >= 7 else "bad") if item.metric == "nps" else ""
            return {"value": value, "low": question.rate_min, "high": question.rate_max, "tone": tone}
    return None


def _person(single: Single) -> int | None:
    """The number of the profile behind a response; None where nobody knows."""
    if single.customer is not None:
        return single.customer
    return profile_number(single.source_key) if single.source_key else None


@right_required(Right.VIEW_ROWS)
@require_GET
def response(request: HttpRequest, slug: str, key: str, response: str) -> HttpResponse:
    """One response: what was asked on its way, what was answered, what was noticed."""
    asked = Results.of(request, key)
    single = response_called(asked.survey, response)
    one = single.response.by
    questionnaire = asked.versions[one.version]
    alone = Collected.of({one.version: questionnaire}, [single.response], asked.fmt.language)
    by_name = {item.name: item for item in alone.items}
    steps = [
        {
            "title": step.page.name,
            "answers": [
                {
                    "title": by_name[name].title,
                    "lines": drawing.answer_lines(by_name[name], step.values, asked.fmt.language),
                    "files": single.files.get(name, []),
                }
                for name in step.names
                if name in by_name
            ],
        }
        for step in single.response.way_through(questionnaire).steps
    ]
    return page(
        asked,
        "response",
        one=one,
        steps=[step for step in steps if step["answers"]],
        flags=flag_words(one.flags, asked.fmt),
        language=language_name(one.language),
        way=asked.fmt.say(drawing.WAYS.get(one.way, one.way)),
        seconds=asked.fmt.value(one.seconds, "seconds"),
        person=_person(single),
        back=asked.url("results:words"),
    )
