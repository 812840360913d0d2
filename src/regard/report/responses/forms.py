"""The known shares of all customers, one variable at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

ROUNDED = 0.5
"""How far percentages may be from adding up to 100."""


class MarginForm(forms.Form):
    """The percentage of all customers in each category that answers are in."""

    def __init__(
        self, categories: Mapping[str, str], kept: Mapping[str, float], data: Any = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.names = {f"share_{place}": category for place, category in enumerate(categories)}
        for name, category in self.names.items():
            share = kept.get(category)
            self.fields[name] = forms.FloatField(
                label=categories[category],
                min_value=0.01,
                max_value=100,
                localize=True,
                initial=None if share is None else round(100 * share, 4),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),  # number fields know no decimal comma
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and self.names:
            total = sum(given.values())
            if abs(total - 100) > ROUNDED:
                text = _("Together they must be 100 %%; they are %(total)s %%.") % {"total": f"{total:g}"}
                self.add_error(list(self.names)[-1], text)
        return given

    @property
    def shares(self) -> dict[str, float]:
        """Category → share of all customers, adding up to 1."""
        total = sum(self.cleaned_data.values())
        return {category: self.cleaned_data[name] / total for name, category in self.names.items()}
