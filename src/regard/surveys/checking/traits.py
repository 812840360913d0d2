"""Traits that texts put in: not everybody has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from regard.base.words import said
from regard.surveys.checking.finding import WARNING, Finding
from regard.surveys.model import Questionnaire, placed_texts, questions_of
from regard.surveys.piping import PROFILE, names_put_in

HAPPENED: Final = f"{PROFILE}event_"
"""What a programme knows of everybody it asks: what happened before."""


def is_of_somebody(name: str) -> bool:
    """Whether it is a trait of the person, which may not be known."""
    return name.startswith(PROFILE) and not name.startswith(HAPPENED)


def check_traits(questionnaire: Questionnaire) -> Iterator[Finding]:
    """A warning for each trait in a text that says nothing in its place: people of whom it is not known read a gap."""
    of_questions = {one.name: [text for _place, text in placed_texts(one)] for one in questions_of(questionnaire)}
    asked = [text for texts in of_questions.values() for text in texts]
    around = [text for _place, text in placed_texts(questionnaire) if text not in asked]
    for place, texts in [("", around), *of_questions.items()]:
        known = [pair for text in texts for pair in names_put_in(text).items()]
        for name in dict.fromkeys(name for name, is_safe in known if is_of_somebody(name) and not is_safe):
            yield Finding(
                "trait_without_words",
                WARNING,
                said("a text puts in {name}, which is not known of everybody", name=name),
                said("say after a bar what stands there instead: {example}", example=f"{{{name}|…}}"),
                place,
                "question" if place else "survey",
            )
