"""Forms of the builder: a question of any kind, a page, the survey's own settings, its logic, a theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.surveys.builder.fields import (
    GROUPS,
    TEXTS,
    Shape,
    as_lines,
    lines_as_text,
    read_choices,
    read_lines,
    shape_of,
)
from regard.surveys.colours import contrast, is_legible, legible
from regard.surveys.editing import own_text, with_text
from regard.surveys.expressions import parse
from regard.surveys.model import Page, Part, Questionnaire
from regard.surveys.models import Survey, Theme
from regard.web import LANGUAGES
from regard.web.site import told, told_error

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
LARGEST_LOGO = 200_000
LOGO_TYPES = ("image/png", "image/jpeg", "image/webp", "image/svg+xml")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _words(rows: int = 2) -> forms.CharField:
    return forms.CharField(max_length=20_000, required=False, widget=_area(rows))


def _line() -> forms.CharField:
    return forms.CharField(max_length=2_000, required=False)


def _whole() -> forms.IntegerField:
    return forms.IntegerField(min_value=-1_000_000_000, max_value=1_000_000_000)


CONTROLS: Mapping[str, Any] = {
    "words": _words,
    "long": lambda: _words(8),
    "line": _line,
    "name": lambda: forms.CharField(max_length=200, required=False),
    "key": lambda: forms.CharField(max_length=200),
    "condition": _line,
    "choices": lambda: _words(6),
    "lines": lambda: _words(4),
    "integer": _whole,
    "count": lambda: forms.IntegerField(min_value=1, max_value=1_000_000, required=False),
    "number": lambda: forms.FloatField(required=False),
    "bound": lambda: forms.CharField(max_length=40, required=False),
    "tick": lambda: forms.BooleanField(required=False),
}


def control(shape: Shape) -> forms.Field:
    """The form's field for one of :data:`~regard.surveys.builder.fields.SHAPES`."""
    if shape.control == "select":
        made: forms.Field = forms.ChoiceField(choices=[(value, told(words)) for value, words in shape.offers])
    else:
        made = CONTROLS[shape.control]()
    made.label, made.help_text = told(shape.label), told(shape.help)
    return made


class PartForm(forms.Form):
    """The fields of a page or question, in its own language; what is not shown stays as it is."""

    shown: tuple[str, ...] = ()

    def __init__(self, *given: Any, part: Part, own: str, **named: Any):
        self.part, self.own = part, own
        self.kind = str(part.__struct_config__.tag or "")
        shapes = {one.name: shape_of(self.kind, one.name) for one in msgspec.structs.fields(part)}
        self.shapes = {name: shape for name, shape in shapes.items() if shape}
        initial = {name: self._shown_value(name, shape) for name, shape in self.shapes.items()}
        super().__init__(*given, initial=initial, **named)
        for name, shape in self.shapes.items():
            self.fields[name] = control(shape)

    def _shown_value(self, name: str, shape: Shape) -> Any:
        value = getattr(self.part, name)
        if shape.control in TEXTS:
            return own_text(value, self.own)
        if shape.control == "choices":
            return as_lines(value, self.own)
        return lines_as_text(value, self.own) if shape.control == "lines" else value

    def _read_value(self, name: str, shape: Shape, given: Any) -> Any:
        before = getattr(self.part, name)
        if shape.control in TEXTS:
            made = with_text(before, given.strip(), self.own)
            return made if made is not None or name != "html" else ""
        if shape.control == "choices":
            return read_choices(given, before, self.own)
        if shape.control == "lines":
            return read_lines(given, before, self.own)
        if shape.control == "bound":
            return _bound(given.strip())
        return given.strip() or None if isinstance(given, str) and shape.control in ("name", "condition") else given

    def clean(self) -> dict[str, Any]:
        for name, shape in self.shapes.items():
            if shape.control == "condition" and self.cleaned_data.get(name):
                try:
                    parse(self.cleaned_data[name])
                except Invalid as error:
                    self.add_error(name, told_error(error))
        return self.cleaned_data

    def made(self) -> Part:
        """The part as the form says it is to be."""
        values = {
            name: self._read_value(name, shape, self.cleaned_data[name])
            for name, shape in self.shapes.items()
            if name in self.cleaned_data
        }
        return msgspec.structs.replace(self.part, **values)

    @property
    def groups(self) -> dict[str, list[Any]]:
        """The fields by the group in which they stand."""
        return {group: [self[name] for name, shape in self.shapes.items() if shape.group == group] for group in GROUPS}


