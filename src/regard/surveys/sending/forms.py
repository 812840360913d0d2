"""Forms of sending: a programme, the code for a site, a list of people, the attention budget."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.surveys.budget import Allowance
from regard.surveys.distribution.site import has_sms
from regard.surveys.framing import read_sites
from regard.surveys.inviting import SMS_CHANNEL, Rules
from regard.surveys.languages import name_of
from regard.surveys.model import DEFAULT
from regard.surveys.models import Programme
from regard.surveys.terms import MOST_REMINDERS, Terms, read_terms
from regard.surveys.triggering import OfList, OfSegment, OnCall, OnEvent, Trigger, read_trigger, trigger_json
from regard.web.site import told_error

KINDS = [
    ("event", _("After something happened")),
    ("segment", _("Members of a segment")),
    ("list", _("A list that I upload")),
    ("call", _("Whoever a program names, by the API")),
]
WHENS = [
    ("now", _("Those who are in it when the programme starts")),
    ("enter", _("Whoever enters it from then on")),
    ("every", _("All of them, again each period")),
]
ABOUT = [
    ("relationship", _("What people think of us in general")),
    ("purchase", _("Orders and deliveries")),
    ("support", _("Help they got")),
    ("other", _("Something else")),
]
DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
UNITS = [("1", _("hours")), ("24", _("days"))]
WORDS = ("subject", "opening", "sms")
PLAIN = (
    "kind", "at_least", "at_most", "period_days", "reminders", "reminder_days", "expires_days", "opens", "closes",
    "sender_name", "reply_to", "touchpoint", "is_single_use", "is_opening_tracked", "per_minute",
)  # fmt: skip
"""Terms that the form shows as they are."""


def _whole(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


class ProgrammeForm(forms.Form):
    """A programme: who, when, how many, in which words."""

    name = forms.CharField(label=_("Name, for your colleagues"), max_length=120)
    channel = forms.ChoiceField(label=_("Sent by"), choices=Programme.Channel.choices)
    kind = forms.ChoiceField(
        label=_("It is about"),
        choices=ABOUT,
        help_text=_("People may do without one of these and get the others."),
    )
    trigger = forms.ChoiceField(label=_("Who is asked"), choices=KINDS, widget=forms.RadioSelect)
    event = forms.CharField(
        label=_("After which interaction"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-events", "autocomplete": "off"}),
        help_text=_("Its name, such as Order Delivered or Ticket Resolved."),
    )
    after = forms.FloatField(label=_("How long after it"), min_value=0, max_value=24 * 365, required=False)
    unit = forms.ChoiceField(label=_("Hours or days"), choices=UNITS, required=False)
    condition = forms.CharField(
        label=_("Only if"),
        max_length=2_000,
        required=False,
        help_text=_("About the interaction, such as {amount} > 100 and {channel} = 'store'."),
    )
    once_per = forms.ChoiceField(
        label=_("Asked again"),
        choices=[("subject", _("Not about the same order or ticket")), ("event", _("Each time it happens"))],
        required=False,
    )
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    when = forms.ChoiceField(label=_("Of the segment"), choices=WHENS, required=False)
    share = forms.FloatField(
        label=_("Of 100 people, ask"),
        min_value=0.01,
        max_value=100,
        help_text=_("Drawn at random. The chance that each had is kept, and answers are weighted by it."),
    )
    at_least = _whole(_("But at least"), 0, 10_000_000, _("The smallest sample, in each period; 0 for none."))
    at_most = _whole(_("And at most"), 0, 10_000_000, _("In each period; 0 for no limit."))
    period_days = _whole(_("A period is, in days"), 1, 365)
    priority = _whole(_("Priority"), -100, 100, _("Where two programmes want the same person, the higher one asks."))
    reminders = _whole(_("Reminders"), 0, MOST_REMINDERS, _("To those who have not answered."))
    reminder_days = _whole(_("Days between them"), 1, 60)
    expires_days = _whole(_("The link ends after, in days"), 1, 365)
    opens = forms.TimeField(label=_("Not before"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(
        label=_("Not after"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the person's own clock."),
    )
    days = forms.TypedMultipleChoiceField(
        label=_("On these days"), choices=DAYS, coerce=int, widget=forms.CheckboxSelectMultiple, empty_value=()
    )
    sender_name = forms.CharField(label=_("Name of the sender"), max_length=80, required=False)
    reply_to = forms.EmailField(label=_("Answers by mail go to"), max_length=254, required=False)
    touchpoint = forms.CharField(
        label=_("About (touchpoint)"), max_length=200, required=False, help_text=_("Figures can be shown by it.")
    )
    is_single_use = forms.BooleanField(label=_("Each link is for one response"), required=False)
    is_opening_tracked = forms.BooleanField(
        label=_("Count how many mails are opened"),
        required=False,
        help_text=_("By a picture of one dot. Say so in your privacy notice."),
    )
    per_minute = _whole(_("Messages a minute, at most"), 0, 1_000_000, _("0: as many as the server takes."))

    def __init__(
        self,
        data: Any = None,
        *,
        programme: Programme,
        languages: list[str],
        segments: list[tuple[str, str]],
        own: str,
    ):
        self.programme, self.languages, self.own = programme, languages, own
        super().__init__(data, initial=self._initial())
        self.fields["segment"].choices = [("", "–"), *segments]
        if not has_sms():
            offered = [one for one in Programme.Channel.choices if one[0] != SMS_CHANNEL]
            self.fields["channel"].choices = offered
        for language in languages:
            for name in WORDS:
                self.fields[f"{name}_{language}"] = _word(name, language, has_sms())
        if programme.is_active:
            for name in ("channel", "trigger", "event", "after", "unit", "condition", "once_per", "segment", "when"):
                self.fields[name].disabled = True

    # --- from the programme ------------------------------------------------------------------------------------------

    def _initial(self) -> dict[str, Any]:
        terms = read_terms(self.programme.settings)
        found: dict[str, Any] = {name: getattr(terms, name) for name in (*PLAIN, "days")}
        found |= {"share": f"{100 * terms.share:.4g}", "unit": "24", "after": 2, "trigger": "event"}
        found |= {name: getattr(self.programme, name) for name in ("name", "channel", "priority")}
        for name in WORDS:
            found |= self._initial_words(name, getattr(terms, name))
        return found | self._initial_trigger()

    def _initial_words(self, name: str, text: Any) -> dict[str, str]:
        by_language = text if isinstance(text, dict) else {DEFAULT: text}
        return {
            f"{name}_{one}": by_language.get(DEFAULT if one == self.own else one, by_language.get(one, ""))
            for one in self.languages
        }

    def _initial_trigger(self) -> dict[str, Any]:
        if not self.programme.trigger:
            return {}
        trigger = read_trigger(self.programme.trigger)
        if isinstance(trigger, OfSegment):
            return {"trigger": "segment", "segment": trigger.segment, "when": trigger.when}
        if isinstance(trigger, OnEvent):
            is_days = trigger.after_hours and trigger.after_hours % 24 == 0
            return {
                "event": trigger.event,
                "after": trigger.after_hours / (24 if is_days else 1),
                "unit": "24" if is_days else "1",
                "condition": trigger.condition or "",
                "once_per": trigger.once_per,
            }
        return {"trigger": "list" if isinstance(trigger, OfList) else "call"}

    # --- to the programme --------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        clean = self.cleaned_data
        if self.errors:
            return clean
        try:
            clean["made_trigger"] = trigger_json(self._made_trigger())
            clean["made_terms"] = msgspec.to_builtins(self._made_terms())
        except Invalid as error:
            field = error.field if error.field in self.fields else None
            self.add_error(field or ("condition" if clean["condition"] else None), told_error(error))
        return clean

    def _made_trigger(self) -> Trigger:
        clean = self.cleaned_data
        if clean["trigger"] == "segment":
            if not clean["segment"]:
                raise Invalid(_("choose a segment"), field="segment")
            return OfSegment(segment=clean["segment"], when=clean["when"] or "now")
        if clean["trigger"] != "event":
            return OfList() if clean["trigger"] == "list" else OnCall()
        if not clean["event"].strip():
            raise Invalid(_("say after which interaction"), field="event")
        made = {
            "kind": "event",
            "event": clean["event"].strip(),
            "after_hours": (clean["after"] or 0) * int(clean["unit"] or 1),
            "condition": clean["condition"].strip() or None,
            "once_per": clean["once_per"] or "subject",
        }
        return read_trigger(made)

    def _made_terms(self) -> Terms:
        clean = self.cleaned_data
        values = {name: clean[name] for name in PLAIN} | {"share": clean["share"] / 100, "days": tuple(clean["days"])}
        values |= {name: f"{clean[name]:%H:%M}" for name in ("opens", "closes")}
        return Terms(**values, **{name: self._made_words(name) for name in WORDS})

    def _made_words(self, name: str) -> Any:
        """The words by language; one string where only the survey's own language has some."""
        given = {one: self.cleaned_data.get(f"{name}_{one}", "").strip() for one in self.languages}
        found = {DEFAULT if one == self.own else one: text for one, text in given.items() if text}
        return found.get(DEFAULT, "") if not set(found) - {DEFAULT} else found

    def keep(self) -> Programme:
        """Write it into the programme, which the caller keeps."""
        clean = self.cleaned_data
        for name in ("name", "channel", "priority"):
            setattr(self.programme, name, clean[name])
        self.programme.trigger, self.programme.settings = clean["made_trigger"], clean["made_terms"]
        return self.programme

    # --- for the page ------------------------------------------------------------------------------------------------

    @property
    def sections(self) -> dict[str, list[Any]]:
        """The fields by the part of the page in which they stand."""
        return {section: [self[name] for name in names] for section, names in SECTIONS.items()}

    @property
    def wordings(self) -> list[tuple[str, list[Any], bool]]:
        """For each language what its speakers call it, the fields of its words, and whether they are shown at once:
        those of the survey's own, and where there is something."""
        kinds = [name for name in WORDS if name != "sms" or has_sms()]
        fields = {one: [self[f"{kind}_{one}"] for kind in kinds] for one in self.languages}
        return [
            (name_of(one), those, one == self.own or any(field.value() or field.errors for field in those))
            for one, those in fields.items()
        ]


