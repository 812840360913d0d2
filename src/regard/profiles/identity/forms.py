"""Identity rules as a form: a row for each kind of identifier, one for all others, and what names nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.profiles.directory.site import KINDS
from regard.profiles.model import IdentifierRule
from regard.profiles.rules import IdentityRules, as_body, rules_from
from regard.web.site import told_error

OTHERS = "others"
NUMBER = {"min_value": 1, "max_value": 1000}


class RuleForm(forms.Form):
    """How one kind of identifier links."""

    kind = forms.CharField(label=_("Kind"), max_length=40)
    priority = forms.IntegerField(label=_("Priority"), **NUMBER)
    limit = forms.IntegerField(label=_("At most"), **NUMBER)
    per_days = forms.IntegerField(label=_("Days"), required=False, **NUMBER)
    blocked = forms.CharField(
        label=_("Name nobody"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        self.is_others = self.prefix == OTHERS
        if self.is_others:
            del self.fields["kind"], self.fields["blocked"]
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    @property
    def title(self) -> str:
        """What people call the kind, where it is one of ours."""
        return KINDS.get(self["kind"].value(), "")

    def clean(self) -> dict[str, Any]:
        clean = super().clean()
        if not self.errors:
            try:
                self.body = _checked(clean)
            except Invalid as error:
                self.add_error(error.field if error.field in self.fields else None, told_error(error))
        return clean


class BlockedForm(forms.Form):
    """Values that name nobody, whatever their kind."""

    blocked = forms.CharField(
        label=_("Values that name nobody"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "code"}),
        help_text=_("One a line, as regular expressions for the whole value; capitals make no difference."),
    )

    def clean_blocked(self) -> list[str]:
        patterns = _lines(self.cleaned_data["blocked"])
        try:
            rules_from({"blocked": patterns})
        except Invalid as error:
            raise forms.ValidationError(told_error(error)) from error
        return patterns


class RulesForm:
    """All rules of a workspace: its rows, what is wrong with them, and the rules they come to."""

    def __init__(self, data: Mapping[str, Any] | None, rules: IdentityRules):
        self.error, self.is_wrong = "", False
        if data is None:
            rows = [
                RuleForm(prefix=f"r{place}", initial=_initial(rule)) for place, rule in enumerate(rules.identifiers)
            ]
            self.rows = [*rows, RuleForm(prefix=OTHERS, initial=_initial(rules.others))]
            self.blocked = BlockedForm(initial={"blocked": "\n".join(rules.blocked)})
            return
        names = [name for name in data.getlist("row") if name.isascii() and name.isdigit()][:50]
        self.rows = [RuleForm(data, prefix=f"r{name}") for name in dict.fromkeys(names)]
        self.rows.append(RuleForm(data, prefix=OTHERS))
        self.blocked = BlockedForm(data)

    def add(self) -> None:
        """A row more, before the one for all others."""
        taken = [int(row.prefix[1:]) for row in self.rows[:-1]]
        self.rows.insert(-1, RuleForm(prefix=f"r{max(taken, default=-1) + 1}", initial={"priority": 4, "limit": 5}))

    def remove(self, name: str) -> None:
        """Without this row: its kind is then one of the others."""
        self.rows = [row for row in self.rows if row.is_others or row.prefix != f"r{name}"]

    def rules(self) -> IdentityRules | None:
        """The rules, or None where something is wrong; that stands at its field then, or in ``error``."""
        if not all([row.is_valid() for row in self.rows] + [self.blocked.is_valid()]):
            self.is_wrong = True
            return None
        *kinds, others = [row.body for row in self.rows]
        body = {"identifiers": kinds, "others": others, "blocked": self.blocked.cleaned_data["blocked"]}
        try:
            return rules_from(body)
        except Invalid as error:
            self.error = told_error(error)
        return None


def digest_of(rules: IdentityRules) -> str:
    """What tells these rules from any others: who keeps them has seen what they change."""
    return hashlib.sha256(json.dumps(as_body(rules)).encode()).hexdigest()


def _initial(rule: IdentifierRule) -> dict[str, Any]:
    plain = {name: getattr(rule, name) for name in ("kind", "priority", "limit", "per_days")}
    return {**plain, "blocked": "\n".join(rule.blocked)}


def _checked(clean: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON. Raises Invalid naming the field."""
    body = {**clean, "kind": clean.get("kind", ""), "blocked": _lines(clean.get("blocked", ""))}
    rules_from({"identifiers": [body]})
    return body


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
