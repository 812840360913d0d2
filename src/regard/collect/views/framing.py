"""What the pages of imports have in common."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.base import Conflict
from regard.collect import tasks
from regard.collect.models import Load, Step


def import_page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"collect/{name}.html", context, status=status)


def load_called(request: HttpRequest, key: str) -> Load:
    return Load.objects.get_of(request.workspace, key)


def need_rows(request: HttpRequest) -> None:
    """Rows are customers' own data: seeing them takes a right of its own."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied


def to(name: str, request: HttpRequest, *arguments: str) -> HttpResponse:
    return redirect(f"collect:{name}", request.workspace.slug, *arguments)


def begin_step(request: HttpRequest, load: Load, step: str) -> HttpResponse:
    if step != Step.LOOK and not (load.mapping or load.replays):
        raise Conflict(_("The files have not been looked at yet."))
    if not tasks.begin(load, step):
        messages.info(request, _("This import is being worked on already, perhaps in another tab."))
    return to("load", request, load.key)


def attachment(content: str, name: str, kind: str) -> HttpResponse:
    plain = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "-_."))
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})
