"""What people type in about themselves, others and their workspace."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from regard.accounts.model import may_grant
from regard.accounts.models import ROLE_NAMES, Invitation, Member, User, Workspace

KINDS = [
    ("non_contractual", _("Customers buy when they like (a shop)")),
    ("contractual", _("Customers have a contract (a subscription)")),
]


class PreferencesForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields = ["name", "language", "theme"]

    def __init__(self, *arguments: object, **named: object):
        super().__init__(*arguments, **named)
        self.fields["language"].choices = [("", _("As my browser says")), *settings.LANGUAGES]


class NewWorkspaceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class InviteForm(forms.Form):
    """``by`` can give the roles whose rights they have."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Leave empty to get a link that anybody you hand it to can use once."),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, by: Member, *arguments: object, **named: object):
        super().__init__(*arguments, **named)
        self.fields["role"].choices = grantable(by)
        self.fields["role"].initial = "viewer"


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, name) for role, name in ROLE_NAMES.items()])


def grantable(by: Member) -> list[tuple[str, object]]:
    """The roles that this member may give."""
    return [(role.value, name) for role, name in ROLE_NAMES.items() if may_grant(by.role, role)]


class JoinForm(forms.Form):
    """How somebody new accepts an invitation."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, *arguments: object, **named: object):
        super().__init__(*arguments, **named)
        if invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].disabled = True

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(
                _("There is an account with this address: sign in, then open the invitation again.")
            )
        return email

    def clean(self) -> dict[str, object]:
        given = super().clean()
        if "password" in given:
            user = User(email=given.get("email", ""), name=given.get("name", ""))
            try:
                validate_password(given["password"], user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class WorkspaceForm(forms.Form):
    """A workspace's settings, as kept in its store."""

    name = forms.CharField(label=_("Name"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Days, weeks and months begin and end in this zone.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of business"), choices=KINDS, help_text=_("Decides how churn and retention are counted.")
    )
    minimum_n = forms.IntegerField(
        label=_("Smallest group shown"),
        min_value=1,
        max_value=10_000,
        help_text=_("Figures about fewer customers than this are hidden."),
    )
    currency = forms.RegexField(
        "^[A-Z]{3}$",
        required=False,
        empty_value=None,
        label=_("Currency"),
        help_text=_("Three letters, such as EUR."),
        error_messages={"invalid": _("Write the three letters of the currency, such as EUR.")},
    )

    def __init__(self, *arguments: object, **named: object):
        super().__init__(*arguments, **named)
        self.fields["time_zone"].choices = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]

    @staticmethod
    def start(workspace: Workspace, kept: dict[str, object]) -> dict[str, object]:
        """What the form shows before anybody has changed anything: what figures are made by until then."""
        return {
            "name": workspace.name,
            "time_zone": "UTC",
            "kind": "non_contractual",
            "minimum_n": 5,
            **kept,
        }
