"""Themes: the brand's colour and logo on the pages of surveys."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required
from regard.surveys.builder.forms import ThemeForm
from regard.surveys.models import Theme


@right_required(Right.MANAGE_SURVEYS)
def themes(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Theme.objects.of(request.workspace).defer("logo").annotate(used=Count("survey")).order_by("name", "pk")
    return render(request, "surveys/builder/themes.html", {"themes": rows})


@right_required(Right.MANAGE_SURVEYS)
def theme(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """A new theme, or a change of one; removing it leaves its surveys plain."""
    rows = Theme.objects.of(request.workspace)
    found = get_object_or_404(rows, pk=pk) if pk else Theme(workspace=request.workspace)
    if request.method == "POST" and request.POST.get("do") == "remove" and pk:
        found.delete()
        record_audit(request.workspace, request.user, "theme removed", str(pk))
        messages.success(request, _("The theme was removed."))
        return redirect("surveys:themes", slug)
    form = ThemeForm(request.POST or None, request.FILES or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = form.save()
        record_audit(request.workspace, request.user, "theme kept", str(kept.pk))
        messages.success(request, _("Kept."))
        return redirect("surveys:themes", slug)
    name = Theme.objects.of(request.workspace).filter(pk=pk).values_list("name", flat=True).first() if pk else ""
    context = {"form": form, "found": found, "name": name}
    return render(request, "surveys/builder/theme.html", context, status=422 if form.errors else 200)


@right_required(Right.MANAGE_SURVEYS)
def logo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A theme's logo as its makers see it; shown as a picture only."""
    found = get_object_or_404(Theme.objects.of(request.workspace), pk=pk)
    if not found.logo:
        raise Http404
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return HttpResponse(bytes(found.logo), content_type=found.logo_type, headers={"Content-Security-Policy": policy})
