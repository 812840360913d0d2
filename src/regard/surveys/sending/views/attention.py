"""The attention budget of a workspace: what one person may be asked, and who was held back by it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import Workspace, right_required
from regard.base import Invalid
from regard.base.clock import now
from regard.surveys.distribution.site import allowance_of, has_sms, keep_allowance
from regard.surveys.models import Invitation, Preference
from regard.surveys.sending.forms import AttentionForm
from regard.surveys.sending.saying import reason_name
from regard.web.site import told_error

LOOKED_BACK = timedelta(days=90)


@right_required(Right.MANAGE_SURVEYS)
def attention(request: HttpRequest, slug: str) -> HttpResponse:
    rules = allowance_of(request.workspace)
    form = AttentionForm.of(rules, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keep_allowance(request.workspace, form.made(), request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, told_error(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("sending:attention", slug)
    context = {"form": form, "has_sms": has_sms(), **_counts(request.workspace)}
    return render(request, "surveys/sending/attention.html", context, status=422 if form.errors else 200)


def _counts(workspace: Workspace) -> dict[str, object]:
    """What became of wishes to ask somebody, by survey and reason; and who wants nothing any more."""
    rows = Invitation.objects.of(workspace).filter(send_at__gte=now() - LOOKED_BACK)
    skipped = rows.filter(state=Invitation.State.SKIPPED).values_list("survey__name", "survey__key", "reason")
    held = [
        {"survey": name, "key": key, "reason": reason_name(reason), "many": many}
        for name, key, reason, many in skipped.annotate(many=Count("pk")).order_by("-many", "survey__name", "reason")
    ]
    left = Preference.objects.of(workspace).values_list("reason").annotate(Count("pk"))
    return {"asked": rows.exclude(sent_at=None).count(), "held": held, "left": dict(left)}