SECTIONS = {
    "what": ("name", "channel", "kind"),
    "event": ("event", "after", "unit", "once_per", "condition"),
    "segment": ("segment", "when"),
    "sample": ("share", "at_least", "at_most", "period_days", "priority"),
    "again": ("reminders", "reminder_days", "expires_days"),
    "hours": ("opens", "closes"),
    "more": ("sender_name", "reply_to", "touchpoint", "per_minute"),
    "ticks": ("is_single_use", "is_opening_tracked"),
}


def _word(name: str, language: str, is_sms: bool) -> forms.CharField:
    labels = {"subject": _("Subject line"), "opening": _("Words above the question"), "sms": _("Text message")}
    long = forms.Textarea(attrs={"rows": 3, "lang": language})
    widget = forms.TextInput(attrs={"lang": language}) if name == "subject" else long
    most = {"subject": 250, "opening": 5_000, "sms": 480}[name]
    return forms.CharField(label=labels[name], max_length=most, required=False, widget=widget)


# --- a site's page ---------------------------------------------------------------------------------------------------

SHOWS = [("button", _("A button in the corner")), ("inline", _("In place")), ("popup", _("A window that opens"))]


class WidgetForm(forms.Form):
    """How the survey shows itself in a page of a site; the answer is the code to paste."""

    show = forms.ChoiceField(label=_("As"), choices=SHOWS)
    label = forms.CharField(label=_("Words on the button"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    touchpoint = forms.CharField(label=_("About (touchpoint)"), max_length=80, required=False)
    after = forms.IntegerField(label=_("Window opens after, in seconds"), min_value=0, max_value=3600, required=False)
    remember = forms.IntegerField(
        label=_("Days without it, once closed"),
        min_value=0,
        max_value=3650,
        required=False,
        help_text=_("Kept in the visitor's browser: only where they agreed to that."),
    )

    def __init__(self, data: Any = None, *, languages: list[str]):
        super().__init__(data, initial={"show": "button"}, auto_id="widget_%s")
        self.fields["language"].choices = [("", _("The visitor's")), *((one, name_of(one)) for one in languages)]

    def snippet(self, key: str, source: str) -> str:
        """What to paste."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {"show": "button"}
        values = {"survey": key} | {name: value for name, value in chosen.items() if value not in (None, "")}
        if values["show"] != "popup":
            values = {name: value for name, value in values.items() if name not in ("after", "remember")}
        told = "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())
        return f'<script src="{escape(source)}"{told} async></script>'


class SitesForm(forms.Form):
    """Which sites may show the survey in a frame."""

    sites = forms.CharField(
        label=_("Sites that may show it"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "https://shop.example.org"}),
        help_text=_("One a line, such as https://shop.example.org, or https://*.example.org. Empty: any site."),
    )

    def clean_sites(self) -> list[str]:
        try:
            return read_sites(self.cleaned_data["sites"])
        except Invalid as refused:
            raise forms.ValidationError(told_error(refused)) from None


# --- lists -----------------------------------------------------------------------------------------------------------


class ListForm(forms.Form):
    """A CSV file of people."""

    file = forms.FileField(
        label=_("CSV file"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_("A heading with email, phone or user_id; other columns can be used in the texts."),
    )


class LinksForm(ListForm):
    """People who get a link each, which somebody else sends."""


class TakeForm(forms.Form):
    """On what terms links are made."""

    days = _whole(_("The links end after, in days"), 1, 365)
    is_single_use = forms.BooleanField(label=_("Each link is for one response"), required=False)
    is_held = forms.BooleanField(
        label=_("No links for people who should not be asked now"),
        required=False,
        help_text=_("Who unsubscribed, or was asked as often as the attention budget lets."),
    )


# --- attention -------------------------------------------------------------------------------------------------------


class AttentionForm(forms.Form):
    """How often one person may be asked."""

    times = _whole(_("At most so many times"), 0, 3650)
    days = _whole(_("within so many days"), 0, 3650)
    gap_days = _whole(_("Days between any two"), 0, 3650)
    rest_days = _whole(_("Days until the same survey asks again"), 0, 3650)
    consent_for = forms.CharField(
        label=_("Ask only people who agreed to"),
        max_length=200,
        required=False,
        help_text=_("The purpose of a consent, such as research; empty: consent is not needed."),
    )

    @classmethod
    def of(cls, rules: Rules, data: Any = None) -> AttentionForm:
        initial = {name: getattr(rules.allowance, name) for name in ("times", "days", "gap_days", "rest_days")}
        return cls(data, initial=initial | {"consent_for": rules.consent_for})

    def made(self) -> Rules:
        clean = dict(self.cleaned_data)
        consent = clean.pop("consent_for").strip()
        return Rules(allowance=Allowance(**clean), consent_for=consent)
