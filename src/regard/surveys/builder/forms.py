"""Forms of the builder: a page, the survey's own settings, a language, a theme."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.surveys.builder.condition_field import ConditionField
from regard.surveys.colours import contrast, is_legible, legible
from regard.surveys.editing import own_text, with_text
from regard.surveys.leaving import is_safe
from regard.surveys.model import WORDS, Page, Questionnaire
from regard.surveys.models import Survey, Theme
from regard.surveys.respond.languages import words_language
from regard.surveys.respond.wording import words_of
from regard.surveys.translating import with_locale
from regard.web import LANGUAGES
from regard.web.site import told_error

KIND_NAMES = {
    "rating": _("Scale: numbers, stars, faces"),
    "radiogroup": _("One choice"),
    "checkbox": _("Several choices"),
    "dropdown": _("One choice from a list"),
    "matrix": _("Matrix"),
    "ranking": _("Ranking"),
    "boolean": _("Yes or no, consent"),
    "text": _("One line: text, number, date"),
    "multipletext": _("Several lines"),
    "comment": _("Long text"),
    "file": _("File"),
    "html": _("Statement"),
}
LANGUAGE_CODE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
LARGEST_LOGO = 200_000
LOGO_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PageForm(forms.Form):
    """A page's own fields."""

    title = forms.CharField(label=_("Heading"), max_length=2_000, required=False)
    description = forms.CharField(label=_("Explanation"), max_length=20_000, required=False, widget=_area(2))
    questions_order = forms.ChoiceField(
        label=_("Order of the questions"),
        choices=[("initial", _("As written")), ("random", _("At random, each time anew"))],
    )
    name = forms.CharField(label=_("Name in data and conditions"), max_length=200)
    visible_if = ConditionField(label=_("Shown only if"))

    @classmethod
    def of(cls, page: Page, own: str, data: Any = None) -> PageForm:
        initial = {name: getattr(page, name) for name in ("name", "questions_order", "visible_if")}
        initial |= {name: own_text(getattr(page, name), own) for name in ("title", "description")}
        return cls(data, initial=initial)

    def made(self, page: Page, own: str) -> Page:
        clean = self.cleaned_data
        texts = {name: with_text(getattr(page, name), clean[name].strip(), own) for name in ("title", "description")}
        plain = {name: clean[name] for name in ("name", "questions_order")}
        return msgspec.structs.replace(page, **plain, visible_if=clean["visible_if"] or None, **texts)


def _word(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=False)


class WordsForm(forms.Form):
    """The few words of the respondents' pages, which are ours unless somebody writes them."""

    start_survey_text = _word(_("Button that begins"))
    page_next_text = _word(_("Button that goes on"))
    page_prev_text = _word(_("Button that goes back"))
    complete_text = _word(_("Button that sends"))
    required_word = _word(_("“required”, read out beside a question"))
    missing_text = _word(_("Said when a required answer is missing"))
    check_text = _word(_("Heading above what is wrong"))
    choose_text = _word(_("First line of a list"))
    completed_title = _word(_("Heading at the end"))
    elsewhere_text = _word(_("Link to another device"))
    privacy_text = _word(_("Link to the privacy notice"))

    def show_ours(self, language: str) -> None:
        """Show what is said where nothing is written."""
        with translation.override(words_language(language)):
            for name, word in words_of(None, language).items():
                self.fields[name].widget.attrs["placeholder"] = word.text

    @property
    def words(self) -> list[forms.BoundField]:
        return [self[name] for name in WORDS]


