"""The pipeline: what happens to an event between its arrival and the stream, as a list of named steps.

The order is data. A step looks at one event, fills or empties some of its fields, and may refuse it with a reason. A
source's settings say which steps it needs; of the events that came together, a step is given those that concern it. The
others cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from regard.base import Invalid
from regard.base.words import marked, said
from regard.collect.bots import perhaps_bots, refuse_bots
from regard.collect.consent import require_consent
from regard.collect.events import Event, Refused, refused, sender_of
from regard.collect.places import knowing_country
from regard.collect.privacy import (
    PATTERNS,
    Rule,
    forget_address,
    mask_patterns,
    mask_places,
    perhaps_personal,
    with_address,
)
from regard.collect.semantics import give_meaning, with_meaning
from regard.collect.skew import correct_skew


def _every(events: Sequence[Event]) -> Iterable[Event]:
    return events


@dataclass(frozen=True)
class Run:
    """A step as one source needs it: what it does with an event, and which of many concern it.

    With an event that does not concern it, it would do nothing.
    """

    does: Callable[[Event], Refused | None]
    concerned: Callable[[Sequence[Event]], Iterable[Event]] = _every


@dataclass(frozen=True)
class Settings:
    """What a source's owner may choose about its events.

    ``consent`` names the categories that a person must have agreed to; ``masks`` are places whose value is not kept,
    ``patterns`` what is masked wherever it stands in free text (see ``privacy.PATTERNS``).
    """

    keeps_bots: bool = False
    keeps_address: bool = False
    keeps_country: bool = False
    consent: Sequence[str] = ()
    silence_is_consent: bool = True
    masks: Sequence[Rule] = ()
    patterns: Sequence[str] = ("card_number",)


@dataclass(frozen=True)
class Step:
    """A step: its name, what it does, and how it is made from a source's settings (None: not needed)."""

    name: str
    about: str
    make: Callable[[Settings], Run | None]


def _bots(settings: Settings) -> Run | None:
    return None if settings.keeps_bots else Run(refuse_bots, perhaps_bots)


def _consent(settings: Settings) -> Run | None:
    if not settings.consent:
        return None
    return Run(partial(require_consent, categories=settings.consent, silence_is_consent=settings.silence_is_consent))


def _address(settings: Settings) -> Run | None:
    return None if settings.keeps_address else Run(forget_address, with_address)


def _country(settings: Settings) -> Run | None:
    known = knowing_country() if settings.keeps_country else None
    return known and Run(known)


def _places(settings: Settings) -> Run | None:
    return Run(partial(mask_places, rules=settings.masks)) if settings.masks else None


def _patterns(settings: Settings) -> Run | None:
    if not settings.patterns:
        return None
    patterns = [PATTERNS[name] for name in settings.patterns]
    return Run(partial(mask_patterns, patterns=patterns), partial(perhaps_personal, patterns=patterns))


def _meaning(_: Settings) -> Run:
    return Run(give_meaning, with_meaning)


def know_sender(event: Event) -> None:
    """Fill channel and language from what the sender says of itself."""
    sender = sender_of(event.context)
    event.channel = event.channel or sender.channel
    event.language = sender.language


STEPS: Final[tuple[Step, ...]] = (
    Step("country", marked("Works out the country of the address, where the source asks for it."), _country),
    Step("address", marked("Forgets the address of the machine."), _address),
    Step("consent", marked("Refuses, and forgets, what people have not agreed to."), _consent),
    Step("bots", marked("Refuses programs that read the web."), _bots),
    Step("clock", marked("Corrects the time by how wrong the sender's clock is."), lambda _: Run(correct_skew)),
    Step("mask", marked("Masks the places that the source's rules name."), _places),
    Step("patterns", marked("Masks personal data in free text."), _patterns),
    Step("sender", marked("Fills channel and language from the context."), lambda _: Run(know_sender)),
    Step("meaning", marked("Fills the columns that the event's name promises."), _meaning),
)
"""Every step, in order. What arrives is checked before (``protocol``); who it is, is resolved after (``identity``)."""


def steps_for(settings: Settings) -> tuple[Run, ...]:
    """The steps that a source needs."""
    return tuple(run for step in STEPS if (run := step.make(settings)) is not None)


def run(event: Event, steps: Sequence[Run]) -> Refused | None:
    """Take an event through the steps: None when it may enter the stream, else why not."""
    run_all([event], steps)
    return event.refusal


def run_all(events: Sequence[Event], steps: Sequence[Run]) -> Sequence[Event]:
    """Take events through the steps; gives those that may enter the stream, the others have a ``refusal``."""
    for step in steps:
        does, is_any_refused = step.does, False
        for event in step.concerned(events):
            try:
                refusal = does(event)
            except msgspec.ValidationError:
                refusal = refused("bad_number", "properties")
            except msgspec.DecodeError:
                refusal = refused("malformed", "properties")
            except RecursionError:
                refusal = refused("too_deep", "properties")
            if refusal is not None:
                event.refusal, is_any_refused = refusal, True
        if is_any_refused:
            events = [event for event in events if event.refusal is None]
    return events


# --- settings as JSON -----------------------------------------------------------------------------------------------


def settings_from(body: Mapping[str, Any]) -> Settings:
    """A source's settings out of JSON. Raises Invalid naming the field that cannot be used.

    >>> settings_from({"consent": ["analytics"]}).consent
    ('analytics',)
    >>> settings_from({"patterns": ["faces"]})
    Traceback (most recent call last):
    regard.base.errors.Invalid: there is no pattern called 'faces' (card_number, iban, email, phone)
    """
    return Settings(
        keeps_bots=body.get("keeps_bots") is True,
        keeps_address=body.get("keeps_address") is True,
        keeps_country=body.get("keeps_country") is True,
        consent=_texts(body, "consent"),
        silence_is_consent=body.get("silence_is_consent", True) is True,
        masks=tuple(_rule(item) for item in body.get("masks", ())),
        patterns=_pattern_names(body),
    )


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = body.get(name, ())
    if isinstance(given, str) or not all(isinstance(item, str) and item.strip() for item in given):
        raise Invalid(said("{name} is a list of texts", name=name), field=name)
    return tuple(item.strip() for item in given)


def _pattern_names(body: Mapping[str, Any]) -> tuple[str, ...]:
    if "patterns" not in body:
        return Settings.patterns  # type: ignore[return-value]
    names = _texts(body, "patterns")
    for name in names:
        if name not in PATTERNS:
            raise Invalid(
                said("there is no pattern called {name}", name=repr(name)),
                field="patterns",
                remedy=", ".join(PATTERNS),
            )
    return names


def _rule(item: Any) -> Rule:
    """A masking rule: an object with ``path`` and ``action``, or the path alone of what is masked."""
    given = item if isinstance(item, Mapping) else {"path": item}
    path, action = given.get("path"), given.get("action", "mask")
    if not isinstance(path, str) or path.split(".")[0] not in ("properties", "traits", "context") or "." not in path:
        raise Invalid(
            said("{path} is no place in an event", path=repr(path)),
            field="masks",
            remedy=said("begin with properties, traits or context, as in properties.card.number"),
        )
    if action != "mask" and action != "remove":
        raise Invalid(said("a rule masks or removes"), field="masks")
    return Rule(path, action)
