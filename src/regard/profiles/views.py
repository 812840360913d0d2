"""Pages of segments: all of them, one, the builder, and lists by upload."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Conflict, Invalid
from regard.profiles import tasks
from regard.profiles.conditions import Condition, as_json, condition_of
from regard.profiles.forms import JsonForm, ListForm, RowForm, SegmentForm, drawn
from regard.profiles.listing import upload_list
from regard.profiles.segments import (
    Segment,
    count_customers,
    get_segment,
    keep_segment,
    known_segments,
    moment_of,
    remove_segment,
    sample_customers,
    used_by,
)
from regard.profiles.site import lines_of, offers_of, size_words, sizes
from regard.web.site import current_format, told_error

MOST_ROWS = 30
SAMPLE = 8
UNKNOWN_SHOWN = 20


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"profiles/{name}.html", context, status=status)


# --- looking -------------------------------------------------------------------------------------------------------


@right_required(Right.VIEW_METRICS)
def segments(request: HttpRequest, slug: str) -> HttpResponse:
    store = store_of(request.workspace)
    known, counted, number = known_segments(store), sizes(store), current_format().number
    titles = {one.key: one.title for one in known}
    lines = [
        {
            "segment": one,
            "size": size_words(request, counted.get(one.key, 0), number),
            "what": lines_of(one.condition, titles),
        }
        for one in known
    ]
    return _page(request, "segments", lines=lines, may_edit=request.member.may(Right.EDIT_DEFINITIONS))


@right_required(Right.VIEW_METRICS)
def segment(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    store = store_of(request.workspace)
    found = get_segment(store, key)
    titles = {one.key: one.title for one in known_segments(store)}
    return _page(
        request,
        "segment",
        segment=found,
        what=lines_of(found.condition, titles),
        seen=_seen(request, found.condition),
        others=used_by(store, key),
        may_edit=request.member.may(Right.EDIT_DEFINITIONS),
    )


def _seen(request: HttpRequest, condition: Condition) -> dict[str, Any]:
    """How many a condition holds for and, for those who may see customers, some of them."""
    store = store_of(request.workspace)
    moment = moment_of(store)
    size = count_customers(store, condition, moment)
    some = sample_customers(store, condition, moment, SAMPLE) if request.member.may(Right.VIEW_ROWS) else []
    return {"size": size_words(request, size, current_format().number), "sample": some, "is_empty": not size}


# --- building ------------------------------------------------------------------------------------------------------


@right_required(Right.EDIT_DEFINITIONS)
def new_segment(request: HttpRequest, slug: str) -> HttpResponse:
    return _built(request, None)


@right_required(Right.EDIT_DEFINITIONS)
def edit_segment(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found = get_segment(store_of(request.workspace), key)
    if found.is_list:
        return redirect("profiles:replace_list", slug, key)
    return _built(request, found)


def _built(request: HttpRequest, found: Segment | None) -> HttpResponse:
    """Rows where they can say what the segment says, else JSON; what was typed stays."""
    rows = drawn(found.condition) if found else ("all", [{"kind": "did"}])
    if rows is None or request.GET.get("as") == "json":
        return _as_json(request, found)
    return _as_rows(request, found, *rows)


def _as_json(request: HttpRequest, found: Segment | None) -> HttpResponse:
    start = {"title": found.title, "condition": as_json(found.condition)} if found else None
    form = JsonForm(request.POST or None, initial=start)
    seen = None
    if request.method == "POST" and form.is_valid():
        try:
            condition = condition_of(form.cleaned_data["condition"])
            if request.POST.get("action") == "save":
                return _saved(request, found, form.cleaned_data["title"], condition)
            seen = _seen(request, condition)
        except Invalid as error:
            form.add_error("title" if error.field == "title" else "condition", told_error(error))
    return _page(request, "as_json", form=form, found=found, seen=seen, status=422 if form.errors else 200)


def _as_rows(request: HttpRequest, found: Segment | None, match: str, initial: list[dict[str, Any]]) -> HttpResponse:
    store, action = store_of(request.workspace), request.POST.get("action", "")
    offers = offers_of(store, found.key if found else None)
    form, rows = _forms(request, found, match, initial, offers)
    context: dict[str, Any] = {"form": form, "rows": rows, "found": found, "offers": offers}
    context["seen"] = _seen(request, found.condition) if found and request.method == "GET" else None
    is_told = request.method == "POST" and action in ("save", "count", "")
    condition = (
        _condition(form, rows) if is_told and all([form.is_valid(), *(row.is_valid() for row in rows)]) else None
    )
    if condition is not None:
        try:
            if action == "save":
                return _saved(request, found, form.cleaned_data["title"], condition)
            context["seen"] = _seen(request, condition)
        except Invalid as error:
            form.add_error("title" if error.field == "title" else None, told_error(error))
    wrong = action == "save" and (bool(form.errors) or any(row.errors for row in rows))
    return _page(request, "builder", status=422 if wrong else 200, **context)


def _forms(
    request: HttpRequest, found: Segment | None, match: str, initial: list[dict[str, Any]], offers: dict[str, Any]
) -> tuple[SegmentForm, list[RowForm]]:
    """The forms as they were sent, a row more or less where that was asked; else as the segment says."""
    if request.method != "POST":
        form = SegmentForm(initial={"title": found.title if found else "", "match": match})
        return form, [RowForm(initial=row, prefix=f"r{place}", offers=offers) for place, row in enumerate(initial)]
    action = request.POST.get("action", "")
    places = [place for place in request.POST.getlist("row") if place.isdecimal()][:MOST_ROWS]
    kept = [place for place in places if action != f"remove-{place}"]
    # What was not asked to be judged yet is not: a row that was just added, or whose kind has just changed.
    is_quiet = action not in ("save", "count")
    rows = [RowForm(request.POST, prefix=f"r{place}", offers=offers, use_required_attribute=False) for place in kept]
    if action == "add" or not rows:
        new = max(map(int, places), default=-1) + 1
        rows.append(RowForm(initial={"kind": "did"}, prefix=f"r{new}", offers=offers))
    form = SegmentForm(request.POST, use_required_attribute=False)
    for one in (form, *rows):
        one.is_quiet = is_quiet
    return form, rows


def _condition(form: SegmentForm, rows: list[RowForm]) -> Condition | None:
    """The condition that the rows say together; what is wrong with a row stands at it."""
    parts = []
    for row in rows:
        try:
            parts.append(as_json(condition_of(row.part())))
        except Invalid as error:
            row.add_error(None, told_error(error))
    if len(parts) < len(rows):
        return None
    return condition_of({"kind": form.cleaned_data["match"], "of": parts} if len(parts) > 1 else parts[0])


def _saved(request: HttpRequest, found: Segment | None, title: str, condition: Condition) -> HttpResponse:
    store, who = store_of(request.workspace), request.user.name or request.user.email
    kept = keep_segment(store, title, condition, key=found.key if found else None, made_by=who)
    record_audit(request.workspace, request.user, "segment kept", kept.key, version=kept.version)
    tasks.refresh(request.workspace)
    messages.success(request, _("The segment “%(title)s” is kept.") % {"title": kept.title})
    return redirect("profiles:segment", request.workspace.slug, kept.key)


# --- lists and leaving ---------------------------------------------------------------------------------------------


@right_required(Right.EDIT_DEFINITIONS)
def upload(request: HttpRequest, slug: str, key: str | None = None) -> HttpResponse:
    """A new list, or another file in the place of what a list held."""
    store = store_of(request.workspace)
    found = get_segment(store, key) if key else None
    form = ListForm(request.POST or None, request.FILES or None, initial={"title": found.title if found else ""})
    if request.method == "POST" and form.is_valid():
        try:
            return _listed(request, form, found)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, told_error(error))
    return _page(request, "upload", form=form, found=found, status=422 if form.errors else 200)


def _listed(request: HttpRequest, form: ListForm, found: Segment | None) -> HttpResponse:
    store, who = store_of(request.workspace), request.user.name or request.user.email
    data, title = form.cleaned_data["file"].read(), form.cleaned_data["title"]
    made = upload_list(store, title, data, key=found.key if found else None, made_by=who)
    counts = {"identifiers": made.identifiers, "unknown": len(made.unknown)}
    record_audit(request.workspace, request.user, "list uploaded", made.segment.key, **counts)
    tasks.refresh(request.workspace)
    messages.success(request, _("The list holds %(n)s identifiers.") % {"n": made.identifiers})
    if made.unknown:
        some = ", ".join(one.removeprefix("email:") for one in made.unknown[:UNKNOWN_SHOWN])
        more = " …" if len(made.unknown) > UNKNOWN_SHOWN else ""
        messages.warning(
            request,
            _("Nobody is known yet by %(n)s of them: %(some)s. Who turns up under one belongs to the list.")
            % {"n": len(made.unknown), "some": some + more},
        )
    return redirect("profiles:segment", request.workspace.slug, made.segment.key)


@right_required(Right.EDIT_DEFINITIONS)
@require_POST
def remove(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    store, who = store_of(request.workspace), request.user.name or request.user.email
    title = get_segment(store, key).title
    try:
        remove_segment(store, key, made_by=who)
    except Conflict as error:
        messages.error(request, told_error(error))
        return redirect("profiles:segment", slug, key)
    record_audit(request.workspace, request.user, "segment removed", key)
    tasks.refresh(request.workspace)
    messages.success(request, _("The segment “%(title)s” is removed.") % {"title": title})
    return redirect("profiles:segments", slug)
