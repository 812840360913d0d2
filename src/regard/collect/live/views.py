"""Pages of what arrives live: set up what sends, watch it come, put right what was refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from regard.accounts import Right
from regard.accounts.site import absolute, record_audit, right_required, store_of
from regard.base import NotFound, RegardError
from regard.base.clock import now
from regard.base.stopping import STOPPING
from regard.collect import quarantine as waiting
from regard.collect.live.forms import NewSourceForm, SettingsForm
from regard.collect.live.site import SourceTable, source_names
from regard.collect.models import Source
from regard.collect.recent import Seen
from regard.collect.recent import recent as seen_in
from regard.stream import Store

A_PAGE: Final = 50
TICK_SECONDS: Final = 1.0
STREAM_SECONDS: Final = 300
"""How long one stream of the live view lasts; the browser then asks for the next by itself."""

# Whatever packs or gathers pieces on the way (our own compression, a proxy) would hold them back.
_UNBUFFERED: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": "identity"}


def _page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"collect/live/{name}.html", context, status=status)


# --- sources


@right_required(Right.MANAGE_SOURCES)
def sources(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, "sources", sources=Source.objects.of(request.workspace))


@right_required(Right.MANAGE_SOURCES)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    form = NewSourceForm(request.POST or None, instance=Source(workspace=request.workspace))
    if request.method != "POST" or not form.is_valid():
        return _page(request, "new", 422 if request.method == "POST" else 200, form=form)
    source = form.save()
    record_audit(request.workspace, request.user, "source made", f"source {source.key}", kind=source.kind)
    return redirect("live:source", slug, source.key)


@right_required(Right.MANAGE_SOURCES)
@never_cache
def show(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A source: how to send to it, and what is kept of what it sends."""
    source = Source.objects.get_of(request.workspace, key)
    form = SettingsForm(request.POST or None, instance=source)
    if request.method == "POST" and form.is_valid():
        form.save()
        record_audit(request.workspace, request.user, "source changed", f"source {source.key}")
        messages.success(request, _("The source is changed. It takes some seconds until it holds."))
        return redirect("live:source", slug, key)
    return _source_page(request, source, form, 422 if request.method == "POST" else 200)


def _source_page(
    request: HttpRequest, source: Source, form: SettingsForm, status: int = 200, secret: str = ""
) -> HttpResponse:
    shown = {"source": source, "form": form, "host": absolute(""), "secret": secret}
    return _page(request, "source", status, **shown)


