"""The form that makes a key."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regard.accounts.keys.model import SCOPES

LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("One year")), ("", _("Until it is revoked"))]


class KeyForm(forms.Form):
    """What a new key is for, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What the key is for, so that you know later what needs it.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=_("Works for"), choices=LIFETIMES, initial="90", required=False)

    def __init__(self, *arguments: object, **named: object):
        super().__init__(*arguments, **named)
        self.fields["scopes"].choices = [(scope.value, _(about)) for scope, about in SCOPES.items()]

    def clean_days(self) -> int | None:
        return int(self.cleaned_data["days"]) if self.cleaned_data["days"] else None
