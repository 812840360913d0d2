"""Pages of people: search while typing, one profile and its timeline, who is who and why, companies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.base import Forbidden, Invalid, NotFound, RegardError
from regard.profiles import tasks
from regard.profiles.companies import account, accounts, is_joined
from regard.profiles.directory.site import (
    FIGURES,
    ITEMS_A_PAGE,
    KINDS,
    RULES,
    STATES,
    before_of,
    days_of,
    labelled,
    pairs_of,
    readable,
    score_charts,
    scored,
    share_of,
    thread_name,
    threads_of,
    titled,
    token_of,
    tone_of,
    value_text,
    wanted,
)
from regard.profiles.merging import merge, preview_merge, preview_unmerge, restore, unmerge
from regard.profiles.model import EMAIL, PHONE, Identifier, Link, LinkState, identifier_of
from regard.profiles.people import Profile, profile
from regard.profiles.reviewing import (
    ACCEPTED,
    REFUSED,
    accept_suggestion,
    link_suggestions,
    measure_decisions,
    refuse_suggestion,
)
from regard.profiles.rules import DEFAULT_RULES
from regard.profiles.searching import Found, latest_profiles, search_profiles
from regard.profiles.timeline import kinds_of, timeline
from regard.stream import Store, compose
from regard.web.site import told_error

FOUND = 20
PAIRS = 50
SCORES = 5
TYPING_SECONDS = 0.05
"""How long whoever types is kept waiting for people of this moment, where some that are known fit."""


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    may = {"may_merge": request.member.may(Right.MERGE_PROFILES), "may_import": request.member.may(Right.IMPORT_DATA)}
    return render(request, f"profiles/directory/{name}.html", {**context, **may})


# --- finding -------------------------------------------------------------------------------------------------------


@right_required(Right.VIEW_ROWS)
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Whoever fits the text; without one, those seen last. ``into`` carries the profile that another is looked for."""
    store, text = store_of(request.workspace), request.GET.get("q", "")
    is_part = bool(request.headers.get("HX-Request"))
    found = _found(store, text) if is_part else []
    patience = TYPING_SECONDS if found else None  # that nobody fits is said of today's people only
    is_current = tasks.refresh_now(request.workspace, patience)
    into = _number(request.GET.get("into", ""))
    context = {
        "q": text,
        "found": found or _found(store, text),
        "is_behind": not is_current,
        "into": profile(store, into) if into else None,
    }
    return _page(request, "found", **context) if is_part else _tabbed(request, "people", **context)


def _found(store: Store, text: str) -> list[Found]:
    return search_profiles(store, text, FOUND) if text.strip() else latest_profiles(store, FOUND)