@right_required(Right.MANAGE_SOURCES)
@require_POST
@never_cache
def renew_secret(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Another secret to sign users' ids with. The answer itself shows it, once: a redirect would have to keep it."""
    source = Source.objects.get_of(request.workspace, key)
    secret = source.renew_identity_secret()
    record_audit(request.workspace, request.user, "identity secret made", f"source {source.key}")
    return _source_page(request, source, SettingsForm(instance=source), secret=secret)


@right_required(Right.MANAGE_SOURCES)
@require_POST
def demand_identity(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Have pages prove whose they are before a known person is asked in them, or not any more."""
    source = Source.objects.get_of(request.workspace, key)
    source.demands_identity = "demands_identity" in request.POST and bool(source.identity_seed)
    source.save(update_fields=["demands_identity"])
    what = "identity demanded" if source.demands_identity else "identity not demanded"
    record_audit(request.workspace, request.user, what, f"source {source.key}")
    messages.success(request, _("The source is changed."))
    return redirect("live:source", slug, key)


@right_required(Right.MANAGE_SOURCES)
@require_POST
def rotate(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    source = Source.objects.get_of(request.workspace, key)
    source.rotate()
    record_audit(request.workspace, request.user, "source rotated", f"source {source.key}")
    messages.success(request, _("The source has a new write key. The old one is refused in some seconds."))
    return redirect("live:source", slug, key)


@right_required(Right.MANAGE_SOURCES)
@require_POST
def disable(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Let a source send no more, or again."""
    source = Source.objects.get_of(request.workspace, key)
    source.disabled_at = None if source.disabled_at else now()
    source.save(update_fields=["disabled_at"])
    what = "source disabled" if source.disabled_at else "source enabled"
    record_audit(request.workspace, request.user, what, f"source {source.key}")
    return redirect("live:source", slug, key)


# --- live view


def _filters(request: HttpRequest) -> dict[str, Any]:
    """What the live view is narrowed to; what cannot be used narrows nothing."""
    key, outcome = request.GET.get("source", ""), request.GET.get("outcome", "")
    source = Source.objects.of(request.workspace).filter(key=key).first() if key else None
    return {
        "source_id": source.key if source else "",
        "key": source.write_key if source else "",
        "name": request.GET.get("name", "").strip()[:200],
        "outcome": outcome if outcome in ("accepted", "refused") else "",
    }


@right_required(Right.VIEW_ROWS)
@require_GET
@never_cache
def recent(request: HttpRequest, slug: str) -> HttpResponse:
    """What arrived last, as a list that can be loaded again; with JavaScript it goes on by itself."""
    chosen, there = _filters(request), list(Source.objects.of(request.workspace))
    seen = seen_in(store_of(request.workspace), **chosen, most=A_PAGE)
    shown = {
        "rows": _rows(seen, source_names(request.workspace)),
        "sources": there,
        "chosen": chosen,
        "query": request.GET.urlencode(),
        "may_connect": request.member.may(Right.MANAGE_SOURCES),
    }
    return _page(request, "recent", **shown)


def _rows(seen: list[Seen], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"seen": item, "source": names.get(item.source, "–"), "reason": _words(item.reason) if item.reason else ""}
        for item in seen
    ]


def _words(reason: str) -> str:
    return _(waiting.REASONS.get(reason, reason))


@right_required(Right.VIEW_ROWS)
@require_GET
@never_cache
def stream(request: HttpRequest, slug: str) -> HttpResponse:
    """New rows of the live view as they come (server-sent events, HTML that the page puts in)."""
    store, names = store_of(request.workspace), source_names(request.workspace)
    told = _told(store, _filters(request), names, translation.get_language(), timezone.get_current_timezone())
    return StreamingHttpResponse(told, content_type="text/event-stream", headers=_UNBUFFERED)


async def _told(
    store: Store, chosen: dict[str, Any], names: dict[str, str], language: str | None, zone: Any
) -> AsyncIterator[bytes]:
    look = sync_to_async(_fresh, thread_sensitive=False)
    stamp, known = "", None
    yield b"retry: 2000\n\n"
    for _tick in range(int(STREAM_SECONDS / TICK_SECONDS)):
        if STOPPING.is_set():
            return
        stamp, known, html = await look(store, chosen, names, (stamp, known), language, zone)
        if html:
            yield b"event: rows\n" + b"".join(b"data: %b\n" % line.encode() for line in html.splitlines()) + b"\n"
        else:
            yield b": still here\n\n"
        await asyncio.sleep(TICK_SECONDS)


def _fresh(
    store: Store,
    chosen: dict[str, Any],
    names: dict[str, str],
    before: tuple[str, set[str] | None],
    language: str | None,
    zone: Any,
) -> tuple[str, set[str] | None, str]:
    """The rows that were not told yet, as HTML; nothing is asked while the workspace has not changed."""
    stamp, known = before
    try:
        if (now_stamp := store.stamp()) == stamp:
            return stamp, known, ""
        seen = seen_in(store, **chosen, most=A_PAGE)
    except RegardError:
        return stamp, known, ""
    found = {item.id for item in seen}
    fresh = [item for item in seen if known is not None and item.id not in known]
    with translation.override(language), timezone.override(zone):
        html = render_to_string("collect/live/rows.html", {"rows": _rows(fresh, names)}) if fresh else ""
    return now_stamp, found | (known or set()) if len(known or ()) < 20 * A_PAGE else found, html


# --- quarantine


@right_required(Right.VIEW_ROWS)
@require_GET
@never_cache
def quarantine(request: HttpRequest, slug: str) -> HttpResponse:
    """What was refused: how often for which reason, and the events themselves, newest first."""
    store = store_of(request.workspace)
    counts = waiting.counts(store)
    reason = request.GET.get("reason", "") if request.GET.get("reason", "") in counts else ""
    rows = waiting.quarantined(store, reason, request.GET.get("before", "")[:36], A_PAGE + 1) if counts else []
    names = source_names(request.workspace)
    return _page(
        request,
        "quarantine",
        reasons=[{"code": code, "words": _words(code), "count": n} for code, n in counts.items()],
        reason=reason,
        total=sum(counts.values()),
        rows=[
            {"item": row, "source": names.get(row.source, "–"), "words": _words(row.reason)} for row in rows[:A_PAGE]
        ],
        older=rows[A_PAGE - 1].id if len(rows) > A_PAGE else "",
        may_replay=request.member.may(Right.MANAGE_SOURCES),
    )


@right_required(Right.MANAGE_SOURCES)
@require_POST
def replay(request: HttpRequest, slug: str) -> HttpResponse:
    """Take refused events through the pipeline again: the chosen ones, all of a reason, or all."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied
    is_all, reason = request.POST.get("which") == "all", request.POST.get("reason", "")
    chosen = [] if is_all else request.POST.getlist("event")
    if not is_all and not chosen:
        messages.info(request, _("Choose at least one event."))
        return redirect("live:quarantine", slug)
    try:
        done = waiting.replay(
            request.workspace.slug, store_of(request.workspace), SourceTable().find, reason=reason, ids=chosen
        )
    except NotFound:
        messages.info(request, _("There is nothing to replay."))
        return redirect("live:quarantine", slug)
    record_audit(
        request.workspace, request.user, "quarantine replayed", reason, accepted=done.accepted, refused=done.refused
    )
    accepted = ngettext("%(n)d event is accepted.", "%(n)d events are accepted.", done.accepted) % {"n": done.accepted}
    refused = ngettext("%(n)d is refused again.", "%(n)d are refused again.", done.refused) % {"n": done.refused}
    messages.success(request, f"{accepted} {refused}" if done.refused else accepted)
    return redirect("live:quarantine", slug)
