"""LimeSurvey surveys come over with relevance, filters, tailored texts, quotas and translations."""

from __future__ import annotations

import pytest

from regard.surveys.arranging import arrange
from regard.surveys.flow import path
from regard.surveys.model import Boolean, Checkbox, Matrix, RadioGroup, find_question, questions_of
from regard.surveys.moving import check_equivalence, read_survey
from regard.surveys.moving.limesurvey.manager import read
from regard.surveys.moving.moved import Moved
from regard.surveys.offering import shown_choices
from tests.surveys.moving.making import lss

AB = {"a": "Apples", "b": "Pears"}
ROWS = {"SQ1": "Speed", "SQ2": "Staff"}


def same(given: bytes) -> Moved:
    """The moved survey, which asks the same on every way."""
    moved = read_survey(given)
    found = check_equivalence(moved)
    assert found.is_equal, [(str(each), each.answers) for each in found.differences]
    return moved


def test_every_type_of_question_is_carried_or_listed() -> None:
    types = "5DGYXRLO!MP1QK;:STUNABCEFHI|*"
    questions = [
        {
            "type": kind,
            "title": f"Q{number}",
            "subs": {**ROWS, "#C1": "Column"} if kind in ";:" else ROWS if kind in "MP1QKABCEFH" else {},
            "answers": AB,
        }
        for number, kind in enumerate(types)
    ]
    moved = read_survey(lss(*questions))
    kinds = {type(question).__name__ for question in questions_of(moved.questionnaire)}
    assert kinds == {
        "Rating", "TextLine", "RadioGroup", "Boolean", "Html", "Ranking", "Dropdown", "Checkbox", "Matrix", "MultipleText", "Comment", "File",
    }  # fmt: skip
    here = {key.split("#")[0].split("_")[0] for key in moved.carried}
    told = {loss.place for loss in moved.losses}
    assert {question["title"] for question in questions} <= here | told


@pytest.mark.parametrize(
    ("relevance", "shown", "hidden"),
    [
        ('Q1.NAOK == "a"', {"Q1": "a"}, {"Q1": "b"}),
        ('Q1 ne "a"', {"Q1": "b"}, {"Q1": "a"}),
        ("!is_empty(Q2)", {"Q2": 3}, {}),
        ("Q2.NAOK >= 5 && Q2.NAOK lt 8", {"Q2": 6}, {"Q2": 9}),
        ('Q3_SQ1.NAOK == "Y"', {"Q3": ["SQ1"]}, {"Q3": ["SQ2"]}),
        ('Q3_SQ1.NAOK == "" and Q1.NAOK == "a"', {"Q1": "a"}, {"Q1": "a", "Q3": ["SQ1"]}),
        ("count(that.Q3.NAOK) > 1", {"Q3": ["SQ1", "SQ2"]}, {"Q3": ["SQ1"]}),
        ("count(Q3_SQ1, Q3_SQ2) == 1", {"Q3": ["SQ2"]}, {}),
        ('Q4.NAOK == "Y"', {"Q4": True}, {"Q4": False}),
        ('Q5_SQ2.NAOK > "3"', {"Q5": {"SQ2": 4}}, {"Q5": {"SQ2": 2}}),
        ("sum(Q5_SQ1, Q5_SQ2) >= 9", {"Q5": {"SQ1": 5, "SQ2": 4}}, {"Q5": {"SQ1": 5, "SQ2": 1}}),
        ('if(Q1=="a", Q2, 0) > 4', {"Q1": "a", "Q2": 5}, {"Q1": "b", "Q2": 5}),
        ('((9X1X1.NAOK == "b"))', {"Q1": "b"}, {"Q1": "a"}),
        ('((9X1X3SQ2.NAOK == "Y")) or ((9X1X1.NAOK == "b"))', {"Q3": ["SQ2"]}, {"Q3": ["SQ1"]}),
        ("Q2.NAOK * 2 - 1 == 9", {"Q2": 5}, {"Q2": 4}),
    ],
)
def test_relevance_means_the_same(relevance: str, shown: dict, hidden: dict) -> None:
    questions = [
        {"type": "L", "title": "Q1", "answers": AB}, {"type": "N", "title": "Q2"}, {"type": "M", "title": "Q3", "subs": ROWS},
        {"type": "Y", "title": "Q4"}, {"type": "A", "title": "Q5", "subs": ROWS}, {"type": "T", "title": "Q6", "relevance": relevance},
    ]  # fmt: skip
    moved = same(lss(*questions))
    assert not moved.losses
    assert "Q6" in path(moved.questionnaire, shown).names
    assert "Q6" not in path(moved.questionnaire, hidden).names


