"""What a programme's mail looks like to whoever gets it, and a test mail to oneself."""

from __future__ import annotations

from typing import Any

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
from regard.surveys.distribution.choosing import Asker
from regard.surveys.distribution.writing import Writer
from regard.surveys.inviting import APP_CHANNEL, EMAIL_CHANNEL
from regard.surveys.languages import name_of
from regard.surveys.model import languages_of
from regard.surveys.models import Invitation, Programme, Survey
from regard.surveys.sending.saying import page_of
from regard.surveys.sending.views.programmes import asks_of, found
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
    language, is_reminder = _wanted(request, row)
    context = {"row": row, "mail": None, "text": None, "problem": "", "language": language, "is_reminder": is_reminder}
    try:
        if row.channel == EMAIL_CHANNEL:
            context["mail"] = _drafted(request, row, language, is_reminder)
        else:
            context["text"] = _writer(row).text(_nobody(row, "+48601234567", language, is_reminder))
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
    mail = _drafted(request, row, *_wanted(request, row))
    policy = POLICY.format(origin=absolute("/").rstrip("/"))
    return HttpResponse(mail.html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


@right_required(Right.MANAGE_SURVEYS)
@require_POST
def test(request: HttpRequest, slug: str, key: str, pk: int) -> HttpResponse:
    """The mail to whoever asks for it, over the server that would send the others."""
    _survey, row = _found(request, key, pk)
    try:
        mail = _drafted(request, row, *_wanted(request, row))
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


def _wanted(request: HttpRequest, row: Programme) -> tuple[str, bool]:
    asks = asks_of(row.survey)
    language = request.GET.get("lang", "")
    return language if language in languages_of(asks) else asks.locale, "reminder" in request.GET


def _drafted(request: HttpRequest, row: Programme, language: str, is_reminder: bool) -> Mail:
    """The mail to the reader of this page. Its links lead to the preview: nothing is recorded."""
    return _writer(row).mail(_nobody(row, request.user.email, language, is_reminder))


def _writer(row: Programme) -> Writer:
    if row.survey.version is None:
        raise Conflict(said("its survey is not published yet"), remedy=said("publish the survey first"))
    writer = Writer(Asker.of(row))
    preview = absolute(reverse("surveys:preview", args=[row.workspace.slug, row.survey.key]))
    writer.addresses = [preview] * 3 + [""]
    return writer


def _nobody(row: Programme, address: str, language: str, is_reminder: bool) -> Invitation:
    """An invitation that is not kept, of somebody of whom nothing is known but the address."""
    values: dict[str, Any] = {"public_id": new_id(), "address": address, "language": language, "traits": {}}
    return Invitation(workspace=row.workspace, survey=row.survey, sent_at=now(), reminders=int(is_reminder), **values)
