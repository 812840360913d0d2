"""The random order of a Qualtrics block's questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from regard.base.words import said
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.qualtrics.survey import Block
from regard.surveys.moving.wording import count_of, mapping

_NEVER: Final = ("false", "", "none")


@dataclass(frozen=True)
class Ordering:
    """``within``: the questions of one page change places; else those of the pool do, each on its own page."""

    within: bool = False
    before: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    take: int | None = None
    is_balanced: bool = False

    def parts(self, block: Block) -> list[list[str]]:
        """The questions of each page."""
        if self.pool and not self.within:
            return [[key] for key in (*self.before, *self.pool, *self.after)]
        return pages_of(block)


def pages_of(block: Block) -> list[list[str]]:
    """The questions of each page as they are written: a break, or skip logic, ends one."""
    found: list[list[str]] = [[]]
    for element in block.elements:
        if element.question is None:
            found.append([])
            continue
        found[-1].append(element.question)
        if element.skips:
            found.append([])
    return [page for page in found if page]


def ordering_of(block: Block, losses: Losses) -> Ordering:
    """How a block's questions are ordered; what is asked differently is listed."""
    mode = str(block.options.get("RandomizeQuestions") or "false")
    if mode.lower() in _NEVER:
        return Ordering()
    keys = tuple(element.question for element in block.elements if element.question)
    order = mapping(block.options.get("Randomization"))
    advanced = mapping(order.get("Advanced"))
    is_even = str(order.get("EvenPresentation", "")).lower() in ("true", "1", "on")
    place = block.title or block.id
    if any(element.skips for element in block.elements):
        losses.changed(
            place, said("skip logic in random order"), said("questions are skipped as they stand in the file")
        )
    if mode == "Advanced" and advanced.get("FixedOrder"):
        return _advanced(advanced, keys, is_even, place, losses)
    take = count_of(advanced.get("TotalRandSubset")) or count_of(order.get("TotalRandSubset"))
    if mode == "RandomWithOnlyX" and take and take < len(keys):
        losses.cosmetic(place, said("random questions on one page"), said("each has a page of its own"))
        return Ordering(pool=keys, take=take, is_balanced=is_even)
    if len(pages_of(block)) == 1 and mode != "RandomWithXPerPage":
        return Ordering(within=True, pool=keys)
    losses.cosmetic(place, said("random questions over several pages"), said("each has a page of its own"))
    return Ordering(pool=keys)


def _advanced(
    advanced: dict[str, object], keys: tuple[str, ...], is_even: bool, place: str, losses: Losses
) -> Ordering:
    """Some questions stand still, before and behind those in random order."""
    fixed = advanced["FixedOrder"]
    order = [str(key) for key in fixed] if isinstance(fixed, list) else []
    standing = [key for key in order if key in keys]
    gone = advanced.get("Undisplayed")
    hidden = {str(key) for key in gone} if isinstance(gone, list) else set()
    pool = tuple(key for key in keys if key not in standing and key not in hidden)
    gaps = [position for position, key in enumerate(order) if key not in keys]
    if hidden:
        losses.lost(place, said("questions that are never shown"), said("they are left out"))
    if gaps and any(
        position < key_place for position in gaps for key_place in range(gaps[0], gaps[-1]) if order[key_place] in keys
    ):
        losses.changed(place, said("fixed questions between random ones"), said("they stand before them"))
    last = gaps[-1] if gaps else len(order)
    before = tuple(key for position, key in enumerate(order) if key in keys and position < last)
    after = tuple(key for position, key in enumerate(order) if key in keys and position > last)
    take = len(gaps) if gaps and len(gaps) < len(pool) else None
    losses.cosmetic(place, said("random questions on one page"), said("each has a page of its own"))
    return Ordering(False, before, pool, after, take, is_even)
