"""The random order of a Qualtrics question's choices or rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from regard.base.words import said
from regard.surveys.moving.qualtrics.source import Source
from regard.surveys.moving.wording import count_of, mapping, members

_SUBSETS: Final = ("subset", "randomwithonlyx")


@dataclass(frozen=True)
class Shuffle:
    """The choices in the places where they start; which keep them, and how many of the others are drawn."""

    keys: tuple[str, ...]
    fixed: frozenset[str] = frozenset()
    is_random: bool = False
    take: int | None = None


def shuffle_of(source: Source) -> Shuffle:
    """How the choices of a question are ordered; what is ordered differently here is listed."""
    keys, order = tuple(source.choices()), mapping(source.raw.get("Randomization"))
    kind = str(order.get("Type") or "None")
    if kind in ("ScaleReversal", "Flip") or str(order.get("ConsistentScaleReversal", "")).lower() in (
        "true",
        "1",
        "on",
    ):
        source.changed(said("scale reversed for half of the respondents"), said("everybody sees it as it is written"))
    if order.get("Answers") and mapping(order["Answers"]).get("Type") not in (None, "None"):
        source.changed(said("columns in random order"), said("they stand as they are written"))
    if kind.lower() in _SUBSETS:
        return Shuffle(keys, is_random=True, take=_fewer(count_of(order.get("TotalRandSubset")), len(keys)))
    if kind == "Advanced":
        return _advanced(source, keys)
    if kind not in ("All", "None", "none", "ScaleReversal", "Flip"):
        source.changed(said("random order {kind}", kind=kind), said("the choices stand as they are written"))
    return Shuffle(keys, is_random=kind == "All")


def _advanced(source: Source, keys: tuple[str, ...]) -> Shuffle:
    """Slot by slot: a choice that stands still, or one of those in random order."""
    advanced = mapping(mapping(source.raw.get("Randomization")).get("Advanced"))
    slots = [str(slot) for slot in members(advanced.get("FixedOrder"))]
    never = {str(key) for key in members(advanced.get("Undisplayed"))} & set(keys)
    if never:
        source.losses.cosmetic(source.key, said("choices that are never shown"), said("they are left out"))
    fixed = frozenset(slot for slot in slots if slot in keys)
    pool = [key for key in keys if key not in fixed and key not in never]
    places, rest = [], iter(pool)
    for slot in slots:
        places += [slot] if slot in fixed else [key for key in [next(rest, None)] if key]
    take = _fewer(count_of(advanced.get("TotalRandSubset")) or (len(slots) - len(fixed)) or None, len(pool))
    return Shuffle((*places, *rest), fixed, True, take)


def _fewer(count: int | None, of: int) -> int | None:
    return count if count and count < of else None
