"""The page that asks once more before somebody is erased."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import right_required, store_of
from regard.profiles.directory.site import titled
from regard.profiles.erasing.tasks import erase_soon
from regard.profiles.people import profile


@right_required(Right.MANAGE_WORKSPACE)
def erasing(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What goes, and what cannot; sent with the tick, it goes."""
    found = profile(store_of(request.workspace), number)
    is_unsure = request.method == "POST" and "sure" not in request.POST
    if request.method == "POST" and not is_unsure:
        erase_soon(request.workspace, found.number, request.user)
        messages.success(request, _("They are being erased: in a moment nothing is left of them here."))
        return redirect("people:people", slug)
    context = {"profile": found, "title": titled(found), "is_unsure": is_unsure}
    return render(request, "profiles/directory/erasing.html", context, status=422 if is_unsure else 200)
