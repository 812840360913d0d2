"""LimeSurvey's array filters as conditions of rows and choices."""

from __future__ import annotations

from regard.base.words import said
from regard.surveys.expressions import Binary, Constant, Expression, Name, Unary, every, written
from regard.surveys.model import OTHER
from regard.surveys.moving.limesurvey.survey import Asked
from regard.surveys.moving.limesurvey.translating import Known


def filters_of(question: Asked, known: Known, place: str) -> tuple[str | None, dict[str, str]]:
    """By its array filters: the condition of every row or choice (``{item}``), or those of single ones by their codes.

    Rows whose code the filtering question does not have are not filtered.
    """
    codes = [option.code for option in (question.answers if question.type in "L!OR" else question.rows())]
    whole: list[str | None] = []
    single: dict[str, list[str | None]] = {}
    for attribute, is_excluded in (("array_filter", False), ("array_filter_exclude", True)):
        for name in filter(None, (part.strip() for part in question.attribute(attribute).split(";"))):
            found = _filter(name, codes, known, is_excluded)
            if not found:
                known.losses.changed(
                    place, said("{attribute} {code}", attribute=attribute, code=name), said("every row is shown")
                )
            elif "{item}" in found:
                whole.append(found["{item}"])
            for code, condition in found.items():
                if code != "{item}":
                    single.setdefault(code, []).append(condition)
    return every(whole), {code: every(conditions) or "true" for code, conditions in single.items()}


def _filter(name: str, codes: list[str], known: Known, is_excluded: bool) -> dict[str, str]:
    """Conditions by code; one for ``{item}`` where it fits every row."""
    place, carried = known.places.get(name), known.carried.get(name)
    if place is None or carried is None:
        return {}
    origin = place.question
    theirs = {option.code for option in (origin.answers if origin.type in "L!O" else origin.rows())}
    theirs |= {OTHER} if origin.row.get("other") == "Y" else set()
    shared = [code for code in codes if code in theirs]

    def written_for(item: Expression, code: str) -> str:
        if origin.type in "MP":
            chosen: Expression = Binary("contains", Name(carried.name), item)
        elif origin.type in "L!O":
            chosen = Binary("=", Name(carried.name), item)
        else:
            chosen = Unary("notempty", Name(f"{carried.name}.{carried.rows.get(code, code)}"))
        return written(Unary("not", chosen) if is_excluded else chosen)

    if len(shared) == len(codes) and origin.type in "MPL!O":
        return {"{item}": written_for(Name("item"), "")}
    return {code: written_for(Constant(carried.choices.get(code, code)), code) for code in shared}
