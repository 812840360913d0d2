"""What the fields of a document are called on pages: as their forms call them, never by their name in JSON."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from regard.surveys.builder.fields import SHAPES
from regard.surveys.builder.forms import PageForm, SettingsForm
from regard.surveys.translating import Phrase
from regard.web.site import told

LISTS = {
    "validators": _("What the answer must satisfy"),
    "triggers": _("Ways"),
    "quotas": _("Quotas"),
    "calculated_values": _("Calculated values"),
    "random_groups": _("Random pages"),
    "navigate_to_url_on_condition": _("Where it goes on"),
    "show_prev_button": _("Let people go back"),
    "type": _("Kind"),
}


def words_for(of: str, field: str) -> str:
    """What a field of a survey, page or question is called; its name in JSON where no form has it."""
    name = re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", field)
    if name in LISTS:
        return str(LISTS[name])
    if of == "question":
        return told(SHAPES[name].label) if name in SHAPES else field
    known = (SettingsForm if of == "survey" else PageForm).base_fields
    return str(known[name].label) if name in known else field


def words_of_place(phrase: Phrase) -> str:
    """Where a text stands within its question, page or survey: "Choices 2"."""
    found = re.match(r"(\w+)(?:\[(\d+)\])?", phrase.field)
    place = phrase.place
    of = "question" if ".elements[" in place else "page" if place.startswith("pages[") else "survey"
    if found is None:
        return phrase.field
    words = words_for(of, found[1])
    return f"{words} {int(found[2]) + 1}" if found[2] else words