def test_a_variable_that_is_not_relevant_makes_the_expression_false_unless_it_may_be() -> None:
    questions = [
        {"type": "Y", "title": "Q1"},
        {"type": "L", "title": "Q2", "answers": AB, "relevance": 'Q1 == "Y"'},
        {"type": "T", "title": "Q3", "relevance": 'Q2 != "a"'},
        {"type": "T", "title": "Q4", "relevance": 'Q2.NAOK != "a"'},
    ]
    moved = same(lss(*questions))
    assert path(moved.questionnaire, {"Q1": False}).names == ["Q1", "Q4"]
    assert path(moved.questionnaire, {"Q1": True}).names == ["Q1", "Q2", "Q3", "Q4"]


def test_groups_have_relevance_and_random_order() -> None:
    groups = [
        {"gid": "1"},
        {"gid": "2", "randomization_group": "r"},
        {"gid": "3", "randomization_group": "r", "grelevance": 'Q1 == "Y"'},
    ]
    questions = [
        {"type": "Y", "title": "Q1"},
        {"type": "T", "title": "Q2", "gid": "2"},
        {"type": "T", "title": "Q3", "gid": "3"},
    ]
    moved = same(lss(*questions, groups=groups))
    seen = {
        "".join(path(moved.questionnaire, {"Q1": True}, None, arrange(moved.questionnaire, seed)).names)
        for seed in range(20)
    }
    assert seen == {"Q1Q2Q3", "Q1Q3Q2"}
    assert path(moved.questionnaire, {"Q1": False}).names == ["Q1", "Q2"]


def test_array_filters_show_only_what_was_chosen() -> None:
    questions = [
        {"type": "M", "title": "Q1", "subs": ROWS},
        {"type": "F", "title": "Q2", "subs": ROWS, "answers": AB, "attributes": {"array_filter": "Q1"}},
        {"type": "M", "title": "Q3", "subs": ROWS, "attributes": {"array_filter_exclude": "Q1"}},
        {"type": "L", "title": "Q4", "answers": ROWS | {"SQ3": "All"}, "attributes": {"array_filter": "Q1"}},
    ]
    moved = same(lss(*questions))
    way = path(moved.questionnaire, {"Q1": ["SQ1", "SQ2"]})
    assert way.names == ["Q1", "Q2", "Q4"]
    assert path(moved.questionnaire, {}).names == ["Q1", "Q3", "Q4"]
    last = find_question(moved.questionnaire, "Q4")
    assert isinstance(last, RadioGroup)
    assert [item.value for item in shown_choices(last, {"Q1": ["SQ2"]})] == ["SQ2", "SQ3"]


def test_tailored_texts_are_pipes_or_calculated() -> None:
    words = "{Q1.shown}, {TOKEN:FIRSTNAME}: {if(Q2 > 5, 'many', 'few')} { not this }"
    moved = read_survey(
        lss(
            {"type": "L", "title": "Q1", "answers": AB},
            {"type": "N", "title": "Q2"},
            {"type": "T", "title": "Q3", "en": words},
        )
    )
    calculated = moved.questionnaire.calculated_values[0]
    assert (
        find_question(moved.questionnaire, "Q3").title
        == f"{{Q1}}, {{profile.first_name}}: {{{calculated.name}}} {{ not this }}"
    )
    assert calculated.expression == "iif({Q2} > 5, 'many', 'few')"


def test_equations_are_calculated_values_that_conditions_may_ask_for() -> None:
    questions = [
        {"type": "N", "title": "Q1"},
        {"type": "*", "title": "EQ", "en": "{Q1 * 2}"},
        {"type": "T", "title": "Q2", "relevance": "EQ > 8"},
    ]
    moved = same(lss(*questions))
    assert path(moved.questionnaire, {"Q1": 5}).names == ["Q1", "Q2"]


def test_what_an_expression_cannot_say_here_is_listed_and_shows() -> None:
    moved = read_survey(
        lss({"type": "S", "title": "Q1"}, {"type": "T", "title": "Q2", "relevance": 'regexMatch("/^a/", Q1)'})
    )
    assert path(moved.questionnaire, {"Q1": "b"}).names == ["Q1", "Q2"]
    assert [loss.severity for loss in moved.losses if loss.place == "Q2"] == ["changed"]


