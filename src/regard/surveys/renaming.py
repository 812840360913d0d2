"""New names for questions and pages, wherever a questionnaire speaks of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from regard.surveys.flow import COMMENT
from regard.surveys.model import Complete, Part, Questionnaire, Skip

_P = TypeVar("_P", bound=Part)


def renamed(questionnaire: Questionnaire, old: str, new: str) -> Questionnaire:
    """The questionnaire with ``{old}`` as ``{new}`` in every expression and text, and where triggers name it."""
    made = speaking_of(questionnaire, {old: new})
    return msgspec.structs.replace(made, triggers=going_to(made.triggers, {old: new}))


def speaking_of(part: _P, names: Mapping[str, str]) -> _P:
    """A part with ``{old}`` as ``{new}`` in its expressions and texts."""
    if not names:
        return part
    longest_first = sorted(names, key=len, reverse=True)
    shape = re.compile(
        r"\{\s*(" + "|".join(map(re.escape, longest_first)) + r")(?=\s*[|}]|[.\[]|" + re.escape(COMMENT) + r"\s*[|}])"
    )
    built = _in_strings(msgspec.to_builtins(part), lambda text: shape.sub(lambda found: "{" + names[found[1]], text))
    return msgspec.convert(built, type(part))


def going_to(triggers: list[Complete | Skip], names: Mapping[str, str]) -> list[Complete | Skip]:
    """Triggers with new names for the questions and pages that they name."""
    made: list[Complete | Skip] = []
    for trigger in triggers:
        after = names.get(trigger.after, trigger.after) if trigger.after else None
        if isinstance(trigger, Skip):
            goto = names.get(trigger.goto_name, trigger.goto_name)
            made.append(msgspec.structs.replace(trigger, after=after, goto_name=goto))
        else:
            made.append(msgspec.structs.replace(trigger, after=after))
    return made


def _in_strings(given: Any, change: Callable[[str], str]) -> Any:
    if isinstance(given, dict):
        return {key: _in_strings(value, change) for key, value in given.items()}
    if isinstance(given, list):
        return [_in_strings(value, change) for value in given]
    return change(given) if isinstance(given, str) else given