class SettingsForm(WordsForm):
    """What belongs to the survey as a whole."""

    name = forms.CharField(label=_("Name, for your colleagues"), max_length=120)
    title = forms.CharField(label=_("Title, for respondents"), max_length=2_000, required=False)
    description = forms.CharField(label=_("Introduction"), max_length=20_000, required=False, widget=_area(3))
    completed_text = forms.CharField(label=_("Words at the end"), max_length=20_000, required=False, widget=_area(2))
    navigate_to_url = forms.CharField(
        label=_("Goes on at this address"),
        max_length=2_000,
        required=False,
        help_text=_("https://…; {name} puts in a value. Without words for a button it goes there at once."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    navigate_text = forms.CharField(label=_("Button that leads there"), max_length=200, required=False)
    locale = forms.RegexField(
        label=_("Language it is written in"),
        regex=LANGUAGE_CODE,
        max_length=35,
        help_text=_("A code such as pl, zh-hans or pt-br."),
        widget=forms.TextInput(attrs={"list": "known-languages", "autocomplete": "off"}),
    )
    touchpoint = forms.CharField(
        label=_("About (touchpoint)"),
        max_length=200,
        required=False,
        help_text=_("What the answers are about, such as support: figures can be shown by it."),
    )
    theme = forms.ModelChoiceField(label=_("Theme"), queryset=None, required=False)
    show_progress_bar = forms.BooleanField(label=_("Show progress"), required=False)
    allow_back = forms.BooleanField(label=_("Let people go back"), required=False)
    first_page_is_started = forms.BooleanField(label=_("The first page is a welcome"), required=False)
    is_once_each = forms.BooleanField(label=_("One answer from each device, on the public link"), required=False)

    OWN = ("title", "description", "completed_text", "navigate_to_url", "navigate_text", *WORDS)
    PLAIN = ("show_progress_bar", "allow_back", "first_page_is_started")

    def __init__(self, *given: Any, survey: Survey, questionnaire: Questionnaire, **named: Any):
        own = questionnaire.locale
        initial = {name: getattr(survey, name) for name in ("name", "theme", "is_once_each")}
        initial |= {name: getattr(questionnaire, name) for name in (*self.PLAIN, "locale", "touchpoint")}
        initial |= {name: own_text(getattr(questionnaire, name), own) for name in self.OWN}
        super().__init__(*given, initial=initial, **named)
        self.questionnaire = questionnaire
        self.show_ours(own)
        self.fields["theme"].queryset = Theme.objects.of(survey.workspace).defer("logo").order_by("name")
        self.fields["theme"].empty_label = _("Plain")

    def clean_navigate_to_url(self) -> str:
        address = str(self.cleaned_data["navigate_to_url"]).strip()
        if address and not is_safe(address):
            raise forms.ValidationError(
                _("Write an address that begins with https://; values only stand behind the host.")
            )
        return address

    def made(self) -> Questionnaire:
        clean, before = self.cleaned_data, self.questionnaire
        values: dict[str, Any] = {name: clean[name] for name in self.PLAIN}
        for name in self.OWN:
            made = with_text(getattr(before, name), clean[name].strip(), before.locale)
            values[name] = "" if made is None and name == "title" else made
        made = msgspec.structs.replace(before, touchpoint=clean["touchpoint"] or None, **values)
        return with_locale(made, clean["locale"].lower())

    @property
    def of_survey_fields(self) -> list[forms.BoundField]:
        return [one for one in self if one.name not in WORDS]

    @property
    def of_survey(self) -> dict[str, Any]:
        """What is kept beside the draft."""
        return {name: self.cleaned_data[name] for name in ("name", "theme", "is_once_each")}


class LanguageForm(forms.Form):
    """Another language to translate into."""

    language = forms.RegexField(
        label=_("Language"),
        regex=LANGUAGE_CODE,
        max_length=35,
        help_text=_("A code such as pl, zh-hans or pt-br."),
        widget=forms.TextInput(attrs={"list": "known-languages", "autocomplete": "off"}),
    )

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"]).lower()


class ThemeForm(forms.ModelForm):
    """A brand: its name, colour and logo. A colour that cannot be read is not kept."""

    upload = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG, WebP or SVG, at most 200 kB; replaces the old one."),
    )
    without_logo = forms.BooleanField(label=_("Take the logo away"), required=False)

    privacy_url = forms.URLField(label=_("Address of the privacy notice"), required=False, assume_scheme="https")

    class Meta:
        model = Theme
        fields = ("name", "colour", "logo_text", "privacy_url")
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).lower()
        try:
            if is_legible(colour):
                return colour
            ratio = f"{contrast(colour, '#ffffff'):.1f}"
        except Invalid as error:
            raise forms.ValidationError(told_error(error)) from None
        raise forms.ValidationError(
            _("White on it has a contrast of %(ratio)s, less than 4.5. The nearest shade is %(shade)s."),
            params={"ratio": ratio, "shade": legible(colour)},
        )

    def clean_upload(self) -> Any:
        found = self.cleaned_data["upload"]
        if found and found.size > LARGEST_LOGO:
            raise forms.ValidationError(_("The file is larger than 200 kB."))
        if found and media_type(found) not in LOGO_TYPES:
            raise forms.ValidationError(_("The file is no PNG, JPEG, WebP or SVG picture."))
        return found

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        has_logo = bool(clean.get("upload") or (self.instance.logo_type and not clean.get("without_logo")))
        if has_logo and not clean.get("logo_text"):
            self.add_error("logo_text", _("A logo needs words for those who do not see it."))
        return clean

    def save(self, commit: bool = True) -> Theme:
        upload = self.cleaned_data["upload"]
        if self.cleaned_data["without_logo"]:
            self.instance.logo, self.instance.logo_type = None, ""
        if upload:
            self.instance.logo, self.instance.logo_type = upload.read(), media_type(upload)
        return super().save(commit)


def media_type(upload: Any) -> str:
    """What a picture's first bytes say it is; empty for anything else."""
    upload.seek(0)
    head = upload.read(2_000)
    upload.seek(0)
    marks = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
    if found := next((kind for mark, kind in marks.items() if head.startswith(mark)), None):
        return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if b"<svg" in head.lower() else ""


def known_languages() -> dict[str, str]:
    """Languages by code, as an author is offered them first."""
    return {**LANGUAGES, "de": "Deutsch", "es": "Español", "fr": "Français", "uk": "Українська", "ar": "العربية"}