def test_attributes_make_limits_exclusive_choices_and_random_order() -> None:
    attributes = {"exclude_all_others": "SQ2", "max_answers": "2", "random_order": "1", "min_answers": "1"}
    regex = {"em_validation_q": 'regexMatch("/^[0-9]{3}$/", this)', "em_validation_q_tip": "Three digits"}
    moved = read_survey(
        lss(
            {"type": "M", "title": "Q1", "subs": ROWS, "attributes": attributes, "mandatory": "Y"},
            {"type": "S", "title": "Q2", "attributes": regex},
        )
    )
    question = find_question(moved.questionnaire, "Q1")
    assert isinstance(question, Checkbox)
    assert question.is_required
    assert (question.min_selected_choices, question.max_selected_choices, question.choices_order) == (1, 2, "random")
    assert [item.is_exclusive for item in question.choices] == [False, True]
    assert find_question(moved.questionnaire, "Q2").validators[0].regex == "^[0-9]{3}$"


def test_languages_are_read_in_the_new_layout_and_in_the_old() -> None:
    moved = read_survey(lss({"type": "Y", "title": "Q1", "en": "How?", "pl": "Jak?"}, languages="pl"))
    assert find_question(moved.questionnaire, "Q1").title == {"default": "How?", "pl": "Jak?"}
    assert moved.questionnaire.title == {"default": "Visit en", "pl": "Visit pl"}
    row = "<row><qid>1</qid><parent_qid>0</parent_qid><gid>1</gid><type>Y</type><title>Q1</title><question>{}</question><language>{}</language></row>"
    old = f"""<document><LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>132</DBVersion>
      <groups><rows><row><gid>1</gid><group_name>One</group_name><language>en</language></row></rows></groups>
      <questions><rows>{row.format("How?", "en")}{row.format("Jak?", "pl")}</rows></questions>
      <surveys><rows><row><sid>1</sid><language>en</language><additional_languages>pl</additional_languages></row></rows></surveys></document>"""
    moved = read_survey(old.encode())
    assert isinstance(find_question(moved.questionnaire, "Q1"), Boolean)
    assert find_question(moved.questionnaire, "Q1").title == {"default": "How?", "pl": "Jak?"}


def test_conditions_from_before_expressions_are_read() -> None:
    rows = """<conditions><rows><row><qid>2</qid><cqid>1</cqid><cfieldname>9X1X1</cfieldname><method>==</method><value>a</value><scenario>1</scenario></row>
      </rows></conditions>"""
    moved = same(
        lss({"type": "L", "title": "Q1", "answers": AB}, {"type": "T", "title": "Q2", "relevance": ""}, more=rows)
    )
    assert path(moved.questionnaire, {"Q1": "b"}).names == ["Q1"]


def test_quotas_join_their_members() -> None:
    more = """<quota><rows><row><id>1</id><name>Men who like apples</name><qlimit>10</qlimit><action>1</action><active>1</active></row></rows></quota>
      <quota_members><rows><row><quota_id>1</quota_id><qid>1</qid><code>a</code></row><row><quota_id>1</quota_id><qid>2</qid><code>M</code></row>
      <row><quota_id>1</quota_id><qid>3</qid><code>SQ1</code></row></rows></quota_members>
      <quota_languagesettings><rows><row><quotals_quota_id>1</quotals_quota_id><quotals_language>en</quotals_language><quotals_message>Full</quotals_message>
      </row></rows></quota_languagesettings>"""
    questions = [
        {"type": "L", "title": "Q1", "answers": AB},
        {"type": "G", "title": "Q2"},
        {"type": "M", "title": "Q3", "subs": ROWS},
    ]
    moved = read_survey(lss(*questions, more=more))
    quota = moved.questionnaire.quotas[0]
    assert (quota.expression, quota.limit, quota.text) == (
        "{Q1} = 'a' and {Q2} = 'M' and {Q3} contains 'SQ1'",
        10,
        "Full",
    )


def test_a_dual_array_and_a_list_with_comment_become_two_questions() -> None:
    moved = read_survey(
        lss({"type": "1", "title": "Q1", "subs": ROWS, "answers": AB}, {"type": "O", "title": "Q2", "answers": AB})
    )
    names = [question.name for question in questions_of(moved.questionnaire)]
    assert names == ["Q1_1", "Q1_2", "Q2", "Q2_comment"]
    assert isinstance(find_question(moved.questionnaire, "Q1_1"), Matrix)


def test_the_expression_language_is_read_with_its_words_and_precedence() -> None:
    assert read("a eq 1 and b ne 2 or c") == read("(a == 1 && b != 2) || c")
    assert read("!is_empty(x)") == read("! is_empty( x )")
    assert read('"it\\"s"').value == 'it"s'  # type: ignore[union-attr]
