"""What the operational database knows of surveys: drafts and published versions, who is asked, and what they answer."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regard.accounts.site import OfWorkspace, Workspace
from regard.base import NotFound
from regard.base.clock import now
from regard.base.ids import new_id
from regard.base.words import said

KEY_BYTES = 9


def new_key() -> str:
    """The public name of a survey in its addresses: short, and not to be guessed."""
    return secrets.token_urlsafe(KEY_BYTES)


class OfSomeWorkspace(OfWorkspace):
    """Rows of one workspace; those that a public address names are found by its unguessable key alone."""

    def public(self) -> models.QuerySet:
        """For public pages only: rows of all workspaces, to be narrowed by an unguessable key at once."""
        return self._everywhere()


class Surveys(OfSomeWorkspace):
    """Surveys of one workspace: ``Survey.objects.of(workspace)``."""

    def get_of(self, workspace: Workspace, key: str) -> Survey:
        """The survey of that key, without the picture of its theme. Raises :class:`~regard.base.NotFound`."""
        found = self.of(workspace).select_related("theme").defer("theme__logo").filter(key=key).first()
        if found is None:
            raise NotFound(said("there is no survey {key}", key=key))
        return found


class Theme(models.Model):
    """How the surveys of a brand look. Colours are checked for contrast before they are kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="survey_themes")
    name = models.CharField(_("name"), max_length=80)
    colour = models.CharField(_("colour"), max_length=7, default="#4338ca")
    logo = models.BinaryField(null=True)
    logo_type = models.CharField(max_length=40, blank=True)
    logo_text = models.CharField(_("name of the company, read out instead of the logo"), max_length=120, blank=True)
    privacy_url = models.URLField(_("address of the privacy notice"), blank=True)

    objects = OfSomeWorkspace()

    def __str__(self) -> str:
        return self.name


class Survey(models.Model):
    """A survey: its draft, and whether it takes answers. What respondents see is a :class:`SurveyVersion`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="surveys")
    key = models.CharField(max_length=20, unique=True, default=new_key)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=40, blank=True)  # the ready-made programme it came from
    draft = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.SET_NULL)
    is_once_each = models.BooleanField(_("one answer from each device"), default=True)  # on the anonymous link
    sites = models.JSONField(default=list)  # origins that may show it in a frame; empty: any
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    edition = models.PositiveIntegerField(default=0)  # of the draft: two people who edit at once clash, not overwrite
    margins = models.JSONField(default=dict)  # known shares of all customers, for raking: variable -> category -> share

    objects = Surveys()

    class Meta:
        indexes = [models.Index(fields=["workspace", "-changed_at"], name="surveys_last_changed")]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> SurveyVersion | None:
        """The published version that new respondents see."""
        return self.versions.order_by("-number").first()


class SurveyVersion(models.Model):
    """A published questionnaire. It never changes; responses refer to the one they saw."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField(default=now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="one_version_of_each_number")]

    def __str__(self) -> str:
        return f"{self.survey_id} version {self.number}"


