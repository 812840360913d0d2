"""A table of responses: one row a respondent, one variable a column, each saying what its codes mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyarrow as pa

from regard.base import Invalid
from regard.base.words import said

Code = int | float | str | bool


class Kind(StrEnum):
    """What may be done with a variable: counted, ordered too, calculated with, read, or placed in time."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    SCALE = "scale"
    TEXT = "text"
    DATETIME = "datetime"


@dataclass(frozen=True)
class Variable:
    """One column: its name, the wording as its label, and what its codes mean, in the order of the question.

    ``missing`` are codes that are no answer ("does not apply"); empty cells are missing anyway.
    ``multiple_response_of`` is the question of which this column is one option, chosen (1) or not (0).
    """

    name: str
    label: str
    kind: Kind
    value_labels: Mapping[Code, str] = field(default_factory=dict)
    missing: Sequence[Code] = ()
    multiple_response_of: str | None = None

    def labelled(self, value: Any) -> Any:
        """What a code means, or the value itself."""
        return self.value_labels.get(value, value) if value is not None else None


@dataclass(frozen=True)
class ResponseTable:
    """Variables and their values: ``rows`` is an Arrow table with one column for each of ``columns``, in their order.

    Raises Invalid, naming the column, where the two do not fit.
    """

    columns: Sequence[Variable]
    rows: pa.Table

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = [name for name, many in Counter(names).items() if many > 1]
        if twice:
            raise Invalid(
                said("two columns are called {name}", name=twice[0]),
                field=twice[0],
                remedy=said("give every column its own name"),
            )
        if names != self.rows.column_names:
            off = next(iter({*names} ^ {*self.rows.column_names}), names[0] if names else "")
            raise Invalid(
                said("the column {name} is not in its place in both the table and its description", name=off),
                field=off,
                remedy=said("describe every column once, in the order of the table"),
            )

        nested = next((at.name for at in self.rows.schema if pa.types.is_nested(at.type)), None)
        if nested is not None:
            raise Invalid(
                said("the column {name} holds lists", name=nested),
                field=nested,
                remedy=said("make one column of each option, 1 where it was chosen and 0 where not"),
            )

    @property
    def n(self) -> int:
        """How many respondents."""
        return int(self.rows.num_rows)

    def values(self, name: str) -> list[Any]:
        """The values of one column; None where there is none."""
        return list(self.rows.column(name).to_pylist())
