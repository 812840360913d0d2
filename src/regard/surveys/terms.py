"""On what terms a programme asks: how many, when, in which words, how long. Kept as JSON in ``Programme.settings``."""

from __future__ import annotations

from datetime import time
from typing import Any, Final, Literal, TypeAlias

import msgspec

from regard.base import Invalid
from regard.base.shapes import learn
from regard.base.words import said
from regard.surveys.model import Text
from regard.surveys.quiet import Hours

Kind: TypeAlias = Literal["relationship", "purchase", "support", "other"]
KINDS: Final[tuple[Kind, ...]] = ("relationship", "purchase", "support", "other")
REMINDERS: Final = "reminders"
"""Beside the kinds of surveys, people may do without reminders."""
MOST_REMINDERS: Final = 3
LONGEST_DAYS: Final = 365


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be set. ``share`` of those who come are drawn, but ``at_least`` and (unless 0) ``at_most`` in
    ``period_days``; ``per_minute`` is how many messages go out (0: as many as the server takes)."""

    kind: Kind = "other"
    share: float = 1.0
    at_least: int = 0
    at_most: int = 0
    period_days: int = 30
    reminders: int = 1
    reminder_days: int = 5
    expires_days: int = 30
    opens: str = "09:00"
    closes: str = "20:00"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    subject: Text = ""
    opening: Text = ""
    sms: Text = ""
    sender_name: str = ""
    reply_to: str = ""
    touchpoint: str = ""
    is_single_use: bool = True
    is_opening_tracked: bool = False
    per_minute: int = 600

    def __post_init__(self) -> None:
        for name, least, most in _LIMITS:
            if not least <= getattr(self, name) <= most:
                raise Invalid(said("it must lie between {least} and {most}", least=least, most=most), field=name)
        if self.at_most and self.at_least > self.at_most:
            raise Invalid(
                said("at least {low} and at most {high} cannot both be", low=self.at_least, high=self.at_most),
                field="at_most",
            )
        _ = self.hours

    @property
    def hours(self) -> Hours:
        """The hours of people's day at which they may be written to."""
        return Hours(_time(self.opens, "opens"), _time(self.closes, "closes"), self.days)


learn(Terms)


_LIMITS: Final = (
    ("share", 0, 1),
    ("at_least", 0, 10_000_000),
    ("at_most", 0, 10_000_000),
    ("period_days", 1, LONGEST_DAYS),
    ("reminders", 0, MOST_REMINDERS),
    ("reminder_days", 1, 60),
    ("expires_days", 1, LONGEST_DAYS),
    ("per_minute", 0, 1_000_000),
)


def _time(text: str, field: str) -> time:
    try:
        return time.max if text == "24:00" else time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(said("{time} is not a time", time=repr(text)), field=field, remedy=said("write 09:00")) from error


def read_terms(given: Any) -> Terms:
    """Terms out of JSON. Raises :class:`~regard.base.Invalid`, naming the field.

    >>> read_terms({"share": 0.2}).hours.opens
    datetime.time(9, 0)
    """
    try:
        return msgspec.convert(given or {}, Terms)
    except msgspec.ValidationError as error:
        raise Invalid(said("the settings cannot be used: {why}", why=str(error)), field="settings") from error
