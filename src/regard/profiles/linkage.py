"""Suggestions that two profiles may be one person, from what is alike in them (Fellegi & Sunter, 1969).

Each suggestion says how much every field speaks for or against it: a match weight, log2 of how much likelier the
agreement is between two records of one person than of two. The weights are estimated without labels, by expectation
maximisation; pairs are found and compared by Splink (``pip install 'regard[linkage]'``). A person decides; nothing is
merged by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from regard.base import Invalid, Unavailable
from regard.base.words import said
from regard.profiles.blocking import keys, strangers
from regard.profiles.comparing import Column, Comparison, comparisons, plain, role_of
from regard.profiles.kinds import by_chance, kinds, surely
from regard.profiles.weighing import Levels, Numbers, weigh

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
Pair = tuple[str, str]

MOST_COLUMNS: Final = 20
"""Columns that are compared: how much alike two records are in all of them is one number of 64 bits."""


@dataclass(frozen=True)
class Reason:
    """How much a field speaks for one person (above 0) or two (below), in bits, with both values."""

    field: str
    weight: float
    values: tuple[str | None, str | None]


@dataclass(frozen=True)
class Likeness:
    """Two records that may be one person's: how probable that is (0–1), and why."""

    a: str
    b: str
    probability: float
    weight: float
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Threshold:
    """What suggesting from a probability upwards comes to: precision is None where nothing is suggested."""

    probability: float
    precision: float | None
    recall: float
    suggested: int
    right: int


def likenesses(records: Sequence[Row], *, key: str = "key", at_least: float = 0.5) -> list[Likeness]:
    """The pairs of records that may be one person's, the most probable first.

    ``key`` names each record. Columns that are empty nearly everywhere, or the same in most records, are left out; of
    very many, only those that say most (:data:`MOST_COLUMNS`) are compared.
    Raises Invalid where fewer than two columns tell people apart.
    """
    if len(records) < 2:
        return []
    columns = telling_columns(records, key)
    if len(columns) < 2:
        raise Invalid(
            said("people cannot be compared: fewer than two columns tell them apart"),
            field="columns",
            remedy=said("send traits such as name, email, phone or date of birth"),
        )
    compared = comparisons(records, columns)
    found = (_likeness(records, key, compared, *pair) for pair in _probable(compared, at_least))
    return sorted(found, key=lambda item: (-item.weight, item.a, item.b))


