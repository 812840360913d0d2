"""The page that joins the storeys: read it to see what a page offers and what happens after something happens."""

from __future__ import annotations

from dataclasses import dataclass

from regard.accounts import Right
from regard.jobs import Schedule
from regard.web import gettext_noop


@dataclass(frozen=True)
class Place:
    """One entry of the side navigation: the URL's name, the label (translated when shown), its icon, who may see it."""

    url: str
    label: str
    icon: str
    right: Right


NAVIGATION: tuple[Place, ...] = (
    Place("report:overview", gettext_noop("Overview"), "layout-dashboard", Right.VIEW_METRICS),
    Place("people:people", gettext_noop("People"), "users", Right.VIEW_ROWS),
    Place("profiles:segments", gettext_noop("Segments"), "funnel", Right.VIEW_METRICS),
    Place("surveys:surveys", gettext_noop("Surveys"), "clipboard-list", Right.VIEW_METRICS),
    Place("collect:imports", gettext_noop("Imports"), "upload", Right.IMPORT_DATA),
    Place("live:recent", gettext_noop("Live"), "monitor", Right.VIEW_ROWS),
    Place("live:sources", gettext_noop("Sources"), "code", Right.MANAGE_SOURCES),
    Place("metrics:definitions", gettext_noop("Definitions"), "ruler", Right.VIEW_METRICS),
    Place("accounts:members", gettext_noop("Members"), "users", Right.MANAGE_MEMBERS),
    Place("accounts:audit", gettext_noop("Audit log"), "scroll-text", Right.VIEW_AUDIT),
    Place("accounts:workspace_settings", gettext_noop("Settings"), "settings", Right.MANAGE_WORKSPACE),
)

SOURCE_NAMES = "regard.collect.live.site.source_names"
"""What people call the sources of a workspace, by the keys under which evidence names them."""

AUDITED = ("regard.surveys.site.audited_names", "regard.collect.live.site.audited_names")
"""What people call the things of a workspace that its audit log names by a key: a function of each storey."""

API: tuple[tuple[str, str], ...] = (
    ("metrics", "regard.metrics.api.router"),
    ("interactions", "regard.collect.api.interactions.router"),
    ("profiles", "regard.profiles.api.merging.router"),
    ("identity", "regard.profiles.api.rules.router"),
    ("segments", "regard.profiles.api.segments.router"),
    ("surveys", "regard.surveys.api.surveys.router"),
    ("surveys", "regard.report.responses.api.router"),
    ("invitations", "regard.surveys.api.invitations.router"),
    ("imports", "regard.collect.api.imports.router"),
    ("loads", "regard.collect.api.loads.router"),
)
"""What ``/api/v1`` offers: each storey's router under its name; imported at the first request."""

JOBS: tuple[str, ...] = (
    "regard.profiles.erasing.tasks.erase",
    "regard.surveys.distribution.tasks.count_recipients",
    "regard.surveys.distribution.tasks.invite_all",
    "regard.surveys.distribution.tasks.send_due",
    "regard.surveys.sending.tasks.read_upload",
)
"""The functions that may be enqueued, as dotted paths: no other is ever called by a job."""

ERASERS: tuple[str, ...] = (
    "regard.surveys.respond.forgetting.forget_person",
    "regard.collect.live.site.forget_person",
)
"""What forgets somebody beside the stream, called with the workspace, the profile's number and all its keys."""

SCHEDULES: tuple[Schedule, ...] = (
    Schedule("invitations", "regard.surveys.distribution.tasks.look_for_people", every_seconds=60),
    Schedule("reports about mails", "regard.surveys.distribution.tasks.read_inbox", every_seconds=60),
    Schedule("responses left alone", "regard.surveys.tasks.settle_abandoned", every_seconds=5 * 60),
    Schedule("files that no answer needs", "regard.surveys.files.keeping.sweep", every_seconds=24 * 60 * 60),
    Schedule("old jobs", "regard.jobs.tasks.forget_given_up", every_seconds=24 * 60 * 60),
    Schedule("old sessions", "regard.accounts.tasks.forget_old_sessions", every_seconds=24 * 60 * 60),
)
"""What comes back by itself: each is done once, however many processes there are."""
