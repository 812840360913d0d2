"""What the names of events mean: which properties fill which columns. Data, after Segment's published specifications.

E-commerce, B2B SaaS, live chat, e-mail and mobile as published; surveys, tickets, referrals and complaints in the same
form (see ``stream/vocabulary.py``). Properties stay as they came; a column is a copy that metrics can read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec

from regard.collect.events import Event, Refused, refused, text_of

LARGEST: Final = 1e15
"""No amount or score is larger: sums of such numbers would be infinite, or no longer exact to the cent."""
HEAVIEST: Final = 1e9
"""No answer weighs more, as in files."""


@dataclass(frozen=True)
class Meaning:
    """Where the columns of an event of one name are found: properties in order of preference; ``channel`` is fixed.

    ``text`` holds only the customer's own words; ``only_by`` says whose an event must be for that.
    """

    subject: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    touchpoint: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()
    channel: str | None = None
    only_by: str | None = None
    is_score: bool = False

    @cached_property
    def words(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The columns of plain words, with where each is found."""
        columns = {"subject": self.subject, "touchpoint": self.touchpoint, "agent": self.agent}
        return [(column, names) for column, names in columns.items() if names]


_MONEY: Final = ("total", "revenue", "value", "amount")
_ORDER: Final = Meaning(("order_id",), _MONEY, ("affiliation",))
_CHECKOUT: Final = Meaning(("checkout_id", "order_id"), touchpoint=("step",))
_CART: Final = Meaning(("cart_id",), touchpoint=("category",))
_PRODUCT: Final = Meaning(touchpoint=("category",))
_COUPON: Final = Meaning(("order_id", "cart_id"), touchpoint=("coupon_name", "coupon_id"))
_PROMOTION: Final = Meaning(touchpoint=("name", "promotion_id"))
_ACCOUNT: Final = Meaning(("account_id", "group_id", "account_name"))
_AGENT: Final = ("agent_id", "agent_username", "agent_name", "agent")
_CHAT: Final = Meaning(("conversation_id",), agent=_AGENT, channel="chat")
_SAID_IN_CHAT: Final = Meaning(("conversation_id",), text=("message_body",), agent=_AGENT, channel="chat")
_EMAIL: Final = Meaning(("email_id",), touchpoint=("campaign_name", "campaign_id", "email_subject"), channel="email")
_APP: Final = Meaning(channel="app")
_PUSH: Final = Meaning(touchpoint=("campaign_name", "action"), channel="app")
_WORDS: Final = ("text", "comment", "description", "message", "body")
_STEP: Final = ("touchpoint",)
_TICKET: Final = Meaning(("ticket_id", "subject"), touchpoint=(*_STEP, "category"), agent=_AGENT)
_TICKET_OPENED: Final = Meaning(("ticket_id", "subject"), touchpoint=(*_STEP, "category"), text=_WORDS, agent=_AGENT)
_TICKET_REPLIED: Final = Meaning(("ticket_id", "subject"), (), _STEP, _WORDS, _AGENT, only_by="customer")
_SURVEY: Final = Meaning(("response_id", "survey_id", "subject"), touchpoint=_STEP)
_CONTRACT: Final = Meaning(("subscription_id", "subject"), ("revenue", "total", "price", "value", "amount"), ("plan",))
_REFERRAL: Final = Meaning(("referral_id", "subject"), touchpoint=(*_STEP, "program"))

