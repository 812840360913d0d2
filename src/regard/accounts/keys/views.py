"""The page of keys: make one, see which there are, revoke one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regard.accounts.keys.forms import KeyForm
from regard.accounts.keys.models import Key
from regard.accounts.middleware import right_required
from regard.accounts.model import Right
from regard.accounts.site import make_key, record_audit


@right_required(Right.MANAGE_WORKSPACE)
@never_cache
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, KeyForm())


def _page(request: HttpRequest, form: KeyForm, status: int = 200, secret: str = "") -> HttpResponse:
    there = Key.objects.of(request.workspace).select_related("created_by").filter(revoked_at=None).order_by("-pk")
    shown = {"keys": there, "form": form, "secret": secret}
    return render(request, "keys/keys.html", shown, status=status)


@right_required(Right.MANAGE_WORKSPACE)
@require_POST
@never_cache
def make(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer itself shows the secret, once: a redirect would have to keep it somewhere."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    given = form.cleaned_data
    secret = make_key(request.workspace, given["name"], given["scopes"], request.user, given["days"])
    return _page(request, KeyForm(), secret=secret)


@right_required(Right.MANAGE_WORKSPACE)
@require_POST
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Key.objects.of(request.workspace), pk=pk)
    if found.revoke():
        record_audit(request.workspace, request.user, "key revoked", f"key {found.prefix}")
        messages.success(request, _("The key is revoked: it opens nothing any more."))
    return redirect("keys:keys", slug)
