"""Consent: a source may need that people agreed to something before anything of theirs is kept."""

from __future__ import annotations

from collections.abc import Sequence

from regard.base.words import said
from regard.collect.events import LIVE_REASONS, Event, Refused, sender_of


def require_consent(event: Event, categories: Sequence[str], *, silence_is_consent: bool) -> Refused | None:
    """Refuse, and forget, an event of somebody who has not agreed to every one of these categories.

    What they agreed to stands in ``context.consent.categoryPreferences``; a category that is not named there counts as
    ``silence_is_consent`` says.
    """
    preferences = sender_of(event.context).consent or {}
    for category in categories:
        if preferences.get(category, silence_is_consent) is not True:
            message = LIVE_REASONS["no_consent"]
            return Refused("no_consent", said(message), "context.consent.categoryPreferences", is_forgotten=True)
    return None
