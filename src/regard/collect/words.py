"""What pages say about imports: reasons, roles, kinds of columns, stages of the work."""

from __future__ import annotations

from typing import Final

from regard.collect.model import REASONS
from regard.web import gettext_noop

REASON_WORDS: Final[dict[str, str]] = {
    "missing_time": gettext_noop("The row has no time."),
    "bad_time": gettext_noop("The time cannot be read, or lies before 1900 or in the future."),
    "negative_duration": gettext_noop("It ended before it began."),
    "missing_id": gettext_noop("The row has no id."),
    "duplicate_id": gettext_noop("Another row of the file has the same id and says something else."),
    "missing_customer": gettext_noop("The row does not say whose it is."),
    "bad_number": gettext_noop("Something that should be a number is not."),
    "bad_weight": gettext_noop("A weight is not above 0, or is absurdly large."),
    "score_off_scale": gettext_noop("The score does not lie on its scale."),
    "text_too_long": gettext_noop("The text is too long."),
    "malformed_line": gettext_noop("The line is broken: it cannot be split into the columns of the file."),
}

ROLE_WORDS: Final[dict[str, str]] = {
    "ignore": gettext_noop("– not used –"),
    "nps": gettext_noop("Score: recommend (NPS)"),
    "csat": gettext_noop("Score: satisfaction (CSAT)"),
    "ces": gettext_noop("Score: effort (CES)"),
    "text": gettext_noop("Customer's own words"),
    "id": gettext_noop("Id of the row"),
    "channel": gettext_noop("Channel"),
    "touchpoint": gettext_noop("Touchpoint"),
    "subject": gettext_noop("Ticket, order or response"),
    "language": gettext_noop("Language"),
    "currency": gettext_noop("Currency"),
    "agent": gettext_noop("Employee"),
    "amount": gettext_noop("Amount of money"),
    "weight": gettext_noop("Weight of the answer"),
    "property": gettext_noop("Property to break down by"),
}

KIND_WORDS: Final[dict[str, str]] = {
    "empty": gettext_noop("empty"),
    "time": gettext_noop("time"),
    "number": gettext_noop("numbers"),
    "text": gettext_noop("free text"),
    "id": gettext_noop("ids"),
    "customer": gettext_noop("customer"),
    "channel": gettext_noop("channel"),
    "agent": gettext_noop("employee"),
    "language": gettext_noop("language"),
    "country": gettext_noop("country"),
    "category": gettext_noop("categories"),
}

STAGE_WORDS: Final[dict[str, str]] = {
    "": gettext_noop("Waiting for its turn"),
    "reading": gettext_noop("Reading the files"),
    "joining": gettext_noop("Joining the files"),
    "repairing": gettext_noop("Repairing broken texts"),
    "checking": gettext_noop("Checking every row"),
    "mapping": gettext_noop("Making interactions of the rows"),
    "storing": gettext_noop("Storing the interactions"),
}

ANONYMOUS_WORDS: Final[dict[str, str]] = {
    "refuse": gettext_noop("Refuse the row"),
    "keep": gettext_noop("Keep it, as nobody in particular"),
    "row": gettext_noop("Count each row as a customer of its own"),
}


def reason_words(code: str) -> str:
    """A reason in a sentence (English; translated where it is shown).

    >>> reason_words("missing_id")
    'The row has no id.'
    """
    return REASON_WORDS.get(code) or REASONS.get(code, code)
