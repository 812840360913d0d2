"""What a programme's mail looks like to whoever gets it, and a test mail to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from regard.accounts import Right
from regard.accounts.site import absolute, right_required
from regard.base import Conflict, NotFound, RegardError
from regard.base.clock import now
from regard.base.ids import new_id
from regard.base.words import said
from regard.channels import Fate, Mail
from regard.channels.site import send_mails
from regard.surveys.checking.traits import is_of_somebody
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.writing import Writer
from regard.surveys.inviting import APP_CHANNEL, EMAIL_CHANNEL
from regard.surveys.languages import name_of
from regard.surveys.model import Text, languages_of, placed_texts
from regard.surveys.models import Invitation, Programme, Survey
from regard.surveys.piping import names_put_in, samples_for
from regard.surveys.sending.saying import page_of
from regard.surveys.sending.views.programmes import asks_of, found
from regard.surveys.terms import read_terms
from regard.web.site import told_error

POLICY = (
    "default-src 'none'; img-src 'self' {origin}; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


@right_required(Right.MANAGE_SURVEYS)
@require_GET
def look(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """The mail in a frame, as it is in a mailbox, in any language of the survey."""
    survey, row = _found(request, key, pk)
    wanted = Wanted.of(request, row)
    context: dict[str, Any] = {"row": row, "mail": None, "text": None, "problem": "", "wanted": wanted}
    try:
        context["gaps"] = _gaps(row)
        if row.channel == EMAIL_CHANNEL:
            context["mail"] = _drafted(request, row, wanted)
        else:
            context["text"] = _writer(row).text(_nobody(row, "+48601234567", wanted))
    except RegardError as error:
        context["problem"] = told_error(error)
    languages = {one: name_of(one) for one in languages_of(asks_of(survey))}
    return page_of(request, "mail", survey, languages=languages, **context)


@right_required(Right.MANAGE_SURVEYS)
@xframe_options_sameorigin
@require_GET
def shown(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """The mail's own HTML. It has styles of its own, as mails do, and may do nothing else."""
    _survey, row = _found(request, key, pk)
    mail = _drafted(request, row, Wanted.of(request, row))
    policy = POLICY.format(origin=absolute("/").rstrip("/"))
    return HttpResponse(mail.html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def test(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """The mail to whoever asks for it, over the server that would send the others."""
    _survey, row = _found(request, key, pk)
    try:
        mail = _drafted(request, row, Wanted.of(request, row))
        outcome = next(one for _mail, one in send_mails([mail]))
        if outcome.fate is Fate.SENT:
            messages.success(request, _("The mail is on its way to %(address)s.") % {"address": mail.to})
        else:
            told = {"address": mail.to, "why": outcome.reason or outcome.fate}
            messages.error(request, _("The mail to %(address)s could not be sent: %(why)s.") % told)
    except RegardError as error:
        messages.error(request, told_error(error))
    return redirect(f"{reverse('sending:mail', args=[slug, key, pk])}?{request.GET.urlencode()}")


def _found(request: HttpRequest, key: str, pk: int) -> tuple[Survey, Programme]:
    """Raises NotFound for a programme that sends nothing."""
    survey, row = found(request, key, pk)
    if row.channel == APP_CHANNEL:
        raise NotFound(said("this programme sends no messages"))
    return survey, row


@dataclass(frozen=True)
class Wanted:
    """Which of a programme's messages is looked at: to somebody of whom everything is known, or nothing."""

    language: str
    is_reminder: bool
    is_unknown: bool

    @classmethod
    def of(cls, request: HttpRequest, row: Programme) -> Wanted:
        asks = asks_of(row.survey)
        language = request.GET.get("lang", "")
        language = language if language in languages_of(asks) else asks.locale
        return cls(language, "reminder" in request.GET, "unknown" in request.GET)

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        ticks = {"reminder": self.is_reminder, "unknown": self.is_unknown}
        return "?" + urlencode({"lang": self.language, **{name: 1 for name, is_on in ticks.items() if is_on}})


def _drafted(request: HttpRequest, row: Programme, wanted: Wanted) -> Mail:
    """The mail to the reader of this page. Its links lead to the preview: nothing is recorded."""
    return _writer(row).mail(_nobody(row, request.user.email, wanted))


def _writer(row: Programme) -> Writer:
    if row.survey.version is None:
        raise Conflict(said("its survey is not published yet"), remedy=said("publish the survey first"))
    writer = Writer(Asker.of(row))
    preview = absolute(reverse("surveys:preview", args=[row.workspace.slug, row.survey.key]))
    writer.addresses = [preview] * 3 + [""]
    return writer


def _nobody(row: Programme, address: str, wanted: Wanted) -> Invitation:
    """An invitation that is not kept: of somebody whose traits are called after themselves, or not known."""
    traits = {} if wanted.is_unknown else samples_for(_texts(row))
    values: dict[str, Any] = {"public_id": new_id(), "address": address, "language": wanted.language, "traits": traits}
    return Invitation(
        workspace=row.workspace, survey=row.survey, sent_at=now(), reminders=int(wanted.is_reminder), **values
    )


def _texts(row: Programme) -> list[Text]:
    """All that may stand in a message: the survey's texts and the programme's own."""
    terms = read_terms(row.settings)
    return [*(text for _place, text in placed_texts(asks_of(row.survey))), terms.subject, terms.opening, terms.sms]


def _gaps(row: Programme) -> list[str]:
    """Traits in the programme's own words, in whose place nothing is said where they are not known."""
    terms = read_terms(row.settings)
    names = (pair for text in (terms.subject, terms.opening, terms.sms) for pair in names_put_in(text).items())
    return list(dict.fromkeys(name for name, is_safe in names if is_of_somebody(name) and not is_safe))
