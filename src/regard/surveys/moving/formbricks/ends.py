"""Formbricks' endings: what they say, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from regard.base.words import said
from regard.surveys.model import Ending, Text
from regard.surveys.moving.ends import safe_address
from regard.surveys.moving.losses import Losses

Reading = Callable[[Any, str], Text | None]


def address_in(ending: dict[str, Any]) -> str:
    """The address that an ending leads to, at once or by its button; nothing for none."""
    return str(ending.get("url") or ending.get("buttonLink") or "")


def ending_of(raw: dict[str, Any], text: Reading, address: Reading, losses: Losses) -> Ending:
    """An ending as ours: a redirect leads there at once, a card says its words and may have a button."""
    place = said("ending {id}", id=raw.get("id"))
    for name in ("imageUrl", "videoUrl"):
        if raw.get(name):
            losses.lost(place, name, said("pictures are not carried over; its text is"))
    leads = safe_address(address(address_in(raw), place), place, losses) if address_in(raw) else None
    is_card = raw.get("type") != "redirectToUrl"
    words = [part for name in ("headline", "subheader") if is_card and (part := text(raw.get(name), place))]
    button = (text(raw.get("buttonLabel"), place) or "→") if leads and is_card else None
    return Ending(text=_joined(words), navigate_to_url=leads, navigate_text=button)


def _joined(parts: list[Text]) -> Text | None:
    """Headline and text below each other, in every language."""
    given = [part if isinstance(part, dict) else {"default": part} for part in parts]
    codes = dict.fromkeys(code for part in given for code in part)
    joined = {code: "\n".join(part.get(code) or part.get("default", "") for part in given) for code in codes}
    return joined.get("default") if set(joined) == {"default"} else joined or None