class Programme(models.Model):
    """Who is asked, when and how: a standing order to invite people to a survey."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        APP = "app", _("In your site or app")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="survey_programmes")
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="programmes")
    name = models.CharField(_("name"), max_length=120)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    trigger = models.JSONField(default=dict)  # surveys/triggering.py reads it: an event, a segment, or a list
    settings = models.JSONField(default=dict)  # sampling, reminders, expiry, quiet hours, wording: surveys/budget.py …
    priority = models.IntegerField(_("priority"), default=0)
    is_active = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    cursor = models.DateTimeField(null=True)  # events received up to here have been looked at
    made_at = models.DateTimeField(default=now)

    objects = OfSomeWorkspace()

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """One person asked to answer one survey once. Its public id is the subject of what the stream tells of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        BOUNCED = "bounced", _("Bounced")
        SKIPPED = "skipped", _("Not sent")
        ANSWERED = "answered", _("Answered")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="survey_invitations")
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.SET_NULL, related_name="invitations")
    public_id = models.CharField(max_length=36, unique=True, default=new_id)
    source_key = models.CharField(max_length=1100)  # the person, as the stream knows them
    customer = models.BigIntegerField(db_index=True)  # their profile when they were chosen: the attention budget counts
    address = models.CharField(max_length=320, blank=True)  # empty for links that somebody else hands out
    channel = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=35, blank=True)
    traits = models.JSONField(default=dict)  # what texts and conditions may say of the person
    touchpoint = models.CharField(max_length=200, blank=True)
    because = models.CharField(max_length=1100, blank=True)  # the id of the interaction that triggered it
    selection_probability = models.FloatField(default=1.0)
    is_single_use = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)  # why it was not sent
    send_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    is_told = models.BooleanField(default=False)  # the stream knows that it was sent
    reminders = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = OfSomeWorkspace()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "customer", "sent_at"], name="invitations_of_a_customer"),
            models.Index(fields=["survey", "state", "send_at"], name="invitations_due"),
            models.Index(fields=["programme", "state"], name="invitations_of_a_programme"),
            models.Index(fields=["workspace", "address"], name="invitations_of_an_address"),
            models.Index(fields=["workspace", "source_key"], name="invitations_of_a_key"),
            models.Index(fields=["send_at"], condition=models.Q(state="waiting"), name="invitations_waiting"),
            models.Index(
                fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="invitations_to_remind"
            ),
            models.Index(
                fields=["sent_at"], condition=models.Q(is_told=False, sent_at__isnull=False), name="invitations_untold"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["programme", "customer", "because"], name="asked_once_about_each_thing")
        ]

    def __str__(self) -> str:
        return self.public_id


class Response(models.Model):
    """What one person answers: kept page by page, in the stream once complete or left alone."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="survey_responses")
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    version = models.ForeignKey(SurveyVersion, on_delete=models.RESTRICT, related_name="responses")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.SET_NULL, related_name="responses")
    public_id = models.CharField(max_length=36, unique=True, default=new_id)
    way = models.CharField(max_length=12, default="link")  # link, email, sms, app, kiosk, widget, api, import
    language = models.CharField(max_length=35)
    touchpoint = models.CharField(max_length=200, blank=True)
    source_key = models.CharField(max_length=1100, blank=True)  # empty: nobody knows who it is
    arrangement = models.JSONField(default=dict)  # the random orders that this person saw
    answers = models.JSONField(default=dict)
    seen = models.JSONField(default=list)  # names of the pages that were shown, in order
    page = models.CharField(max_length=200, blank=True)  # where it goes on
    flags = models.JSONField(default=list)  # straight-lining, too fast, duplicate…: kept, excludable
    device = models.CharField(max_length=64, blank=True)  # a keyed hash, for duplicates; no address is kept
    weight = models.FloatField(default=1.0)  # 1 / the probability of having been asked
    started_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    completed_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=20, blank=True)  # "", complete, screen_out, quota, settling, left
    recorded = models.JSONField(default=list)  # names of the questions that the stream has

    objects = OfSomeWorkspace()

    class Meta:
        indexes = [
            models.Index(fields=["survey", "-id"], name="responses_newest_first"),
            models.Index(fields=["survey", "device"], name="responses_of_a_device"),
            models.Index(fields=["completed_at", "changed_at"], name="responses_left_alone"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Upload(models.Model):
    """A file that a respondent sent along; its bytes lie in the home folder, outside of what is served."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="uploads")
    public_id = models.CharField(max_length=36, unique=True, default=new_id)
    question = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sent_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.public_id


class Preference(models.Model):
    """What a person has said about being written to; by address, so that it outlives merges and imports."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="survey_preferences")
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=320)
    is_unsubscribed = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, blank=True)  # asked, complained, bounced
    kinds = models.JSONField(default=dict)  # kind of message -> wanted or not
    changed_at = models.DateTimeField(default=now)

    objects = OfSomeWorkspace()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "channel", "address"], name="one_preference_each")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
