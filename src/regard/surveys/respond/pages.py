"""The pages that respondents see, as HTML: no session, no cookie, nothing from elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from regard.base import NotFound, RegardError
from regard.surveys.arranging import arranged_pages
from regard.surveys.flow import Step
from regard.surveys.framing import ancestors
from regard.surveys.languages import direction, name_of
from regard.surveys.leaving import Destination, destination, sites
from regard.surveys.model import Ending, File, Questionnaire, Quota, Text
from regard.surveys.models import Survey, Theme
from regard.surveys.respond.drawing import Reader, draw_questions, drawn_problems
from regard.surveys.respond.languages import words_language
from regard.surveys.respond.visiting import LONGEST_NAME, Visit, kiosk_address, response_token
from regard.surveys.respond.wording import Word, marks_of, words_of
from regard.web.site import told, told_error

POLICY: Final = "default-src 'self'; base-uri 'none'; form-action {}; frame-ancestors {}; object-src 'none'"
"""The content security policy of pages that other sites may show in a frame: they carry nobody's sign-in."""
KIOSK_SECONDS: Final = 120
"""A page of a kiosk that nobody touches for so long goes back to the start."""
KIOSK_DONE_SECONDS: Final = 10


def question_page(
    request: HttpRequest,
    visit: Visit,
    step: Step,
    *,
    given: Mapping[str, Any] | None = None,
    problems: Mapping[str, Text] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """One page of questions; with problems, a summary of them stands first and has the focus."""
    with translation.override(words_language(visit.language)):
        context = _of_survey(visit.survey, visit.language, visit.questionnaire)
        context |= _of_page(request, visit, step, given, problems or {}, context["words"])
        context["notice"] = told(notice)
        return _answer("page", context, status, visit)


def _of_page(
    request: HttpRequest,
    visit: Visit,
    step: Step,
    given: Mapping[str, Any] | None,
    problems: Mapping[str, Text],
    words: Mapping[str, Word],
) -> dict[str, Any]:
    way, page = visit.path(), step.page
    reader = Reader(visit.questionnaire, visit.language, step.values, visit.arrangement, words)
    answers = step.values if given is None else given
    questions = draw_questions(step, reader, answers, problems, visit.response.recorded)
    is_first = way.before(page.name) is None
    return {
        "survey_title": reader.text(visit.questionnaire.title) or visit.survey.name,
        "intro": reader.text(visit.questionnaire.description) if is_first else "",
        "page_title": reader.text(page.title),
        "page_about": reader.text(page.description),
        "questions": questions,
        "problems": list(drawn_problems(questions)),
        "progress": round(100 * way.progress(page.name)) if _shows_progress(visit, len(way.steps)) else None,
        "page": page.name,
        "start": "" if visit.is_begun else visit.start_token(),
        "action": _action(request, visit),
        "has_back": visit.questionnaire.allow_back and not is_first,
        "has_files": any(isinstance(question, File) for question in step.questions),
        "onwards": words[
            _onwards(visit, page.name, is_welcome=is_first and all(one.kind == "html" for one in questions))
        ],
        "languages": _languages(request, visit, page.name),
        "elsewhere": reverse("respond:elsewhere", args=[response_token(visit.response)]) if _may_move(visit) else "",
    }


def _onwards(visit: Visit, page: str, *, is_welcome: bool) -> str:
    """What the button that goes on says."""
    if page == arranged_pages(visit.questionnaire, visit.arrangement)[-1].name:
        return "complete_text"
    return "start_survey_text" if is_welcome else "page_next_text"


def _shows_progress(visit: Visit, pages: int) -> bool:
    return visit.questionnaire.show_progress_bar and pages > 1


def _may_move(visit: Visit) -> bool:
    return visit.is_begun and not visit.is_kiosk and not visit.is_embedded


def _action(request: HttpRequest, visit: Visit) -> str:
    """Where the page is sent to; what the address says beside (language, touchpoint) goes with it."""
    kept = _asked(request, "lang", "touchpoint")
    path = visit.address if visit.is_begun else request.path
    return f"{path}?{urlencode(kept)}" if kept else path


def _asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """What an address says that goes on to the next."""
    return {name: request.GET[name][:LONGEST_NAME] for name in names if request.GET.get(name)}


def _languages(request: HttpRequest, visit: Visit, page: str) -> list[dict[str, str]]:
    """The languages to choose from, each with the same page in it; nothing where there is one only."""
    offered = visit.languages
    if len(offered) < 2:
        return []
    kept = _asked(request, "pick", "touchpoint") | ({"page": page} if visit.is_begun else {})
    path = visit.address if visit.is_begun else request.path
    return [
        {"code": code, "name": name_of(code), "href": f"{path}?{urlencode({**kept, 'lang': code})}"} for code in offered
    ]


def _of_survey(survey: Survey, language: str, questionnaire: Questionnaire | None = None) -> dict[str, Any]:
    """What every page of a survey needs: language, brand."""
    theme = survey.theme
    return {
        "language": language,
        "direction": direction(language),
        "ours": marks_of(language),
        "words": words_of(questionnaire, language),
        "theme_css": theme_address(survey, theme) if theme else "",
        "logo": reverse("respond:logo", args=[survey.key]) if theme and theme.logo_type else "",
        "company": theme.logo_text if theme else "",
        "privacy": theme.privacy_url if theme else "",
    }


def theme_address(survey: Survey, theme: Theme) -> str:
    """Where a theme's colours are; changes with them, so that a browser may keep them."""
    stamp = f"{zlib.crc32(theme.colour.encode()):08x}"
    return reverse("respond:theme", args=[survey.key]) + f"?{stamp}"


def done_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is said at the end: the author's words for this end, or ours."""
    way = visit.path()
    last = way.steps[-1].values if way.steps else {}
    reader = Reader(visit.questionnaire, visit.language, last, visit.arrangement)
    with translation.override(words_language(visit.language)):
        own, onwards = reader.text(_end_text(visit)), onwards_of(visit)
        is_counted = visit.response.ended_by == "complete"
        context = _of_survey(visit.survey, visit.language, visit.questionnaire)
        context |= {
            "survey_title": reader.text(visit.questionnaire.title),
            "heading": context["words"]["completed_title"].text,
            "text": own or (_("Your answers have been sent.") if is_counted else _("There are no more questions.")),
            "is_sent": True,
            "again": kiosk_address(visit.survey) if visit.is_kiosk else "",
            "onwards": onwards.address if onwards else "",
            "way_out": visit.way_out,
            "onwards_text": (reader.text(onwards.words) if onwards else "") or _("Continue"),
            "languages": _languages(request, visit, ""),
        }
        return _answer("done", context, 200, visit)


def _end_of(visit: Visit) -> Ending | None:
    """The end that this response has come to; None for the survey's own."""
    name = visit.response.arrangement.get("ended_by_quota")
    quota: Quota | None = next((one for one in visit.questionnaire.quotas if one.name == name), None)
    return quota or visit.path().ended_by


def _end_text(visit: Visit) -> Text | None:
    end = _end_of(visit)
    return (end.text if end else None) or visit.questionnaire.completed_text


def onwards_of(visit: Visit) -> Destination | None:
    """Where it goes on after this response; nowhere from a kiosk, at which somebody else stands next."""
    steps = visit.path().steps
    if visit.is_kiosk or not steps:
        return None
    return destination(visit.questionnaire, _end_of(visit), steps[-1].values, visit.language)


def said_page(
    survey: Survey, language: str, heading: str, text: str, status: int, visit: Visit | None = None
) -> HttpResponse:
    """A survey that cannot be answered (any more), and why."""
    with translation.override(words_language(language)):
        asked = visit.questionnaire if visit else None
        context = _of_survey(survey, language, asked) | {"heading": told(heading), "text": told(text)}
        return _answer("done", context, status, visit)


def problem_page(error: RegardError) -> HttpResponse:
    """An address that leads nowhere, or a request that cannot be answered now: the same for all reasons."""
    language = translation.get_language() or "en"
    context = {"language": language, "direction": direction(language), "heading": told_error(error), "ours": ""}
    if isinstance(error, NotFound):
        context["text"] = _("Open it once more from where you got it, or ask whoever gave it to you.")
    return _answer("done", context, error.status, None)


def elsewhere_page(visit: Visit, link: str, qr: str) -> HttpResponse:
    """The address under which this response can be gone on with, to copy or to point a camera at."""
    with translation.override(words_language(visit.language)):
        context = _of_survey(visit.survey, visit.language, visit.questionnaire)
        context |= {
            "survey_title": context["words"]["elsewhere_text"].text,
            "link": link,
            "qr": qr,
            "back": visit.address,
        }
        return _answer("elsewhere", context, 200, visit)


def _answer(name: str, context: dict[str, Any], status: int, visit: Visit | None) -> HttpResponse:
    is_embedded = visit is not None and visit.is_embedded
    frame = {"is_embedded": is_embedded, **(_of_kiosk(visit) if visit is not None and visit.is_kiosk else {})}
    html = get_template(f"surveys/respond/{name}.html").render({**context, **frame})
    answer = HttpResponse(html, status=status)
    answer.headers["Content-Language"] = context["language"]
    if visit is not None:
        _allow(answer, visit)
    if visit is not None and visit.is_kiosk and visit.is_over:
        answer.headers["Refresh"] = f"{KIOSK_DONE_SECONDS}; url={kiosk_address(visit.survey)}"
    return answer


def _of_kiosk(visit: Visit) -> dict[str, Any]:
    """What makes a page leave nothing behind for the next person at the same device."""
    if visit.is_over:
        return {}
    return {"kiosk": kiosk_address(visit.survey), "seconds": KIOSK_SECONDS, "is_begun": visit.is_begun}


def _allow(answer: HttpResponse, visit: Visit) -> None:
    """Who may frame the page, and where its form may lead: also to the sites that the survey goes on to."""
    onwards = [] if visit.is_embedded else sites(visit.questionnaire)
    if visit.is_embedded or onwards:
        around = ancestors(visit.survey.sites) if visit.is_embedded else "'none'"
        answer.headers["Content-Security-Policy"] = POLICY.format(" ".join(["'self'", *onwards]), around)
    answer.xframe_options_exempt = visit.is_embedded
