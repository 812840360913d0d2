"""What people want to get, said by themselves: the token of a mail they got is all they need.

Opening a page changes nothing (scanners of mails open every link); sending it does. What is shown is about the address
that the token's mail went to and nobody else, and most of that is masked: mails are forwarded.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regard.accounts.site import public
from regard.base import Invalid, NotFound
from regard.base.clock import now
from regard.channels import is_authentic, read_reply, wants_to_stop
from regard.stream.vocabulary import SURVEY_OPENED
from regard.surveys.distribution.leaving import keep, kept_of, leave, leave_by_text
from regard.surveys.distribution.provider import has_sms, sms_provider
from regard.surveys.distribution.sending import told_of
from regard.surveys.languages import direction
from regard.surveys.model import languages_of
from regard.surveys.models import Invitation
from regard.surveys.preferring import ASKED, PURPOSE, masked
from regard.surveys.recording import call
from regard.surveys.respond.languages import chosen_language, words_language
from regard.surveys.respond.views import SeeOther, for_respondents
from regard.surveys.respond.visiting import UNKNOWN, questionnaire_of
from regard.surveys.site import tell
from regard.surveys.terms import KINDS, REMINDERS, Terms, read_terms
from regard.surveys.tokens import read_id

KIND_NAMES: Final = {
    "relationship": gettext_lazy("What you think of us in general"),
    "purchase": gettext_lazy("Your orders and deliveries"),
    "support": gettext_lazy("The help you got"),
    "other": gettext_lazy("Other questions"),
    REMINDERS: gettext_lazy("Reminders when you have not answered"),
}
PIXEL: Final = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


@for_respondents
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Leave: one button on a page, or one click in the mailbox (RFC 8058), which sends without showing it."""
    one = _invitation(token)
    if request.method == "POST":
        leave(one)
    return _page(request, "unsubscribe", one, token, is_done=request.method == "POST")


@for_respondents
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Choose: everything, nothing, or some kinds of messages."""
    one = _invitation(token)
    if request.method == "POST":
        _choose(one, request.POST.getlist("kind"), wants_nothing="nothing" in request.POST)
        return SeeOther(f"{request.path}?saved=1")
    return _page(request, "preferences", one, token, is_done="saved" in request.GET)


@for_respondents
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The picture that a mail shows when its programme counts openings: the first time is noted."""
    one = _invitation(token)
    if request.method != "HEAD" and _terms(one).is_opening_tracked:
        rows = Invitation.objects.of(one.workspace).filter(pk=one.pk, opened_at=None)
        if rows.update(opened_at=now()):
            tell(one.workspace, [call(told_of(one.survey, one), SURVEY_OPENED, now(), properties={"by": "picture"})])
    return HttpResponse(PIXEL, content_type="image/gif")


@csrf_exempt
@public
@require_POST
def replies(request: HttpRequest) -> HttpResponse:
    """What people answer to text messages, as the provider posts it: whoever says STOP gets none any more. What it
    answers says nothing of who is known."""
    told = sms_provider().replies if has_sms() else None
    if told is None:
        return HttpResponse(status=404)
    if not is_authentic(told, request.headers, request.body):
        return HttpResponse(status=401)
    try:
        reply = read_reply(told, request.headers.get("Content-Type", ""), request.body)
    except Invalid as error:
        return HttpResponse(f"{error.message}\n", status=422, content_type="text/plain; charset=utf-8")
    if wants_to_stop(reply.text):
        leave_by_text(reply.sender)
    return HttpResponse(status=204)


def _invitation(token: str) -> Invitation:
    """The invitation whose mail carried the token; that its link to the survey has ended does not matter here."""
    public_id = read_id(settings.SECRET_KEY, PURPOSE, token, now())
    rows = Invitation.objects.public().select_related("workspace", "survey__theme", "programme")
    one = rows.defer("survey__theme__logo").filter(public_id=public_id).exclude(address="").first()
    if one is None:
        raise NotFound(UNKNOWN)
    return one


def _terms(one: Invitation) -> Terms:
    return read_terms(one.programme.settings) if one.programme else Terms()


def _choose(one: Invitation, kinds: list[str], *, wants_nothing: bool) -> None:
    if wants_nothing:
        leave(one)
        return
    wanted = {kind: kind in kinds for kind in (*KINDS, REMINDERS)}
    keep(one, is_unsubscribed=not any(wanted[kind] for kind in KINDS), reason=ASKED, kinds=wanted)


def _page(request: HttpRequest, name: str, one: Invitation, token: str, *, is_done: bool) -> HttpResponse:
    version = one.survey.version
    languages = languages_of(questionnaire_of(version.pk)) if version else ["en"]
    language = words_language(chosen_language(languages, [one.language], request.headers.get("Accept-Language", "")))
    theme, kept = one.survey.theme, kept_of(one)
    with translation.override(language):
        context = {
            "language": language,
            "direction": direction(language),
            "ours": "",
            "company": (theme.logo_text if theme else "") or one.workspace.name,
            "privacy": theme.privacy_url if theme else "",
            "address": masked(one.address),
            "token": token,
            "is_done": is_done,
            "is_unsubscribed": kept.is_unsubscribed,
            "kinds": [
                (kind, label, not kept.is_unsubscribed and kept.kinds.get(kind, True) is not False)
                for kind, label in KIND_NAMES.items()
            ],
            "survey_title": _("What you get from us"),
        }
        html = get_template(f"surveys/distribution/{name}.html").render(context)
    answer = HttpResponse(html)
    answer.headers["Content-Language"] = language
    return answer