MEANINGS: Final[dict[str, Meaning]] = {
    "Product List Viewed": _PRODUCT,
    "Product List Filtered": _PRODUCT,
    "Product Clicked": _PRODUCT,
    "Product Viewed": _PRODUCT,
    "Product Shared": _PRODUCT,
    "Product Reviewed": Meaning(("review_id",), touchpoint=("product_id",), text=("review_body",)),
    "Promotion Viewed": _PROMOTION,
    "Promotion Clicked": _PROMOTION,
    "Product Added": _CART,
    "Product Removed": _CART,
    "Cart Viewed": _CART,
    "Cart Shared": _CART,
    "Checkout Started": Meaning(("order_id", "checkout_id"), _MONEY, ("affiliation",)),
    "Checkout Step Viewed": _CHECKOUT,
    "Checkout Step Completed": _CHECKOUT,
    "Payment Info Entered": _CHECKOUT,
    "Order Updated": _ORDER,
    "Order Completed": _ORDER,
    "Order Refunded": _ORDER,
    "Order Cancelled": _ORDER,
    "Order Shipped": _ORDER,
    "Order Delivered": _ORDER,
    "Coupon Entered": _COUPON,
    "Coupon Applied": _COUPON,
    "Coupon Denied": _COUPON,
    "Coupon Removed": _COUPON,
    "Account Created": _ACCOUNT,
    "Account Deleted": _ACCOUNT,
    "Account Added User": _ACCOUNT,
    "Account Removed User": _ACCOUNT,
    "Trial Started": _ACCOUNT,
    "Trial Ended": _ACCOUNT,
    "Live Chat Conversation Started": _SAID_IN_CHAT,
    "Live Chat Message Received": _SAID_IN_CHAT,
    "Live Chat Message Sent": _CHAT,
    "Live Chat Conversation Ended": _CHAT,
    "Email Delivered": _EMAIL,
    "Email Opened": _EMAIL,
    "Email Link Clicked": _EMAIL,
    "Email Bounced": _EMAIL,
    "Email Marked as Spam": _EMAIL,
    "Unsubscribed": _EMAIL,
    "Application Installed": _APP,
    "Application Opened": _APP,
    "Application Updated": _APP,
    "Application Backgrounded": _APP,
    "Application Foregrounded": _APP,
    "Application Crashed": _APP,
    "Application Uninstalled": _APP,
    "Push Notification Received": _PUSH,
    "Push Notification Tapped": _PUSH,
    "Survey Sent": _SURVEY,
    "Survey Delivered": _SURVEY,
    "Survey Opened": _SURVEY,
    "Survey Started": _SURVEY,
    "Survey Completed": _SURVEY,
    "Survey Answered": Meaning(
        ("response_id", "survey_id", "subject"), (), (*_STEP, "question"), ("text", "comment"), _AGENT, is_score=True
    ),
    "Ticket Opened": _TICKET_OPENED,
    "Ticket Replied": _TICKET_REPLIED,
    "Ticket Reassigned": _TICKET,
    "Ticket Resolved": _TICKET,
    "Ticket Reopened": _TICKET,
    "Ticket Closed": _TICKET,
    "Complaint Made": Meaning(("complaint_id", "ticket_id", "order_id", "subject"), (), _STEP, _WORDS, _AGENT),
    "Subscription Started": _CONTRACT,
    "Subscription Cancelled": _CONTRACT,
    "Referral Made": _REFERRAL,
    "Referral Converted": _REFERRAL,
}
"""The names whose properties fill columns. Any other name is kept with its properties; ``revenue`` counts on all."""

SCALES: Final[dict[str, tuple[float, float]]] = {"nps": (0.0, 10.0)}
"""Metrics whose scale is the same wherever they are asked; every other answer says its own."""

PLACES: Final[dict[str, tuple[str, ...]]] = {
    "Page Viewed": ("name", "path", "url"),
    "Screen Viewed": ("name",),
}
"""Where the touchpoint of a page or screen is found, when the call does not name it."""

_MEANT: Final = {*MEANINGS, *PLACES}
_read: Final = msgspec.json.Decoder(dict[str, Any]).decode


def with_meaning(events: Sequence[Event]) -> list[Event]:
    """Those whose name promises columns, or whose properties may: ``revenue`` counts on all."""
    return [
        event
        for event in events
        if event.name in _MEANT or (event.properties is not None and '"revenue"' in event.properties)
    ]


