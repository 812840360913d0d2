"""Where Qualtrics leads to at an end."""

from __future__ import annotations

import re
from typing import Any, Final

from regard.base.words import said
from regard.surveys.model import Text
from regard.surveys.moving.ends import safe_address
from regard.surveys.moving.qualtrics.conditions import Known

THANKS: Final = "Thank you."
"""Said at an end of its own whose words are in a library: it does not lead where the survey does."""
_WORDS: Final = re.compile(r"\$\{q://[^}]*(?:SelectedChoices|SelectedAnswers|ChoiceGroup)(?!Recode)[^}]*\}")


def redirect_in(options: dict[str, Any]) -> str:
    """The address that options of an end lead to; nothing for none."""
    address = str(options.get("EOSRedirectURL") or "").strip()
    is_one = str(options.get("SurveyTermination")) == "Redirect" and address not in ("http://", "https://")
    return address if is_one else ""


def leads_elsewhere(options: dict[str, Any], survey: dict[str, Any]) -> bool:
    """Whether an end has words of its own where the survey's own end leads to an address."""
    own = str(options.get("SurveyTermination") or "")
    return bool(redirect_in(survey)) and bool(own) and own != "Redirect"


def address_of(options: dict[str, Any], known: Known, place: str) -> Text | None:
    """The address that an end leads to, with our names in the place of pipes."""
    address = redirect_in(options)
    if _WORDS.search(address) and "Recode" not in address:
        why = said("the code of the answer is put into the address, not its words")
        known.losses.changed(place, said("piped answer in an address"), why)
    return safe_address(known.piped(address), place, known.losses) if address else None
