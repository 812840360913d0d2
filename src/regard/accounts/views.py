"""Pages about people and workspaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regard.accounts.forms import (
    InviteForm,
    JoinForm,
    NewWorkspaceForm,
    PreferencesForm,
    RoleForm,
    WorkspaceForm,
    grantable,
)
from regard.accounts.middleware import public, right_required, sign_in_required
from regard.accounts.models import ROLE_NAMES, THEMES, AuditEntry, Invitation, Member, SignInLink, User, Workspace
from regard.accounts.site import absolute, add_user, record_audit, store_of
from regard.base import Invalid, RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.stream import Record
from regard.web.site import error_response, told

ENTRIES_A_PAGE = 50
A_YEAR = 31_536_000


@public
def health(request: HttpRequest) -> HttpResponse:
    """Alive and able to reach its database; no versions, no names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@public
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


# --- oneself -----------------------------------------------------------------------------------------------------


@sign_in_required
def home(request: HttpRequest) -> HttpResponse:
    """Straight into the workspace of whoever has just one."""
    mine = Workspace.objects.filter(members__user=request.user)[:2]
    return redirect(mine[0]) if len(mine) == 1 else redirect("accounts:workspaces")


@sign_in_required
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return _with_theme(request, redirect("accounts:preferences"), form.cleaned_data["theme"])
    return render(request, "accounts/preferences.html", {"form": form})


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language menu: kept in this browser, and with the person who has signed in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return i18n.set_language(request)


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """The theme menu: kept in this browser, and with the person who has signed in."""
    chosen = request.POST.get("theme", "")
    if chosen not in dict(THEMES):
        raise Invalid(_("There is no such theme."), field="theme")
    if request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    after = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure())
    return _with_theme(request, redirect(after if is_ours else "/"), chosen)


