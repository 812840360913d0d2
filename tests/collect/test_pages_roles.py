"""What columns are for, read from a mapping and written back: a form changes what somebody changed, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from regard.base import Invalid
from regard.collect import parse_mapping
from regard.collect.roles import Part, parts_of, with_parts
from regard.collect.writing import toml

MAPPINGS = sorted((Path(__file__).parents[2] / "src" / "regard" / "demo" / "mappings").glob("*.toml"))
SURVEY = {
    "source": "s",
    "time": "at",
    "customer": "who",
    "questions": [
        {"column": "a", "metric": "csat", "scale": [1, 5], "text": "words"},
        {"column": "b", "metric": "nps", "scale": [0, 10]},
    ],
}


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_every_mapping_of_ours_is_written_as_it_was_read(path: Path) -> None:
    document = tomllib.loads(path.read_text("utf-8"))
    assert tomllib.loads(toml(document)) == document
    assert with_parts(document, parts_of(document)) == document


@pytest.mark.parametrize("text", ['quote " and \\ slash', "tab\tand\nline", "żółć 客户", "\x7f"])
def test_strange_texts_survive_writing(text: str) -> None:
    document = {"source": text, "every": {"properties": {text: {"constant": text, "map": {text: "x"}}}}}
    assert tomllib.loads(toml(document)) == document


def test_the_comment_stays_when_its_question_goes() -> None:
    document = with_parts(SURVEY, {"a": Part("ignore"), "words": Part("text")})
    assert document["questions"] == [{"column": "b", "metric": "nps", "scale": [0, 10], "text": "words"}]


def test_a_changed_scale_keeps_what_the_question_says_besides() -> None:
    wide = {
        **SURVEY,
        "questions": [{"columns": {"a": "Food", "b": "Shops"}, "metric": "csat", "scale": [1, 5], "weight": "w"}],
    }
    document = with_parts(wide, {"a": Part("csat", (1.0, 7.0), ("9",), "Food")})
    changed, rest = document["questions"]
    assert changed == {
        "column": "a",
        "metric": "csat",
        "scale": [1, 7],
        "missing": ["9"],
        "weight": "w",
        "touchpoint": {"constant": "Food"},
    }
    assert rest["columns"] == {"b": "Shops"}
    parse_mapping(toml(document))


def test_two_columns_for_one_place_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="'x' and 'y' cannot both be channel"):
        with_parts({**SURVEY, "every": {"channel": "x"}}, {"y": Part("channel")})


def test_rows_of_nothing_known_become_answers_once_a_column_is_a_score() -> None:
    plain = {"source": "s", "time": "at", "customer": "who", "interactions": [{"name": "Row Recorded"}]}
    document = with_parts(plain, {"a": Part("nps", (0.0, 10.0))})
    assert "interactions" not in document
    assert with_parts(document, {"a": Part("ignore")})["interactions"] == [{"name": "Row Recorded"}]