def _tabbed(request: HttpRequest, tab: str, **context: Any) -> HttpResponse:
    """A page beside people, companies and suggestions; whoever may decide sees how many pairs wait."""
    may = request.member.may(Right.MERGE_PROFILES)
    waiting = len(link_suggestions(store_of(request.workspace))) if may else 0
    return _page(request, tab, tab=tab, waiting=waiting, **context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


@right_required(Right.VIEW_ROWS)
def companies(request: HttpRequest, slug: str) -> HttpResponse:
    is_behind = not tasks.refresh_now(request.workspace)
    text = request.GET.get("q", "")
    found = accounts(store_of(request.workspace), text)
    return _tabbed(request, "companies", q=text, found=found, is_behind=is_behind)


@right_required(Right.VIEW_ROWS)
def company(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One company; of one whose people are still being sorted it is said that it is being prepared."""
    store, is_behind = store_of(request.workspace), not tasks.refresh_now(request.workspace)
    try:
        found = account(store, key)
    except NotFound:
        if not (is_behind and is_joined(store, key)):
            raise
        return _page(request, "preparing", key=key)
    traits = [(name, value_text(value)) for name, value in found.traits.items()]
    return _page(
        request, "company", account=found, traits=traits, filter=f"{compose.ACCOUNT}={key}", is_behind=is_behind
    )


# --- one person ----------------------------------------------------------------------------------------------------


def _profile(request: HttpRequest, number: int) -> Profile:
    return profile(store_of(request.workspace), number)


@right_required(Right.VIEW_ROWS)
def person(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A profile; a number that was merged away leads to where it went."""
    store, found = store_of(request.workspace), _profile(request, number)
    if found.number != number:
        return redirect("people:person", slug, found.number)
    where, is_grouped = wanted(request.GET), request.GET.get("by") == "thread"
    page = timeline(store, number, before=before_of(request.GET.get("before", "")), where=where, limit=ITEMS_A_PAGE)
    context = {
        "profile": found,
        "title": titled(found),
        "days": [] if is_grouped else days_of(page),
        "threads": threads_of(page) if is_grouped else [],
        "is_grouped": is_grouped,
        "following": token_of(page.following),
        "is_first": not request.GET.get("before"),
        "where": where,
        "thread": thread_name(page.interactions[0]) if page.interactions else where.get("subject", ""),
    }
    if request.headers.get("HX-Request"):
        return _page(request, "timeline", **context)
    may_erase = request.member.may(Right.MANAGE_WORKSPACE)
    return _page(request, "person", **context, **_told(found), kinds=kinds_of(store, number), may_erase=may_erase)


def _told(found: Profile) -> dict[str, Any]:
    """What the page says beside the timeline."""
    charts = score_charts(found)
    return {
        "traits": [(name, value_text(value)) for name, value in found.traits.items()],
        "identifiers": [(KINDS.get(one.kind, one.kind), one.value) for one in _more_names(found)],
        "tickets": [(ticket, readable(ticket.subject, "Ticket")) for ticket in found.open_tickets],
        "value": list(found.value.items()),
        "charts": charts,
        "scores": [
            (one, labelled(one.metric, scored(one.score, one.scale_max)), tone_of(one))
            for one in reversed(found.scores[-SCORES:])
        ],
    }


def _more_names(found: Profile) -> list[Identifier]:
    """The identifiers that the page does not say already as e-mail address or phone number, the strongest first."""
    said = [DEFAULT_RULES.identifier(EMAIL, found.email), DEFAULT_RULES.identifier(PHONE, found.phone)]
    return sorted((one for one in found.identifiers if one not in said), key=DEFAULT_RULES.rank)


@right_required(Right.VIEW_ROWS)
def identity(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Which identifiers are one person's, and the evidence for it: the newest first, as a merge just made is."""
    found = _profile(request, number)
    if found.number != number:
        return redirect("people:identity", slug, found.number)
    names = import_string(settings.REGARD_SOURCE_NAMES)(request.workspace)
    return _page(
        request,
        "identity",
        profile=found,
        title=titled(found),
        identifiers=[(KINDS.get(one.kind, one.kind), one.value) for one in found.identifiers],
        links=[_link_line(link, names) for link in reversed(found.evidence)],
    )


def _link_line(link: Link, sources: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    ends = [(KINDS.get(one.kind, one.kind), one.value) for one in map(identifier_of, (link.a, link.b))]
    rule, state = RULES.get(link.rule, link.rule), STATES[link.state]
    source = sources.get(link.source) or (_("A person") if link.source == "person" else link.source)
    holds = link.state is LinkState.ACCEPTED
    return {"link": link, "ends": ends, "rule": rule, "state": state, "source": source, "holds": holds}


# --- deciding who is who -------------------------------------------------------------------------------------------


@right_required(Right.VIEW_ROWS)
def merging(request: HttpRequest, slug: str, number: int, other: int) -> HttpResponse:
    """What a merge would change; POST merges."""
    store = store_of(request.workspace)
    if request.method == "POST":
        _require_merging(request)
        done = merge(store, number, other, _who(request), workspace=slug)
        record_audit(request.workspace, request.user, "profiles merged", moved=len(done.moves))
        tasks.refresh_now(request.workspace)
        messages.success(request, _("They are one profile now. It can be taken back, exactly, under Identity."))
        into = next(iter(done.merged), number)
        return redirect("people:person", slug, into)
    try:
        preview = preview_merge(store, number, other)
    except RegardError as error:
        if isinstance(error, NotFound):
            raise
        messages.error(request, told_error(error))
        return redirect("people:identity", slug, number)
    sides = [(side, titled(profile(store, side.number))) for side in preview.sides]
    touched = [(FIGURES.get(name, name), count) for name, count in preview.metrics.items() if count]
    changes = [(one.name, [value_text(value) for value in one.values], value_text(one.kept)) for one in preview.traits]
    return _page(
        request, "merging", preview=preview, sides=sides, touched=touched, changes=changes, number=number, other=other
    )


@right_required(Right.VIEW_ROWS)
def evidence(request: HttpRequest, slug: str, number: int, link: str) -> HttpResponse:
    """What taking a link back would change; POST takes it back, or lets it hold again."""
    store, found = store_of(request.workspace), _profile(request, number)
    one = next((each for each in found.evidence if each.id == link), None)
    if one is None:
        raise NotFound(_("There is no such link."))
    is_revoked = one.state is LinkState.REVOKED
    if request.method == "POST":
        _require_merging(request)
        decide = restore if is_revoked else unmerge
        done = decide(store, link, _who(request), workspace=slug)
        what = "link restored" if is_revoked else "link taken back"
        record_audit(request.workspace, request.user, what, link, moved=len(done.moves))
        tasks.refresh_now(request.workspace)
        messages.success(request, _("The link holds again.") if is_revoked else _("The link is taken back."))
        return redirect("people:identity", slug, number)
    moves = {} if is_revoked else preview_unmerge(store, link).moves
    said = ngettext(
        "%(count)s identifier goes to another profile, with all its interactions.",
        "%(count)s identifiers go to another profile, with all their interactions.",
        len(moves),
    ) % {"count": len(moves)}
    return _page(
        request,
        "evidence",
        profile=found,
        title=titled(found),
        line=_link_line(one),
        is_revoked=is_revoked,
        said=said
        if moves
        else _("Nobody's interactions move: other evidence says the same, or the link did not hold."),
        keys=[identifier_of(key) for key in sorted(moves)][:20],
        back=reverse("people:identity", args=[slug, number]),
    )


@right_required(Right.MERGE_PROFILES)
def suggestions(request: HttpRequest, slug: str) -> HttpResponse:
    """Pairs that may be one person, the most probable first; POST looks for more of them, beside the request."""
    store = store_of(request.workspace)
    if request.method == "POST":
        tasks.compare_people(request.workspace)
        return redirect("people:suggestions", slug)
    tasks.refresh_now(request.workspace)
    least = share_of(request.GET.get("from", ""))
    wanted = [one for one in link_suggestions(store) if one.probability >= least]
    decided = [*link_suggestions(store, ACCEPTED), *link_suggestions(store, REFUSED)]
    comparison = tasks.last_comparison(request.workspace)
    return _tabbed(
        request,
        "suggestions",
        pairs=pairs_of(store, wanted[:PAIRS]),
        more=len(wanted) - PAIRS,
        least=least,
        decided=len(decided),
        thresholds=measure_decisions(decided),
        comparison=comparison,
        problem=told_error(comparison.problem) if comparison and comparison.problem else "",
    )


@require_POST
@right_required(Right.MERGE_PROFILES)
def decide(request: HttpRequest, slug: str, suggestion: str) -> HttpResponse:
    """Merge the two people of a suggestion, or say for ever that they are two."""
    store, decision = store_of(request.workspace), request.POST.get("decision")
    if decision == "accept":
        accept_suggestion(store, suggestion, _who(request), workspace=slug)
        tasks.refresh_now(request.workspace)
        messages.success(request, _("They are one profile now. It can be taken back, exactly, under Identity."))
    elif decision == "refuse":
        refuse_suggestion(store, suggestion, _who(request))
        messages.success(request, _("They stay two people. This pair is not suggested again."))
    else:
        raise Invalid(_("Accept the suggestion or refuse it."), field="decision")
    record_audit(request.workspace, request.user, "suggestion decided", suggestion, decision=decision)
    return redirect("people:suggestions", slug)


def _require_merging(request: HttpRequest) -> None:
    if not request.member.may(Right.MERGE_PROFILES):
        raise Forbidden(_("Your role may see who is who, not decide it."))


def _who(request: HttpRequest) -> str:
    return f"user {request.user.pk}"
