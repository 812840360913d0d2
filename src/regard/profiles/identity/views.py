"""The page of identity rules. Whoever merges reads them; whoever manages the workspace tries others and keeps them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required, store_of
from regard.profiles import tasks
from regard.profiles.directory.site import STATES
from regard.profiles.identity.forms import RulesForm, digest_of
from regard.profiles.reruling import RulesChange, change_rules, preview_rules
from regard.profiles.reviewing import link_suggestions
from regard.profiles.rules import IdentityRules, rules_of


@right_required(Right.MERGE_PROFILES)
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules; POST shows what others would change, and keeps them once that was seen."""
    form = RulesForm(request.POST if request.method == "POST" else None, rules_of(store_of(request.workspace)))
    if request.method != "POST":
        return _page(request, form)
    if not request.member.may(Right.MANAGE_WORKSPACE):
        messages.error(request, _("Your role may see the identity rules, not change them."))
        return redirect("people:rules", slug)
    action = request.POST.get("action", "preview")
    if action == "add":
        form.add()
        return _page(request, form)
    if action.startswith("remove-"):
        form.remove(action.removeprefix("remove-"))
        return _page(request, form)
    given = form.rules()
    if given is None:
        return _page(request, form, status=422)
    if action == "keep" and request.POST.get("seen") == digest_of(given):
        return _kept(request, given)
    return _page(request, form, given)


def _kept(request: HttpRequest, given: IdentityRules) -> HttpResponse:
    who = f"user {request.user.pk}"
    change = change_rules(store_of(request.workspace), given, who, workspace=request.workspace.slug)
    counts = {"profiles": change.profiles, "moved": change.identifiers}
    record_audit(request.workspace, request.user, "identity rules kept", **counts)
    tasks.refresh_now(request.workspace)
    messages.success(request, _("The rules are kept, and hold for all the evidence there is."))
    return redirect("people:rules", request.workspace.slug)


def _page(request: HttpRequest, form: RulesForm, given: IdentityRules | None = None, status: int = 200) -> HttpResponse:
    store = store_of(request.workspace)
    change = preview_rules(store, given) if given else None
    context = {
        "form": form,
        "change": change,
        "states": _states(change) if change else [],
        "seen": digest_of(given) if given else "",
        "may_change": request.member.may(Right.MANAGE_WORKSPACE),
        "may_merge": True,
        "tab": "rules",
        "waiting": len(link_suggestions(store)),
    }
    return render(request, "profiles/directory/rules.html", context, status=status)


def _states(change: RulesChange) -> list[tuple[str, int]]:
    return [(STATES[state], count) for state, count in change.links.items()]
