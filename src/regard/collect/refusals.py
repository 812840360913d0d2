"""What is said of a row that cannot be used. SQL puts the values in; pages recognise the sentence and translate it."""

from __future__ import annotations

from typing import Final

from regard.base.words import marked, recognised

NO_ID: Final = marked("the row has no id")
SAME_ID: Final = marked("another row of this file has the same id and says something else")
NO_TIME: Final = marked("the row has no time")
NO_SUCH_TIME: Final = marked("'{cell}' is not a time between 1900 and tomorrow, written as {formats}")
BACKWARDS: Final = marked("it ended at {cell}, before it began ({after})")
NO_CUSTOMER: Final = marked("the row does not say whose it is")
NO_SCORE: Final = marked("'{cell}' is not a score")
OFF_SCALE: Final = marked("{cell} does not lie on the scale {scale}")
NO_NUMBER: Final = marked("'{cell}' is not a number")
NO_WEIGHT: Final = marked("{cell} is not a weight: one lies above 0, and is at most 1,000,000,000")
TOO_LONG: Final = marked("the text is longer than {most} characters")

TEMPLATES: Final = {
    "missing_id": (NO_ID,),
    "duplicate_id": (SAME_ID,),
    "missing_time": (NO_TIME,),
    "bad_time": (NO_SUCH_TIME,),
    "negative_duration": (BACKWARDS,),
    "missing_customer": (NO_CUSTOMER,),
    "bad_number": (NO_SCORE, NO_NUMBER),
    "bad_weight": (NO_WEIGHT,),
    "score_off_scale": (OFF_SCALE,),
    "text_too_long": (TOO_LONG,),
}
"""The sentences that go with each reason."""


def refusal(reason: str, message: str) -> str:
    """The message of a refused row as a sentence that can be translated.

    >>> refusal("bad_number", "'x' is not a score").template
    "'{cell}' is not a score"
    """
    return recognised(message, TEMPLATES.get(reason, ()))
