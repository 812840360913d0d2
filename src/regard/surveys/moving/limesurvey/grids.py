"""LimeSurvey's arrays as ours."""

from __future__ import annotations

from typing import Any

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import Choice, Line, Value
from regard.surveys.moving.limesurvey.source import ONE_EACH, SPLIT, Made, Source, codes_of, order_of
from regard.surveys.moving.limesurvey.words import WORDS
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import number_of, value_of_code


def _columns(source: Source) -> tuple[list[Any], dict[str, Value]]:
    """The columns of an array, and their values by code."""
    kind = source.asked.type
    if kind in "AB":
        numbers = list(range(1, 6 if kind == "A" else 11))
        return list(numbers), {str(number): number for number in numbers}
    if kind in "CE":
        codes = "YNU" if kind == "C" else "ISD"
        ordered_codes = "YUN" if kind == "C" else codes
        return [Choice(value=code, text=dict(WORDS[code])) for code in ordered_codes], {code: code for code in codes}
    return source.choices(source.asked.answers), codes_of(source.asked.answers)


def matrix(source: Source) -> Made:
    asked, base = source.asked, source.base()
    columns, values = _columns(source)
    if asked.type == "H":
        source.losses.cosmetic(source.key, said("array by column"), said("rows and columns stand the other way round"))
    question = model.Matrix(
        **base, columns=columns, rows=source.choices(asked.rows()), rows_visible_if=source.row_filter,
        rows_order="random" if order_of(source) == "random" else "initial", is_all_row_required=base["is_required"],
    )  # fmt: skip
    return [(source.key, question, Carried(base["name"], values, codes_of(asked.rows())))]


def dual(source: Source) -> Made:
    source.losses.changed(source.key, said("array with two scales"), SPLIT)
    asked = source.asked
    made: Made = []
    for scale, header in ((0, "dualscale_headerA"), (1, "dualscale_headerB")):
        base = source.base(str(scale + 1))
        answers = [answer for answer in asked.answers if answer.scale == scale]
        base["description"] = source.text(asked.attributes.get(header, {})) or base["description"]
        question = model.Matrix(
            **base,
            columns=source.choices(answers),
            rows=source.choices(asked.rows()),
            rows_visible_if=source.row_filter,
        )
        made.append(
            (f"{source.key}#{scale}", question, Carried(base["name"], codes_of(answers), codes_of(asked.rows())))
        )
    return made


def grid(source: Source) -> Made:
    """Texts or numbers in a grid: every row is a question of its own, with a line for each column."""
    asked = source.asked
    columns = asked.rows(1)
    is_ticked = asked.type == ":" and asked.attribute("multiflexible_checkbox") == "1"
    if is_ticked:
        base = source.base()
        question = model.Matrix(
            **base,
            columns=source.choices(columns),
            rows=source.choices(asked.rows()),
            cell_type="checkbox",
            rows_visible_if=source.row_filter,
        )
        return [(source.key, question, Carried(base["name"], codes_of(columns), codes_of(asked.rows())))]
    source.losses.changed(source.key, said("grid of texts or numbers"), ONE_EACH)
    is_number = asked.type == ":" or asked.attribute("numbers_only") == "1"
    limits: dict[str, Any] = {
        "min": number_of(asked.attribute("multiflexible_min")),
        "max": number_of(asked.attribute("multiflexible_max")),
    }
    made: Made = []
    for row in asked.rows():
        base = source.base(row.code)
        base["description"], base["title"] = base["title"], source.text(row.texts) or base["title"]
        items = [
            Line(
                name=str(value_of_code(column.code)),
                title=source.text(column.texts),
                input_type="number" if is_number else "text",
                **(limits if is_number else {}),
            )
            for column in columns
        ]
        rows = {column.code: str(value_of_code(column.code)) for column in columns}
        made.append(
            (
                f"{source.key}_{row.code}",
                model.MultipleText(**base, items=items, visible_if=source.row_shown_if(row.code)),
                Carried(base["name"], rows=rows, numeric=is_number),
            )
        )
    return made