def _with_theme(request: HttpRequest, response: HttpResponse, theme: str) -> HttpResponse:
    """The cookie speaks for whoever has not signed in (again)."""
    response.set_cookie("theme", theme, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


@public
@never_cache
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Confirmed by POST: a mail scanner or a preview that opens the link does not use it up."""
    link = None if settings.REGARD_PRODUCTION else SignInLink.find(token)
    if link is None:
        return render(request, "accounts/link_gone.html", status=404)
    if request.method != "POST":
        return render(request, "accounts/sign_in.html")
    if not link.use():
        return render(request, "accounts/link_gone.html", status=404)
    return perform_login(request, link.user, email_verification="none", redirect_url=reverse("accounts:home"))


@public
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = Invitation.objects.find(token)
    if found is None:
        return render(request, "accounts/link_gone.html", status=404)
    if request.user.is_authenticated:
        return _join_as_myself(request, found)
    form = JoinForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, member = _join_as_somebody_new(found, form.cleaned_data)
        except RegardError as error:
            return error_response(request, error)
        return perform_login(request, user, email_verification="none", redirect_url=member.workspace.get_absolute_url())
    return render(
        request, "accounts/invitation.html", {"invitation": found, "role": ROLE_NAMES[found.role], "form": form}
    )


@transaction.atomic
def _join_as_somebody_new(found: Invitation, given: Mapping[str, str]) -> tuple[User, Member]:
    """Both or neither: whoever comes second with a link is left without an account that could open nothing."""
    user = add_user(given["email"], given["password"], given["name"])
    return user, _accept(found, user)


def _join_as_myself(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/invitation.html", {"invitation": found, "role": ROLE_NAMES[found.role]})
    try:
        member = _accept(found, request.user)
    except RegardError as error:
        messages.error(request, told(error.message))
        return redirect("accounts:workspaces")
    return redirect(member.workspace.get_absolute_url())


def _accept(found: Invitation, user: object) -> Member:
    member = found.accept(user)
    record_audit(found.workspace, user, "member joined", f"member {member.pk}", role=member.role)
    return member


# --- workspaces --------------------------------------------------------------------------------------------------


@sign_in_required
def workspaces(request: HttpRequest) -> HttpResponse:
    mine = Member.objects.of_user(request.user)
    return render(request, "accounts/workspaces.html", {"memberships": mine, "may_create": _may_create(request)})


@sign_in_required
def new_workspace(request: HttpRequest) -> HttpResponse:
    if not _may_create(request):
        raise PermissionDenied
    form = NewWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workspace = Workspace.make(form.cleaned_data["name"], request.user)
        except RegardError as error:
            form.add_error("name", told(error.message))
        else:
            if (zone := config().time_zone) != "UTC":  # else the clocks of the first file may say
                store_of(workspace).keep(_settings({"time_zone": zone}, request.user))
            record_audit(workspace, request.user, "workspace created", workspace.slug)
            return redirect("accounts:workspace_settings", workspace.slug)
    return render(request, "accounts/new_workspace.html", {"form": form})


def _may_create(request: HttpRequest) -> bool:
    """Owners of a workspace may make more; so may whoever comes first."""
    return (
        Workspace.objects.filter(members__user=request.user, members__role="owner").exists()
        or not Workspace.objects.exists()
    )


@right_required("manage_workspace")
def workspace_settings(request: HttpRequest, slug: str) -> HttpResponse:
    store = store_of(request.workspace)
    kept = next((dict(record.body) for record in store.kept("settings", "workspace")), {})
    form = WorkspaceForm(request.POST or None, initial=WorkspaceForm.start(request.workspace, kept))
    if request.method == "POST" and form.is_valid():
        store.keep(_settings({**kept, **form.cleaned_data}, request.user))
        request.workspace.name = form.cleaned_data["name"]
        request.workspace.save(update_fields=["name"])
        record_audit(
            request.workspace, request.user, "workspace settings changed", slug, changed=sorted(form.changed_data)
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:workspace_settings", slug)
    return render(request, "accounts/workspace_settings.html", {"form": form})


def _settings(body: dict[str, object], user: User) -> Record:
    return Record("settings", "workspace", body, made_at=now(), made_by=f"user {user.pk}")


# --- members -----------------------------------------------------------------------------------------------------


@right_required("manage_members")
@never_cache
def members(request: HttpRequest, slug: str) -> HttpResponse:
    return _members_page(request, InviteForm(request.member))


def _members_page(request: HttpRequest, form: InviteForm) -> HttpResponse:
    mine = [role for role, _name in grantable(request.member)]
    pending = Invitation.objects.of(request.workspace).filter(used_at=None, expires_at__gt=now()).order_by("-pk")
    return render(
        request,
        "accounts/members.html",
        {
            "members": [
                {"member": member, "is_mine_to_change": member.role in mine, "role": ROLE_NAMES[member.role]}
                for member in Member.objects.of(request.workspace).select_related("user").order_by("user__email")
            ],
            "invitations": [{"invitation": item, "role": ROLE_NAMES[item.role]} for item in pending],
            "roles": grantable(request.member),
            "form": form,
            "link": request.session.pop("invitation_link", None),
        },
    )


@right_required("manage_members")
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """The link is shown once, on the next page; only its digest is kept."""
    form = InviteForm(request.member, request.POST)
    if not form.is_valid():
        return _members_page(request, form)
    made, token = Invitation.make(
        request.workspace, form.cleaned_data["role"], request.user, form.cleaned_data["email"]
    )
    link = absolute(reverse("accounts:invitation", args=[token]))
    if made.email:
        _send_invitation(made, link)
    request.session["invitation_link"] = link
    record_audit(request.workspace, request.user, "member invited", f"invitation {made.pk}", role=made.role)
    return redirect("accounts:members", slug)


def _send_invitation(made: Invitation, link: str) -> None:
    subject = _("You are invited to %(workspace)s on Regard") % {"workspace": made.workspace.name}
    text = render_to_string("accounts/invitation_mail.txt", {"invitation": made, "link": link})
    send_mail(" ".join(subject.split()), text, None, [made.email])


@right_required("manage_members")
@require_POST
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.of(request.workspace).select_related("workspace"), pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    role = form.cleaned_data["role"]
    return _try_it(
        request, lambda: member.change_role(role, by=request.member), "member role changed", f"member {pk}", role=role
    )


@right_required("manage_members")
@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.of(request.workspace).select_related("workspace"), pk=pk)
    return _try_it(request, lambda: member.remove(by=request.member), "member removed", f"member {pk}")


@right_required("manage_members")
@require_POST
def withdraw_invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.of(request.workspace), pk=pk, used_at=None)
    return _try_it(request, found.delete, "member invitation withdrawn", f"invitation {pk}")


def _try_it(request: HttpRequest, change: Callable[[], object], what: str, on: str, **details: object) -> HttpResponse:
    """Make the change, write it down, and say so; or say why not."""
    try:
        change()
    except RegardError as error:
        messages.error(request, told(error.message))
    else:
        record_audit(request.workspace, request.user, what, on, **details)
        messages.success(request, _("Saved."))
    return redirect("accounts:members", request.workspace.slug)


@right_required("view_metrics")
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    number = request.member.pk
    try:
        request.member.remove(by=request.member)
    except RegardError as error:
        messages.error(request, told(error.message))
        return redirect("accounts:workspaces")
    record_audit(request.workspace, request.user, "member left", f"member {number}")
    return redirect("accounts:workspaces")


# --- the audit log -----------------------------------------------------------------------------------------------


@right_required("view_audit")
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Newest first; pages go by the last number seen, so they stay right while entries arrive."""
    entries = AuditEntry.objects.of(request.workspace).select_related("who").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    shown = list(entries[: ENTRIES_A_PAGE + 1])
    older = shown[ENTRIES_A_PAGE - 1].pk if len(shown) > ENTRIES_A_PAGE else None
    names = _names_of(request.workspace, [entry.on for entry in shown])
    for entry in shown:
        entry.called = names.get(entry.on, "")
    return render(request, "accounts/audit.html", {"entries": shown[:ENTRIES_A_PAGE], "older": older, "before": before})


def _names_of(workspace: Workspace, keys: Sequence[str]) -> dict[str, str]:
    """What people call what was done something to, where it is still there."""
    told = (import_string(name)(workspace, keys) for name in settings.REGARD_AUDITED) if keys else ()
    return {key: name for names in told for key, name in names.items()}
