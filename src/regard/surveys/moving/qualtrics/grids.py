"""Qualtrics' grids as ours."""

from __future__ import annotations

from typing import Any

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import Choice, Line
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.qualtrics.choosing import choices_of, columns_of, rows_of
from regard.surveys.moving.qualtrics.lines import lines, total_of
from regard.surveys.moving.qualtrics.raw import is_text_choice
from regard.surveys.moving.qualtrics.shuffling import shuffle_of
from regard.surveys.moving.qualtrics.source import BESIDE, LOOKS, NOT_HERE, ONE_EACH, Made, Source, base_of, values_of
from regard.surveys.moving.wording import mapping


def matrix(source: Source) -> Made:
    kind, sub = source.selector, str(source.raw.get("SubSelector") or "")
    if kind in ("TE", "CS") or (kind, sub) == ("Likert", "TextEntry"):
        return _grid_of_lines(source, is_sum=kind == "CS")
    if kind in ("MaxDiff", "RO", "Profile"):
        source.changed(
            said("matrix {kind}", kind=kind), said("it is asked as a plain matrix with one answer in each row")
        )
    elif kind == "Bipolar":
        source.losses.cosmetic(source.key, said("bipolar matrix"), LOOKS)
    columns = values_of(source, "Answers") if source.choices("Answers") else {}
    if not columns:
        source.lost(said("question type {kind}", kind=f"Matrix {kind}"), NOT_HERE)
        return []
    made = base_of(source)
    if any(is_text_choice(raw) for raw in source.choices().values()):
        source.lost(said("text beside a row"), BESIDE)
    shuffle = shuffle_of(source)
    question = model.Matrix(
        **made,
        rows=choices_of(source), columns=columns_of(source), is_all_row_required=made["is_required"],
        rows_order="random" if shuffle.is_random else "initial", take=shuffle.take,
        cell_type="checkbox" if sub in ("MultipleAnswer", "DND") else "radio",
    )  # fmt: skip
    return [(source.key, question, Carried(made["name"], columns, rows_of(source)))]


def _grid_of_lines(source: Source, is_sum: bool = False) -> Made:
    """A grid of texts or numbers: the lines of each row are a question of its own."""
    rows, columns = source.choices(), source.choices("Answers")
    found: Made = []
    if len(columns) <= 1:
        return lines(source, is_number=is_sum)
    source.changed(said("grid of texts"), ONE_EACH)
    base = base_of(source)
    for row in rows:
        name = source.name(row)
        items = [
            Line(name=key, title=source.text(source.raw, ("Answers", key, "Display")),
                 input_type="number" if is_sum else "text", is_required=base["is_required"])
            for key in columns
        ]  # fmt: skip
        title = source.text(source.raw, ("Choices", row, "Display")) or base["title"]
        question = model.MultipleText(
            name=name,
            title=title,
            description=base["title"],
            items=items,
            validators=total_of(source, name) if is_sum else [],
        )
        found.append(
            (f"{source.key}/{row}", question, Carried(name, rows={key: key for key in columns}, numeric=is_sum))
        )
    return found


def groups(source: Source) -> Made:
    """Pick, group and rank: a group for each item; the rank inside a group is lost."""
    source.changed(
        said("pick, group and rank"), said("each item is put into a group; ranks inside a group are not asked")
    )
    groups = mapping(source.raw.get("Groups"))
    listed = groups.values() if groups else []
    columns: list[Any] = [Choice(value=place, text=str(text)) for place, text in enumerate(listed, 1)]
    if not columns:
        source.lost(said("question type {kind}", kind=source.kind), NOT_HERE)
        return []
    made = base_of(source)
    question = model.Matrix(**made, rows=choices_of(source), columns=columns)
    return [
        (
            source.key,
            question,
            Carried(made["name"], {str(each.value): each.value for each in columns}, rows_of(source)),
        )
    ]
