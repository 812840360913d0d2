"""What people say of a source: what sends, from where, and what is not kept."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.collect.models import Source
from regard.collect.pipeline import settings_from
from regard.web.site import told_error

PLAIN = ("silence_is_consent", "keeps_bots", "keeps_address", "keeps_country", "patterns")
PATTERN_NAMES = [
    ("card_number", _("Card numbers")),
    ("iban", _("Account numbers (IBAN)")),
    ("email", _("E-mail addresses")),
    ("phone", _("Phone numbers that begin with +")),
]


_KEY: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


class SourceForm(forms.ModelForm):
    """A new source; what it may keep is chosen on its own page."""

    origins = forms.CharField(
        label=_("Web pages that may send"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One address a line, as in https://shop.example. Empty: pages of any address."),
    )

    class Meta:
        model = Source
        fields = ["name", "kind"]

    def clean_origins(self) -> list[str]:
        found = self.cleaned_data["origins"].split()
        for origin in found:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
                raise forms.ValidationError(gettext("“%(origin)s” is not the address of a site.") % {"origin": origin})
        return [origin.rstrip("/") for origin in found]

    def save(self, commit: bool = True) -> Source:
        self.instance.origins = self.cleaned_data["origins"]
        return super().save(commit)


class NewSourceForm(SourceForm):
    """A new source, perhaps with the write key that its senders have already."""

    write_key = forms.CharField(
        label=_("Write key that senders have already"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Apps that are installed keep the key they were built with. Empty: a new one is made."),
    )

    def clean_write_key(self) -> str:
        given: str = self.cleaned_data["write_key"]
        if given and not _KEY.fullmatch(given):
            raise forms.ValidationError(gettext("A write key has 8 to 64 letters, digits, “-”, “_” or “.”."))
        if given and Source.objects.is_taken(given):
            raise forms.ValidationError(gettext("Another source has this write key."))
        return given

    def save(self, commit: bool = True) -> Source:
        self.instance.write_key = self.cleaned_data["write_key"] or self.instance.write_key
        return super().save(commit)


class SettingsForm(SourceForm):
    """A source with its pipeline's settings."""

    consent = forms.CharField(
        label=_("Consent that is needed"),
        required=False,
        help_text=_("Categories of context.consent.categoryPreferences, separated by commas, as in analytics."),
    )
    silence_is_consent = forms.BooleanField(label=_("Events that say nothing of consent are taken"), required=False)
    keeps_bots = forms.BooleanField(label=_("Keep what bots send"), required=False)
    keeps_address = forms.BooleanField(label=_("Keep the IP address"), required=False)
    keeps_country = forms.BooleanField(
        label=_("Keep the country of the IP address"),
        required=False,
        help_text=_("Two letters, worked out on this server by the file that REGARD_GEO_DATABASE names."),
    )
    patterns = forms.MultipleChoiceField(
        label=_("Mask in free text"), choices=PATTERN_NAMES, required=False, widget=forms.CheckboxSelectMultiple
    )
    masks = forms.CharField(
        label=_("Mask these places"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"}),
        help_text=_(
            "One path a line, as in properties.card or traits.phone. A line that begins with “remove ” takes it away."
        ),
    )

    def __init__(self, *arguments: Any, **named: Any):
        super().__init__(*arguments, **named)
        chosen = settings_from(self.instance.settings)
        self.initial |= {
            "origins": "\n".join(self.instance.origins),
            "consent": ", ".join(chosen.consent),
            "silence_is_consent": chosen.silence_is_consent,
            "keeps_bots": chosen.keeps_bots,
            "keeps_address": chosen.keeps_address,
            "keeps_country": chosen.keeps_country,
            "patterns": list(chosen.patterns),
            "masks": "\n".join(
                f"remove {rule.path}" if rule.action == "remove" else rule.path for rule in chosen.masks
            ),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        settings = {name: given.get(name) for name in PLAIN}
        settings["consent"] = [part.strip() for part in given.get("consent", "").split(",") if part.strip()]
        settings["masks"] = [_rule(line) for line in given.get("masks", "").splitlines() if line.strip()]
        try:
            settings_from(settings)
        except Invalid as error:
            self.add_error(error.field if error.field in self.fields else None, told_error(error))
        self.instance.settings = settings
        return given


def _rule(line: str) -> dict[str, str]:
    path = line.strip()
    action = "remove" if path.startswith("remove ") else "mask"
    return {"path": path.removeprefix("remove ").strip(), "action": action}
