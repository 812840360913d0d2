"""What is not kept: addresses of machines, and personal data that a source says must be masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from regard.collect.events import Event, sender_of, sent_by

MASKED: Final = "•••"
_FEWEST_DIGITS: Final = b"0" * 14
_DIGITS_ALIKE: Final = bytes(b"0"[0] if byte in b"0123456789" else b"."[0] for byte in range(256))
_ISSUERS: Final = re.compile(r"4|5[1-5]|2[2-7]|6[05]|3[0-8]")
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def with_address(events: Sequence[Event]) -> list[Event]:
    """Those whose context tells the address of a machine."""
    return sent_by(events, lambda sender: sender.has_ip)


def forget_address(event: Event) -> None:
    """Take ``ip`` out of the context: who somebody is never rests on the machine they used."""
    if event.context is not None and sender_of(event.context).has_ip:
        told = _decode(event.context)
        told.pop("ip", None)
        event.context = _text(told)


# --- masking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with one place of an event: a path such as ``properties.card.number`` or ``context.traits.phone``."""

    path: str
    action: Literal["remove", "mask"] = "mask"


def mask_places(event: Event, rules: Sequence[Rule]) -> None:
    """Do what the rules say with the places they name. Traits of identify and group are properties."""
    for rule in rules:
        whole, _, inside = rule.path.partition(".")
        if whole == "traits":
            whole = "properties"
        text = getattr(event, whole) if whole in ("properties", "context") else None
        steps = inside.split(".")
        if text and f'"{steps[-1]}"' in text:
            setattr(event, whole, _without(text, steps, rule.action))


def _without(text: str, steps: Sequence[str], action: str) -> str:
    whole = _decode(text)
    place: Any = whole
    for step in steps[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict) or steps[-1] not in place:
        return text
    if action == "remove":
        del place[steps[-1]]
    else:
        place[steps[-1]] = MASKED
    return _text(whole)


def _is_card_number(found: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1, annex B). One number in ten passes it, so the issuers' prefixes count too."""
    if not _ISSUERS.match(found):
        return False
    digits = [int(digit) for digit in found if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(found: str) -> bool:
    """The check of ISO 13616: the account number, letters as numbers, is 1 modulo 97."""
    plain = found.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _has_many_digits(text: str) -> bool:
    """Whether as many digits as the shortest card number has follow each other, blanks and hyphens aside; other
    scripts', and escaped ones, are for a closer look."""
    return not text.isascii() or "\\u" in text or _FEWEST_DIGITS in text.encode().translate(_DIGITS_ALIKE, b" -")


def _is_so(found: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """Personal data that can be recognised in free text: its shape, and a check of what has that shape.

    ``may_hold`` tells at a glance, much faster than the shape, of most text that there is nothing of it.
    """

    shape: re.Pattern[str]
    is_real: Callable[[str], bool] = _is_so
    may_hold: Callable[[str], bool] = _is_so

    def may_be_in(self, json: str) -> bool:
        r"""Whether texts inside JSON may hold it: where one has an escape (\n, say), only reading it tells."""
        return self.may_hold(json) and ("\\" in json or self.shape.search(json) is not None)

    def masked(self, text: str) -> str:
        """The text without what the pattern finds."""
        return self.shape.sub(lambda found: MASKED if self.is_real(found[0]) else found[0], text)


PATTERNS: Final[dict[str, Pattern]] = {
    "card_number": Pattern(
        # The first character stands before what must not come before it: so most text is passed over quickly.
        re.compile(r"[2-6](?<![\w.-][2-6])\d{3}(?:[ -]?\d){10,15}(?![\w-])(?!\.\d)"),
        _is_card_number,
        _has_many_digits,
    ),
    "iban": Pattern(re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), _is_iban),
    "email": Pattern(re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")),
    "phone": Pattern(re.compile(r"(?<![\w+.-])\+\d(?:[ ().-]?\d){7,14}(?![\w-])")),
}
"""Built-in patterns for free text. A phone number is recognised where it begins with ``+`` and its country."""


def perhaps_personal(events: Sequence[Event], patterns: Sequence[Pattern]) -> Sequence[Event]:
    """All of these events if the properties of any may hold what a pattern finds: looked at together."""
    together = "\n".join([event.properties for event in events if event.properties])
    return events if any(pattern.may_hold(together) for pattern in patterns) else ()


def mask_patterns(event: Event, patterns: Sequence[Pattern]) -> None:
    """Mask what the patterns find in any text of the properties. Identifiers in traits stay: mask their place."""
    text = event.properties
    if text and any(pattern.may_be_in(text) for pattern in patterns):
        told = _decode(text)
        kept = ("email", "phone") if event.kind == "identify" else ()
        whole = {name: value if name in kept else _masked(value, patterns) for name, value in told.items()}
        if whole != told:
            event.properties = _text(whole)


def _masked(value: Any, patterns: Sequence[Pattern]) -> Any:
    if isinstance(value, dict):
        return {name: _masked(inner, patterns) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, patterns) for inner in value]
    if isinstance(value, str):
        return _masked_text(value, patterns)
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
        masked = _masked_text(text, patterns)
        return value if masked == text else masked
    return value


def _masked_text(text: str, patterns: Sequence[Pattern]) -> str:
    """Mask personal data in free text.

    >>> _masked_text("paid with 4111 1111 1111 1111, order 4111 1111 1111 1112", [PATTERNS["card_number"]])
    'paid with •••, order 4111 1111 1111 1112'
    """
    for pattern in patterns:
        text = pattern.masked(text)
    return text


def _text(whole: dict[str, Any]) -> str:
    return _encode(whole).decode()