def _bound(text: str) -> float | str | None:
    try:
        number = float(text)
    except ValueError:
        return text or None
    return int(number) if number.is_integer() else number


class PageForm(forms.Form):
    """A page's own fields."""

    title = forms.CharField(label=_("Heading"), max_length=2_000, required=False)
    description = forms.CharField(label=_("Explanation"), max_length=20_000, required=False, widget=_area(2))
    questions_order = forms.ChoiceField(
        label=_("Order of the questions"),
        choices=[("initial", _("As written")), ("random", _("At random, each time anew"))],
    )
    name = forms.CharField(label=_("Name in data and conditions"), max_length=200)

    @classmethod
    def of(cls, page: Page, own: str, data: Any = None) -> PageForm:
        initial = {name: getattr(page, name) for name in ("name", "questions_order")}
        initial |= {name: own_text(getattr(page, name), own) for name in ("title", "description")}
        return cls(data, initial=initial)

    def made(self, page: Page, own: str) -> Page:
        clean = self.cleaned_data
        texts = {name: with_text(getattr(page, name), clean[name].strip(), own) for name in ("title", "description")}
        return msgspec.structs.replace(page, name=clean["name"], questions_order=clean["questions_order"], **texts)


class SettingsForm(forms.Form):
    """What belongs to the survey as a whole."""

    name = forms.CharField(label=_("Name, for your colleagues"), max_length=120)
    title = forms.CharField(label=_("Title, for respondents"), max_length=2_000, required=False)
    description = forms.CharField(label=_("Introduction"), max_length=20_000, required=False, widget=_area(3))
    completed_text = forms.CharField(label=_("Words at the end"), max_length=20_000, required=False, widget=_area(2))
    locale = forms.CharField(
        label=_("Language it is written in"),
        max_length=35,
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

    OWN = ("title", "description", "completed_text")
    PLAIN = ("locale", "show_progress_bar", "allow_back", "first_page_is_started")

    def __init__(self, *given: Any, survey: Survey, questionnaire: Questionnaire, **named: Any):
        own = questionnaire.locale
        initial = {name: getattr(survey, name) for name in ("name", "theme", "is_once_each")}
        initial |= {name: getattr(questionnaire, name) for name in (*self.PLAIN, "touchpoint")}
        initial |= {name: own_text(getattr(questionnaire, name), own) for name in self.OWN}
        super().__init__(*given, initial=initial, **named)
        self.questionnaire = questionnaire
        self.fields["theme"].queryset = Theme.objects.of(survey.workspace).defer("logo").order_by("name")
        self.fields["theme"].empty_label = _now("Plain")

    def made(self) -> Questionnaire:
        clean, before = self.cleaned_data, self.questionnaire
        values: dict[str, Any] = {name: clean[name] for name in self.PLAIN}
        for name in self.OWN:
            made = with_text(getattr(before, name), clean[name].strip(), before.locale)
            values[name] = "" if made is None and name == "title" else made
        return msgspec.structs.replace(before, touchpoint=clean["touchpoint"] or None, **values)

    @property
    def of_survey(self) -> dict[str, Any]:
        """What is kept beside the draft."""
        return {name: self.cleaned_data[name] for name in ("name", "theme", "is_once_each")}


class LanguageForm(forms.Form):
    """Another language to translate into."""

    language = forms.RegexField(
        label=_("Language"),
        regex=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
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