def give_meaning(event: Event) -> Refused | None:
    """Fill the columns that the event's name promises. Refuses numbers that nobody can count with."""
    text = event.properties
    meaning = MEANINGS.get(event.name)
    if meaning is None:
        if event.name in PLACES and event.touchpoint is None and text:
            event.touchpoint = _first(_read(text), PLACES[event.name])
        elif text and '"revenue"' in text and event.kind == "track":
            _take_revenue(event, _read(text))
        return None
    told = _read(text) if text else {}
    _take_words(event, told, meaning)
    refusal = _take_amount(event, told, meaning.amount) if meaning.amount else None
    return refusal or (_take_score(event, told) if meaning.is_score else None)


def _take_words(event: Event, told: Mapping[str, Any], meaning: Meaning) -> None:
    for column, names in meaning.words:
        setattr(event, column, _first(told, names))
    if meaning.text and (meaning.only_by is None or told.get("by") == meaning.only_by):
        event.text = _first(told, meaning.text)
    if meaning.channel:
        event.channel = meaning.channel
    elif "channel" in told:
        event.channel = text_of(told["channel"]) or event.channel
    if "language" in told:
        event.language = text_of(told["language"]) or event.language


def _take_amount(event: Event, told: Mapping[str, Any], names: Sequence[str]) -> Refused | None:
    for name in names:
        if told.get(name) in (None, ""):
            continue
        amount = number(told[name])
        if amount is None:
            return refused("bad_number", f"properties.{name}")
        event.amount, event.currency = amount, _currency(told)
        return None
    return None


def _take_revenue(event: Event, told: Mapping[str, Any]) -> None:
    """``revenue`` is reserved on every event; what is no number stays a property."""
    event.amount = number(told.get("revenue"))
    event.currency = _currency(told) if event.amount is not None else None


def _take_score(event: Event, told: Mapping[str, Any]) -> Refused | None:
    event.metric = text_of(told.get("metric"))
    event.orientation = told.get("orientation") if told.get("orientation") in ("higher", "lower") else None
    given = told.get("score", told.get("rating"))
    if given in (None, ""):
        return None
    score = number(given)
    if score is None:
        return refused("bad_number", "properties.score")
    low, high = SCALES.get(event.metric or "", (None, None))
    low, high = number(told.get("scale_min", low)), number(told.get("scale_max", high))
    if low is None or high is None or not low <= score <= high or low == high:
        return refused("score_off_scale", "properties.score")
    event.score, event.scale_min, event.scale_max = score, low, high
    event.orientation = event.orientation or "higher"
    return _take_weight(event, told)


def _take_weight(event: Event, told: Mapping[str, Any]) -> Refused | None:
    """How many people an answer stands for: where only some were asked, one over the chance of being asked."""
    if told.get("weight") in (None, ""):
        return None
    weight = number(told["weight"])
    if weight is None or not 0 < weight <= HEAVIEST:
        return refused("bad_number", "properties.weight")
    event.weight = weight
    return None


def number(value: Any) -> float | None:
    """A number that can be counted with; texts of numbers count too.

    >>> number("12.50"), number(3), number(1e308), number("many"), number(True)
    (12.5, 3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= LARGEST else None


def _currency(told: Mapping[str, Any]) -> str | None:
    found = text_of(told.get("currency"))
    return found.upper() if found and len(found) == 3 and found.isalpha() else None


def _first(told: Mapping[str, Any], names: Sequence[str]) -> str | None:
    for name in names:
        value = told.get(name)
        if value is not None and (found := value.strip() if isinstance(value, str) else text_of(value)):
            return found
    return None


def described() -> Iterator[tuple[str, dict[str, str]]]:
    """Each name with its columns and where they come from: what the reference prints."""
    for name, meaning in MEANINGS.items():
        places = {column: ", ".join(getattr(meaning, column)) for column in ("subject", "amount", "touchpoint", "text")}
        fixed = {"channel": meaning.channel or ""}
        yield name, {column: text for column, text in {**places, **fixed}.items() if text}
