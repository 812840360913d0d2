"""Suggestions that two profiles may be one person, from what is alike in them (Fellegi & Sunter, 1969).

Each suggestion says how much every field speaks for or against it: a match weight, log2 of how much likelier the
agreement is between two records of one person than of two. The weights are estimated without labels, by expectation
maximisation, with Splink (``pip install 'regard[linkage]'``). A person decides; nothing is merged by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from regard.base import Invalid, Unavailable
from regard.base.words import said

if TYPE_CHECKING:
    import pyarrow as pa

logger = logging.getLogger(__name__)

Row = Mapping[str, Any]
Pair = tuple[str, str]

SEED: Final = 7
EVERYTHING_UP_TO: Final = 1500
"""Records of which every pair is compared; of more, only pairs that share something."""

_NAMES: Final = (
    *("given_name", "first_name", "forename", "firstname"),
    *("surname", "last_name", "lastname", "family_name"),
    "name",
)
_DATES: Final = ("date_of_birth", "dob", "birthday", "birth_date", "born")
_PLACES: Final = ("postcode", "postal_code", "zip", "city", "suburb", "state", "country")
_EXACT: Final = ("phone", "mobile", "soc_sec_id", "tax_id", "loyalty_id")


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

    ``records`` share their columns; ``key`` names each one. Columns that are empty nearly everywhere, or the same in
    most records, are left out. Raises Invalid where fewer than two columns tell people apart.
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
    table = _table(records, key, columns)
    if not _shared(table, columns):
        return []  # nobody shares anything whole with anybody: nothing can be learnt from that
    linker = _trained(table, columns, len(records))
    found = linker.inference.predict(threshold_match_probability=at_least).as_pyarrow_table().to_pylist()
    return sorted((_likeness(row, columns) for row in found), key=lambda item: (-item.weight, item.a, item.b))


def telling_columns(records: Sequence[Row], key: str) -> list[str]:
    """The columns that tell people apart: filled in a tenth of the records or more, with more than a few values.

    >>> telling_columns([{"key": n, "name": f"n{n}", "plan": n % 2} for n in range(60)], "key")
    ['name']
    """
    found = []
    for column in (name for name in records[0] if name != key):
        values = [row.get(column) for row in records if _plain(row.get(column)) is not None]
        if len(values) * 10 >= len(records) and len(set(map(str, values))) > min(8, len(records) // 8):
            found.append(column)
    return found


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


# --- the model -----------------------------------------------------------------------------------------------------


def _trained(table: pa.Table, columns: Sequence[str], size: int) -> Any:
    """A model whose weights are estimated from the records themselves."""
    splink, compare = _splink()
    # Splink tells its progress at INFO.
    logging.getLogger("splink").setLevel(logging.ERROR)
    engine = splink.DuckDBAPI()
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(compare, column) for column in columns],
        blocking_rules_to_generate_predictions=["1=1"] if size <= EVERYTHING_UP_TO else _blocks(splink, columns),
        unique_id_column_name="key",
        retain_intermediate_calculation_columns=True,
        max_iterations=50,
    )
    records, teachers = engine.register(table), _shared(table, columns)
    while True:
        linker = splink.Linker(records, settings, log_level=logging.ERROR)
        failed = _estimate(splink, linker, columns, teachers)
        if failed is None:
            return linker
        teachers = [name for name in teachers if name != failed]  # what broke off leaves the model half changed


def _shared(table: pa.Table, columns: Sequence[str]) -> list[str]:
    """The columns in which some records have the same value."""
    import pyarrow.compute as pc

    return [name for name in columns if pc.count_distinct(table[name]).as_py() < pc.count(table[name]).as_py()]


def _estimate(splink: Any, linker: Any, columns: Sequence[str], shared: Sequence[str]) -> str | None:
    """Estimate the weights; returns the column at which Splink broke off, if it did."""
    pairs = [splink.block_on(one, other) for place, one in enumerate(columns) for other in columns[place + 1 :]]
    linker.training.estimate_probability_two_random_records_match(pairs, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    nonsense = import_module("splink.internals.exceptions").SplinkException
    # A column that pairs are blocked on teaches nothing about itself: so blocked on each in turn.
    for column in shared:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(column))
        except (ValueError, nonsense):
            # Splink gives up where a share comes to nought, and writes a query that cannot be read where odds come to
            # infinity: pairs alike in this column teach nothing about the others.
            logger.info("linkage: nothing learnt from pairs that share %s", column)
            return column
    return None


def _comparison(compare: Any, column: str) -> Any:
    """How two values of a column are compared, by what its name says that it holds."""
    plain = column.lower()
    if plain == "email":
        return compare.EmailComparison(column)
    if plain in _NAMES:
        return compare.JaroWinklerAtThresholds(column, [0.92, 0.8]).configure(term_frequency_adjustments=True)
    if plain in _DATES:
        return compare.DamerauLevenshteinAtThresholds(column, [1, 2])
    if plain in _EXACT:
        return compare.DamerauLevenshteinAtThresholds(column, [1, 2])
    if plain in _PLACES:
        return compare.DamerauLevenshteinAtThresholds(column, [1]).configure(term_frequency_adjustments=True)
    return compare.JaroWinklerAtThresholds(column, [0.9]).configure(term_frequency_adjustments=True)


def _blocks(splink: Any, columns: Sequence[str]) -> list[Any]:
    """Pairs worth comparing among many: equal in one telling column, or alike at the beginnings of two."""
    equal = [splink.block_on(column) for column in columns if column.lower() not in _PLACES]
    starts = [f"substr({column}, 1, 3)" for column in columns]
    return equal + [splink.block_on(*pair) for pair in pairwise(starts)]


def _table(records: Sequence[Row], key: str, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    given = {column: [_plain(row.get(column)) for row in records] for column in columns}
    names = {"key": [str(row[key]) for row in records]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in {**names, **given}.items()})


def _plain(value: Any) -> str | None:
    text = " ".join(str(value).split()).lower() if isinstance(value, str | int | float) else ""
    return text or None


def _likeness(row: dict[str, Any], columns: Sequence[str]) -> Likeness:
    reasons = [Reason(name, _weight(row, name), (row[f"{name}_l"], row[f"{name}_r"])) for name in columns]
    told = sorted((reason for reason in reasons if reason.weight), key=lambda reason: -abs(reason.weight))
    return Likeness(row["key_l"], row["key_r"], row["match_probability"], row["match_weight"], told)


def _weight(row: dict[str, Any], column: str) -> float:
    return float(row.get(f"mw_{column}") or 0.0) + float(row.get(f"mw_tf_adj_{column}") or 0.0)


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
