"""LimeSurvey's questions as ours: what is asked and what can be answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from regard.base.words import said
from regard.surveys import model
from regard.surveys.model import OTHER, Choice, Line, Validator
from regard.surveys.moving.limesurvey.grids import dual, grid, matrix
from regard.surveys.moving.limesurvey.source import LIMITS, NOT_HERE, SPLIT, Made, Source, codes_of, order_of
from regard.surveys.moving.limesurvey.words import WORDS
from regard.surveys.moving.moved import Carried
from regard.surveys.moving.wording import count_of, media_in, number_of, value_of_code


def questions_from(source: Source) -> Made:
    """The questions of ours that a question of the file becomes."""
    asked = source.asked
    make = _MAKERS.get(asked.type)
    if make is None:
        source.losses.lost(source.key, said("question type {kind}", kind=asked.type), NOT_HERE)
        return []
    texts = [text for texts in (asked.texts, asked.helps) for text in texts.values()]
    found = [tag for text in texts for tag in media_in(text)]
    if found and asked.type != "X":
        media = ", ".join(dict.fromkeys(found))
        source.losses.lost(source.key, said("{media} in the text", media=media), said("titles are text only"))
    return make(source)


def _chosen(source: Source) -> Made:
    asked, base = source.asked, source.base()
    kind = model.Dropdown if asked.type == "!" else model.RadioGroup
    values = codes_of(asked.answers)
    more: dict[str, Any] = {}
    if asked.row.get("other") == "Y":
        more = {"show_other_item": True, "other_text": source.text(asked.attributes.get("other_replace_text", {}))}
        values |= {"-oth-": OTHER, OTHER: OTHER}
    question = kind(
        **base,
        **more,
        choices=source.choices(asked.answers),
        choices_order=order_of(source),
        choices_visible_if=source.row_filter,
    )
    made: Made = [(source.key, question, Carried(base["name"], values))]
    if asked.type == "O":
        source.losses.changed(source.key, said("list with comment"), SPLIT)
        name = source.name("comment")
        made.append((f"{source.key}_comment", model.Comment(name=name, title=base["title"]), Carried(name)))
    return made


def _fixed(codes: str) -> Callable[[Source], Made]:
    """A question whose choices LimeSurvey knows itself."""

    def make(source: Source) -> Made:
        base = source.base()
        choices: list[Any] = [Choice(value=code, text=dict(WORDS[code])) for code in codes]
        return [
            (
                source.key,
                model.RadioGroup(**base, choices=choices),
                Carried(base["name"], {code: code for code in codes}),
            )
        ]

    return make


def _yes_no(source: Source) -> Made:
    base = source.base()
    return [(source.key, model.Boolean(**base), Carried(base["name"], {"Y": True, "N": False}))]


def _five(source: Source) -> Made:
    base = source.base()
    look = source.asked.attribute("slider_rating")
    shape: Any = {"1": "stars", "2": "smileys"}.get(look, "labels")
    question = model.Rating(**base, rate_min=1, rate_max=5, rate_type=shape)
    return [(source.key, question, Carried(base["name"], {str(number): number for number in range(1, 6)}))]


def _ticked(source: Source) -> Made:
    asked, base = source.asked, source.base()
    alone = [code for code in asked.attribute("exclude_all_others").split(";") if code]
    more: dict[str, Any] = {}
    values = codes_of(asked.rows())
    if asked.row.get("other") == "Y":
        more = {"show_other_item": True, "other_text": source.text(asked.attributes.get("other_replace_text", {}))}
    if asked.attribute("exclude_all_others_auto") == "1":
        source.losses.changed(source.key, "exclude_all_others_auto", said("nothing is ticked by itself"))
    question = model.Checkbox(
        **base, **more, choices=source.choices(asked.rows(), alone), choices_order=order_of(source),
        choices_visible_if=source.row_filter, min_selected_choices=count_of(asked.attribute("min_answers")) or 0,
        max_selected_choices=count_of(asked.attribute("max_answers")) or 0,
    )  # fmt: skip
    made: Made = [(source.key, question, Carried(base["name"], {**values, OTHER: OTHER}))]
    if asked.type == "P":
        source.losses.changed(source.key, said("multiple choice with comments"), SPLIT)
        name = source.name("comment")
        items = [Line(name=str(value_of_code(sub.code)), title=source.text(sub.texts)) for sub in asked.rows()]
        comments = model.MultipleText(name=name, title=base["title"], items=items)
        made.append((f"{source.key}_comment", comments, Carried(name, rows=codes_of(asked.rows()))))
    return made


def _lines(source: Source) -> Made:
    asked, base = source.asked, source.base()
    is_number = asked.type == "K" or asked.attribute("numbers_only") == "1"
    ends = ("slider_min", "slider_max") if asked.attribute("slider_layout") == "1" else LIMITS
    limits: dict[str, Any] = {
        side: number_of(asked.attribute(end)) for side, end in zip(("min", "max"), ends, strict=True)
    }
    items = [
        Line(
            name=str(value_of_code(sub.code)),
            title=source.text(sub.texts),
            input_type="number" if is_number else "text",
            is_required=base["is_required"],
            visible_if=source.row_shown_if(sub.code),
            **(limits if is_number else {}),
        )
        for sub in asked.rows()
    ]
    question = model.MultipleText(**base, items=items, validators=_sums(source, base["name"]))
    rows = {sub.code: str(value_of_code(sub.code)) for sub in asked.rows()}
    return [(source.key, question, Carried(base["name"], rows=rows, numeric=is_number))]


def _sums(source: Source, name: str) -> list[Validator]:
    found = []
    for attribute, sign in (("equals_num_value", "="), ("min_num_value", ">="), ("max_num_value", "<=")):
        number = number_of(source.asked.attribute(attribute)) if source.asked.attribute(attribute) else None
        if number is not None:
            found.append(Validator(type="expression", expression=f"sum({{{name}}}) {sign} {number}"))
        elif source.asked.attribute(attribute):
            source.losses.lost(source.key, attribute, said("the limit is an expression"))
    return found


def _text(source: Source) -> Made:
    asked, base = source.asked, source.base()
    longest = count_of(asked.attribute("maximum_chars"))
    if asked.type == "S" and asked.attribute("numbers_only") != "1":
        return [(source.key, model.TextLine(**base, max_length=longest), Carried(base["name"]))]
    if asked.type in "TU":
        return [
            (
                source.key,
                model.Comment(**base, max_length=longest, rows=8 if asked.type == "U" else 4),
                Carried(base["name"]),
            )
        ]
    limits: dict[str, Any] = {
        "min": number_of(asked.attribute("min_num_value_n")),
        "max": number_of(asked.attribute("max_num_value_n")),
    }
    step = 1.0 if asked.attribute("num_value_int_only") == "1" else None
    question = model.TextLine(**base, input_type="number", step=step, **limits)
    return [(source.key, question, Carried(base["name"], numeric=True))]


def _date(source: Source) -> Made:
    asked, base = source.asked, source.base()
    form = asked.attribute("date_format").lower()
    kind: Any = "datetime-local" if ("hh" in form and "dd" in form) else "time" if "hh" in form else "date"
    limits: dict[str, Any] = {}
    for attribute, side in (("date_min", "min"), ("date_max", "max")):
        given = asked.attribute(attribute)
        if given and len(given) >= 10 and given[4:5] == "-":
            limits[side] = given[:10]
        elif given:
            source.losses.changed(source.key, attribute, said("the limit is no plain date"))
    return [(source.key, model.TextLine(**base, input_type=kind, **limits), Carried(base["name"]))]


def _ranking(source: Source) -> Made:
    asked, base = source.asked, source.base()
    options = asked.answers or asked.rows()
    for attribute in ("min_answers", "max_answers"):
        if count_of(asked.attribute(attribute)):
            source.losses.changed(source.key, attribute, said("all of them are ranked"))
    question = model.Ranking(
        **base, choices=source.choices(options), choices_order=order_of(source), choices_visible_if=source.row_filter
    )
    return [(source.key, question, Carried(base["name"], codes_of(options)))]


def _statement(source: Source) -> Made:
    name = source.name("")
    html = source.asked.texts
    return [
        (
            source.key,
            model.Html(name=name, html=source.text({k: f"\x00{v}" for k, v in html.items()}) or ""),
            Carried(name),
        )
    ]


def _file(source: Source) -> Made:
    asked, base = source.asked, source.base()
    size = count_of(asked.attribute("max_filesize"))
    question = model.File(
        **base,
        accepted_types=asked.attribute("allowed_filetypes").replace(" ", "") or None,
        max_size=size * 1024 if size else 5_000_000,
        allow_multiple=(count_of(asked.attribute("max_num_of_files")) or 1) > 1,
    )
    return [(source.key, question, Carried(base["name"]))]


_MAKERS: Final[dict[str, Callable[[Source], Made]]] = {
    "5": _five, "D": _date, "G": _fixed("FM"), "Y": _yes_no, "X": _statement, "R": _ranking, "|": _file, "1": dual,
    **dict.fromkeys("L!O", _chosen), **dict.fromkeys("MP", _ticked), **dict.fromkeys("ABCEFH", matrix),
    **dict.fromkeys("QK", _lines), **dict.fromkeys(";:", grid), **dict.fromkeys("STUN", _text),
}  # fmt: skip