def telling_columns(records: Sequence[Row], key: str) -> list[str]:
    """The columns that tell people apart: filled in a tenth of the records or more, with more than a few values.

    Of more than :data:`MOST_COLUMNS` those whose meaning is known go first, then the fuller ones.

    >>> telling_columns([{"key": n, "name": f"n{n}", "plan": n % 2} for n in range(60)], "key")
    ['name']
    """
    found: dict[str, tuple[bool, int]] = {}
    for column in (name for name in dict.fromkeys(name for row in records for name in row) if name != key):
        values = [value for value in (plain(row.get(column)) for row in records) if value]
        if len(values) * 10 >= len(records) and len(set(values)) > min(8, len(records) // 8):
            found[column] = role_of(column, values) == "text", -len(values)
    most = sorted(found, key=found.__getitem__)[:MOST_COLUMNS]
    return [column for column in found if column in most]


def measure_linkage(
    records: Sequence[Row], labels: Iterable[Pair], *, key: str = "key", thresholds: Sequence[float] = ()
) -> list[Threshold]:
    """Precision and recall over all pairs, threshold by threshold, against pairs known to be one person's.

    The labels measure only: the model is trained without them.
    """
    right = {tuple(sorted(map(str, pair))) for pair in labels}
    found = likenesses(records, key=key, at_least=0.001)
    return [_at(threshold, found, right) for threshold in thresholds or (0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999)]


def _at(threshold: float, found: Sequence[Likeness], right: set[tuple[str, ...]]) -> Threshold:
    suggested = [item for item in found if item.probability >= threshold]
    hits = sum(tuple(sorted((item.a, item.b))) in right for item in suggested)
    precision = hits / len(suggested) if suggested else None
    return Threshold(threshold, precision, hits / len(right) if right else 0.0, len(suggested), hits)


# --- inside --------------------------------------------------------------------------------------------------------


def _probable(compared: Sequence[Comparison], at_least: float) -> Iterator[tuple[int, int, float, float, list[float]]]:
    """The pairs from a probability upwards: the places of both records, the probability, the weight, and those of
    every comparison."""
    import numpy as np

    pairs, size = _pairs(compared, keys(compared)), len(compared[0].columns[compared[0].main])
    if pairs is None:
        return
    one, other = (pairs[name].to_numpy() for name in ("place_l", "place_r"))
    levels, which, counts = _levels(pairs, compared)
    drawn, _, times = _levels(_pairs(compared, strangers(size)), compared)
    chance = by_chance(compared, drawn, times)
    weighed = weigh(levels, counts, kinds(compared, chance), size, surely(compared, chance, levels, counts))
    probability = 1 / (1 + np.exp2(-weighed.total))
    for place in np.flatnonzero(probability[which] >= at_least):
        kind = which[place]
        yield (
            int(one[place]),
            int(other[place]),
            float(probability[kind]),
            float(weighed.total[kind]),
            weighed.fields[kind].tolist(),
        )


def _levels(pairs: pa.Table, compared: Sequence[Comparison]) -> tuple[Levels, Levels, Numbers]:
    """The patterns of levels there are, which of them each pair has, and how often each is seen."""
    import numpy as np

    patterns, which, counts = np.unique(pairs["pattern"].to_numpy(), return_inverse=True, return_counts=True)
    levels = np.unravel_index(patterns, [len(item.levels) + 2 for item in compared])
    return np.stack(levels, axis=1) - 1, which, counts.astype(float)


def _pairs(compared: Sequence[Comparison], shared: Sequence[Column]) -> pa.Table | None:
    """Every pair that shares a key, and how much alike its records are in everything, as one number; None where no two
    records do."""
    import pyarrow as pa

    splink, library = _splink()
    logging.getLogger("splink").setLevel(logging.ERROR)  # it tells its progress at INFO
    blocks = {f"block_{place}": column for place, column in enumerate(shared)}
    if not blocks:
        return None
    told = {name: pa.array(column) for item in compared for name, column in item.columns.items()}
    place = range(len(next(iter(told.values()))))
    table = pa.table({"place": pa.array(place), **told, **{name: pa.array(column) for name, column in blocks.items()}})
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(library, f"v{place}", item) for place, item in enumerate(compared)],
        blocking_rules_to_generate_predictions=[splink.block_on(name) for name in blocks],
        unique_id_column_name="place",
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,  # a weight for each comparison
    )
    linker = splink.Linker(splink.DuckDBAPI().register(table), settings, log_level=logging.ERROR)
    pairs = linker.inference.predict(warning_mode="never")
    query = f"SELECT place_l, place_r, {_pattern(compared)} AS pattern FROM {pairs.physical_name}"  # noqa: S608
    found: pa.Table = linker.misc.query_sql(query).as_pyarrow_table()
    return found if len(found) else None


def _pattern(compared: Sequence[Comparison]) -> str:
    """SQL for the levels of all comparisons as one number (mixed radix; missing is 0)."""
    number = "CAST(0 AS BIGINT)"
    for place, item in enumerate(compared):
        number = f"({number} * {len(item.levels) + 2} + CAST(mw_v{place} AS BIGINT))"
    return number


def _comparison(library: Any, name: str, item: Comparison) -> Any:
    """A comparison as Splink reads it, with shares of which Splink's weight is the number of the level: 1 for nothing
    alike, and more the closer. (Splink keeps the weights of pairs, but its levels only with all the values.)"""
    missing = {"sql_condition": f"{item.main}_l IS NULL OR {item.main}_r IS NULL", "is_null_level": True}
    told = [*(level.condition for level in item.levels), "ELSE"]
    least = 2.0 ** -len(told)
    levels = [
        {"sql_condition": condition, "m_probability": least * 2.0**number, "u_probability": least}
        for condition, number in zip(told, range(len(told), 0, -1), strict=True)
    ]
    return library.CustomComparison([missing, *levels], output_column_name=name)


def _likeness(
    records: Sequence[Row],
    key: str,
    compared: Sequence[Comparison],
    one: int,
    other: int,
    probability: float,
    weight: float,
    told: Sequence[float],
) -> Likeness:
    a, b = records[one], records[other]
    weights, values = defaultdict[str, float](float), dict[str, tuple[str | None, str | None]]()
    for item, bits in zip(compared, told, strict=True):
        weights[item.field] += bits
        values[item.field] = _shown(a, item), _shown(b, item)
    reasons = [Reason(name, bits, values[name]) for name, bits in weights.items() if bits]
    return Likeness(str(a[key]), str(b[key]), probability, weight, sorted(reasons, key=lambda one: -abs(one.weight)))


def _shown(row: Row, item: Comparison) -> str | None:
    return plain(row.get(item.field)) or (plain(row.get(item.instead)) if item.instead else None)


def _splink() -> tuple[Any, Any]:
    try:
        import splink
        import splink.comparison_library as compare
    except ImportError as error:
        raise Unavailable(
            said("suggestions of who may be one person need Splink, which is not installed"),
            remedy=said("pip install 'regard[linkage]'"),
        ) from error
    return splink, compare
