"""Every field of every kind of question can be changed on its page, and nothing is lost that the page does not show."""

from __future__ import annotations

from typing import get_args

import pytest
from django.test import Client
from msgspec.structs import fields

from regard.surveys import find_question, model, read_questionnaire
from regard.surveys.builder.fields import shape_of
from regard.surveys.builder.forms import PageForm, SettingsForm
from regard.surveys.builder.logic_forms import FORMS, GroupForm, QuotaForm, ValueForm, WayForm
from regard.surveys.builder.part_form import PartForm
from regard.surveys.builder.row_forms import LineForm, RuleForm, SpecialForm
from regard.surveys.builder.site import make_survey
from regard.surveys.editing import KINDS, add_question, get_question
from regard.surveys.model import Choice, Page, Questionnaire

SCORE = {
    "edition": "0",
    "do": "keep",
    "title": "How good was it?",
    "rate_min": "1",
    "rate_max": "7",
    "rate_type": "stars",
    "orientation": "higher",
    "name": "score",
    "visible_if-how": "rows",
}
AGAIN = {
    "edition": "0",
    "do": "keep",
    "title": "Again?",
    "choices": "yes\nno | Never\nperhaps\n3",
    "choices_order": "random",
    "name": "again",
    "visible_if-how": "rows",
}


def test_what_is_written_is_kept(analyst: Client, at, draft) -> None:
    answer = analyst.post(at + "question/score/", {**SCORE, "is_required": "on", "metric": "csat"})
    assert answer.url == at + "#at-score"
    kept = find_question(draft(), "score")
    assert (kept.title, kept.rate_max, kept.rate_type, kept.is_required, kept.metric) == (
        "How good was it?", 7, "stars", True, "csat",
    )  # fmt: skip
    assert kept.min_rate_description is None


def test_choices_keep_their_value_and_their_translations(analyst, at, draft) -> None:
    analyst.post(at + "question/again/", AGAIN)
    yes, no, perhaps, three = find_question(draft(), "again").choices
    assert (yes, perhaps, three) == ("yes", "perhaps", 3)
    assert (no.value, no.text) == ("no", {"default": "Never", "pl": "Nie"})


def test_a_line_without_a_value_is_its_words_and_an_empty_one_is_none(analyst, at, draft) -> None:
    analyst.post(at + "question/again/", {**AGAIN, "choices": "|\n | Perhaps\nyes |\n\n"})
    assert find_question(draft(), "again").choices == [Choice(value="Perhaps", text="Perhaps"), "yes"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_any_kind_that_is_kept_unchanged_is_the_same(kind) -> None:
    survey, name = add_question(Questionnaire(pages=[Page(name="p")]), "p", kind)
    before = get_question(survey, name)
    drawn = PartForm(None, part=before, own="en")
    sent = {one.html_name: one.value() for one in drawn if one.value() is not None and one.value() is not False}
    again = PartForm(sent, part=before, own="en")
    assert again.is_valid(), again.errors
    assert again.made() == before


def test_renaming_a_question_renames_it_where_it_is_spoken_of(analyst, at, draft) -> None:
    analyst.post(at + "question/score/", {**SCORE, "name": "rating"})
    why = find_question(draft(), "why")
    assert (why.visible_if, why.title) == ("{rating} < 3", "Why {rating}?")


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(analyst, at, draft) -> None:
    answer = analyst.post(at + "question/score/", {**SCORE, "name": "again"})
    assert answer.status_code == 422
    assert "How good was it?" in answer.content.decode()
    assert find_question(draft(), "score").title == "How was it?"


def test_a_condition_is_chosen_in_rows(analyst, at, draft) -> None:
    rows = {
        "visible_if-name": ["score", "again", ""],
        "visible_if-comparison": ["<=", "anyof", "="],
        "visible_if-value": ["2", "yes, no", ""],
    }
    sent = {"edition": "0", "do": "keep", "title": "Why?", "rows": "4", "name": "why", "visible_if-how": "rows"}
    analyst.post(at + "question/why/", {**sent, "visible_if-match": "any", **rows})
    assert find_question(draft(), "why").visible_if == "{score} <= 2 or {again} anyof ['yes', 'no']"


def test_a_condition_that_rows_cannot_say_is_shown_as_text(analyst, workspace) -> None:
    condition = "{a} = 1 and ({a} = 2 or {a} = 3)"
    pages = [
        {
            "name": "p",
            "elements": [{"type": "comment", "name": "a"}, {"type": "comment", "name": "b", "visibleIf": condition}],
        }
    ]
    made = make_survey(workspace, read_questionnaire({"title": "T", "pages": pages}))
    page = analyst.get(f"/w/harbour/surveys/{made.key}/question/b/").content.decode()
    assert f'spellcheck="false">{condition}</textarea>' in page


def test_another_row_is_added_and_nothing_is_kept_yet(analyst, at, draft) -> None:
    sent = {"edition": "0", "do": "more", "title": "New words", "rows": "4", "name": "why", "visible_if-how": "rows"}
    page = analyst.post(
        at + "question/why/",
        {**sent, "visible_if-name": "score", "visible_if-comparison": "=", "visible_if-value": "1"},
    )
    assert page.content.decode().count('name="visible_if-value"') == 2
    assert "New words" in page.content.decode()
    assert find_question(draft(), "why").title == "Why {score}?"


def test_the_kind_is_changed_and_what_both_kinds_have_stays(analyst, at, draft) -> None:
    analyst.post(at + "question/again/", {"do": "kind", "kind": "checkbox", "edition": "0"})
    kept = find_question(draft(), "again")
    assert (kept.__struct_config__.tag, kept.title, len(kept.choices)) == ("checkbox", "Again?", 2)


def test_what_two_people_typed_is_lost_for_neither(analyst, at, draft) -> None:
    analyst.post(at + "question/score/", SCORE)
    late = analyst.post(at + "question/score/", {**SCORE, "title": "How bad was it?"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "How bad was it?" in page
    assert "How good was it?" in page
    assert "<pre" not in page, "what differs is told in words"
    assert find_question(draft(), "score").title == "How good was it?"
    analyst.post(at + "question/score/", {**SCORE, "title": "How bad was it?", "edition": "1"})
    assert find_question(draft(), "score").title == "How bad was it?"


def test_words_for_a_question_that_was_removed_meanwhile_are_still_shown(analyst, at) -> None:
    analyst.post(at, {"do": "remove score", "edition": "0"})
    late = analyst.post(at + "question/score/", SCORE)
    assert late.status_code == 409
    assert "How good was it?" in late.content.decode()
    assert analyst.get(at + "question/score/").status_code == 404


def test_the_preview_shows_what_is_typed_and_keeps_nothing(analyst, at, draft) -> None:
    shown = analyst.post(at + "question-preview/score/", {**SCORE, "title": "Not kept"})
    assert "Not kept" in shown.content.decode()
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert find_question(draft(), "score").title == "How was it?"


def test_a_page_is_changed(analyst, at, draft) -> None:
    sent = {
        "edition": "0",
        "do": "keep",
        "title": "More",
        "questions_order": "random",
        "name": "more",
        "visible_if-how": "rows",
    }
    analyst.post(
        at + "page/second/", {**sent, "visible_if-name": "score", "visible_if-comparison": "<", "visible_if-value": "5"}
    )
    page = draft().pages[1]
    assert (page.name, page.title, page.questions_order, page.visible_if) == ("more", "More", "random", "{score} < 5")


def test_settings_belong_to_the_draft_and_to_the_survey(analyst, small, at, draft) -> None:
    sent = {"edition": "0", "name": "Ours", "title": "Theirs", "locale": "en", "allow_back": "on", "touchpoint": "shop"}
    analyst.post(at + "settings/", sent)
    kept = draft()
    assert (kept.title, kept.show_progress_bar, kept.touchpoint) == ("Theirs", False, "shop")
    assert (small.name, small.is_once_each) == ("Ours", False)


def test_a_survey_in_another_language_has_its_words_as_its_own(analyst, at, draft) -> None:
    sent = {"edition": "0", "name": "Ours", "title": "How was it?", "locale": "PL"}
    assert analyst.post(at + "settings/", sent).status_code == 302
    kept = draft()
    assert (kept.locale, find_question(kept, "again").choices[1].text) == ("pl", {"default": "Nie", "en": "No"})
    assert analyst.post(at + "settings/", {**sent, "edition": "1", "locale": "Polish!"}).status_code == 422


def test_the_words_of_the_pages_are_written_in_the_settings_and_translated_like_any_text(analyst, at, draft) -> None:
    sent = {"edition": "0", "name": "Ours", "title": "Theirs", "locale": "uk", "page_next_text": "Далі"}
    analyst.post(at + "settings/", sent)
    assert draft().page_next_text == "Далі"
    assert 'placeholder="Next"' in analyst.get(at + "settings/").content.decode()
    assert "Далі" in analyst.get(at + "languages/ar/").content.decode()


def rows(prefix: str, *said: tuple[str, str, str], match: str = "all") -> dict[str, object]:
    """A condition as its form sends it."""
    names, comparisons, values = zip(*said, strict=True) if said else ((), (), ())
    sent = {"how": "rows", "match": match, "name": names, "comparison": comparisons, "value": values}
    return {f"{prefix}-{part}": value for part, value in sent.items()}


WAY = {
    "edition": "0",
    "triggers-count": "2",
    "triggers0-what": "complete",
    "triggers0-text": "Bye",
    "triggers1-what": "skip",
    **rows("triggers0-expression", ("score", "=", "5"), ("again", "=", "no"), match="any"),
    **rows("triggers1-expression"),
}


def test_logic_is_chosen_in_rows(analyst, at, draft) -> None:
    assert analyst.post(at + "logic/", WAY).status_code == 302
    (way,) = draft().triggers
    assert (way.expression, way.text) == ("{score} = 5 or {again} = 'no'", "Bye")
    page = analyst.get(at + "logic/").content.decode()
    assert 'name="triggers0-expression-value" list="if-values" value="no"' in page


def test_logic_that_rows_cannot_say_is_written_as_text(analyst, at, draft) -> None:
    text = {"triggers0-expression-how": "text", "triggers0-expression-text": "{score} ="}
    wrong = analyst.post(at + "logic/", {**WAY, **text})
    assert wrong.status_code == 422
    assert "ends too early" in wrong.content.decode()
    said = "{score} = 1 and ({again} = 1 or {again} = 2)"
    analyst.post(at + "logic/", {**WAY, **text, "triggers0-expression-text": said})
    assert draft().triggers[0].expression == said
    assert f'spellcheck="false">{said}</textarea>' in analyst.get(at + "logic/").content.decode()


def test_rows_become_text_and_text_rows_when_a_button_says_so(analyst, at, draft) -> None:
    as_text = analyst.post(at + "logic/", {**WAY, "do": "as-text triggers0-expression"}).content.decode()
    assert 'spellcheck="false">{score} = 5 or {again} = &#x27;no&#x27;</textarea>' in as_text
    text = {"triggers0-expression-how": "text", "triggers0-expression-text": "{score} < 3"}
    page = analyst.post(at + "logic/", {**WAY, **text, "do": "as-rows triggers0-expression"}).content.decode()
    assert 'name="triggers0-expression-value" list="if-values" value="3"' in page
    assert draft().triggers == []


def test_another_way_is_added_and_what_was_typed_stays(analyst, at, draft) -> None:
    page = analyst.post(at + "logic/", {**WAY, "do": "row triggers"}).content.decode()
    assert 'name="triggers-count" value="3"' in page
    assert 'value="Bye"' in page
    assert "That is" not in page
    assert draft().triggers == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("", "=", "5"), "Say which answer is compared."),
        (("score", "=", ""), "Say what the answer is compared with."),
        (("score", "is like", "5"), "That is no comparison."),
    ],
)
def test_half_a_row_is_not_dropped_but_asked_about(analyst, at, draft, row, said) -> None:
    answer = analyst.post(at + "logic/", {**WAY, **rows("triggers0-expression", row)})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert draft().triggers == []


def test_a_condition_of_many_rows_loses_none(analyst, at, draft) -> None:
    many = [("score", "=", str(n)) for n in range(45)]
    analyst.post(at + "logic/", {**WAY, **rows("triggers0-expression", *many, match="any")})
    assert draft().triggers[0].expression.count("{score}") == 45
    analyst.post(at + "logic/", {**WAY, **rows("triggers0-expression", *many * 2), "edition": "1"})
    assert draft().triggers[0].expression.count("{score}") == 90


def test_quotas_values_and_random_pages_are_written_in_rows(analyst, at, draft) -> None:
    sent = {
        "edition": "0",
        "quotas-count": "1",
        "quotas0-limit": "50",
        "quotas0-text": "Full",
        **rows("quotas0-expression", ("score", "<=", "2")),
        "calculated_values-count": "1",
        "calculated_values0-name": "sum",
        "calculated_values0-expression": "{score} * 2",
        "random_groups-count": "1",
        "random_groups0-members": ["first", "second"],
        "random_groups0-take": "1",
        "random_groups0-is_balanced": "on",
        "random_groups0-blocks": "first, second",
    }
    assert analyst.post(at + "logic/", sent).status_code == 302
    kept = draft()
    assert (kept.quotas[0].name, kept.quotas[0].limit, kept.quotas[0].expression) == ("quota1", 50, "{score} <= 2")
    assert (kept.calculated_values[0].name, kept.calculated_values[0].expression) == ("sum", "{score} * 2")
    group = kept.random_groups[0]
    assert (group.pages, group.take, group.is_balanced) == (["first", "second"], 1, True)
    assert group.blocks == [["first", "second"]]
    analyst.post(at + "logic/", {**sent, "edition": "1", "random_groups0-blocks": "first\r second"})
    assert draft().random_groups[0].blocks == [["first"], ["second"]]
    wrong = analyst.post(at + "logic/", {**sent, "edition": "2", "random_groups0-blocks": "first, third"})
    assert "third is none of these pages." in wrong.content.decode()


def test_whoever_keeps_logic_second_sees_what_is_there_now(analyst, at, draft) -> None:
    analyst.post(at + "logic/", WAY)
    other = rows("triggers0-expression", ("score", "=", "1"))
    late = analyst.post(at + "logic/", {**WAY, **other, "triggers0-text": "Other words"})
    page = late.content.decode()
    assert late.status_code == 409
    assert ("What is there now" in page, "Bye" in page, "Other words" in page) == (True, True, True)
    assert draft().triggers[0].text == "Bye"


def test_translations_of_the_words_at_an_end_go_with_their_condition(analyst, workspace) -> None:
    ways = [
        {"type": "complete", "expression": f"{{a}} = {n}", "text": {"default": f"End {n}", "pl": f"Koniec {n}"}}
        for n in (1, 2)
    ]
    pages = [{"name": "p", "elements": [{"type": "comment", "name": "a"}]}]
    made = make_survey(workspace, read_questionnaire({"title": "T", "pages": pages, "triggers": ways}))
    sent = {"edition": "0", "triggers-count": "1", "triggers0-what": "complete", "triggers0-text": "End"}
    analyst.post(f"/w/harbour/surveys/{made.key}/logic/", {**sent, **rows("triggers0-expression", ("a", "=", "2"))})
    made = type(made).objects.get_of(workspace, made.key)
    assert made.draft["triggers"][0]["text"] == {"default": "End", "pl": "Koniec 2"}


def test_the_whole_as_json_is_judged_by_its_path(analyst, at, draft) -> None:
    wrong = analyst.post(
        at + "json/", {"edition": "0", "document": '{"pages": [{"name": "p", "elements": [{"type": "x"}]}]}'}
    )
    assert wrong.status_code == 422
    assert "pages[0].elements[0]" in wrong.content.decode()
    analyst.post(at + "json/", {"edition": "0", "document": '{"title": "New"}'})
    assert draft().title == "New"


WHY = {"edition": "0", "do": "stay", "title": "Why?", "rows": "4", "name": "why", "visible_if-how": "rows"}


def test_what_an_answer_must_satisfy_is_chosen(analyst, at, draft) -> None:
    sent = {
        **WHY,
        "validators-count": "4",
        "validators0-type": "text",
        "validators0-least": "5",
        "validators0-text": "A little more, please.",
        "validators1-type": "regex",
        "validators1-regex": "^[A-Z]{2}\\d{4}$",
        "validators2-type": "expression",
        **rows("validators2-expression", ("score", "<", "5")),
        "validators3-type": "",
    }
    assert analyst.post(at + "question/why/", sent).status_code == 302
    length, shape, condition = find_question(draft(), "why").validators
    assert (length.type, length.min_length, length.max_length, length.text) == (
        "text",
        5,
        None,
        "A little more, please.",
    )
    assert (shape.regex, condition.expression) == (r"^[A-Z]{2}\d{4}$", "{score} < 5")
    page = analyst.get(at + "question/why/").content.decode()
    assert 'value="A little more, please."' in page
    assert 'name="validators-count" value="4"' in page


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"type": "regex", "regex": "["}, "That is no pattern"),
        ({"type": "regex"}, "Write the pattern."),
        ({"type": "expression"}, "Say which condition."),
        ({"type": "numeric"}, "Say at least or at most how much."),
        ({"type": "numeric", "least": "5", "most": "2"}, "That is less than the least."),
        ({"type": "text", "least": "2.5"}, "A whole number, please."),
    ],
)
def test_a_rule_that_cannot_be_is_refused(analyst, at, draft, rule, said) -> None:
    sent = {**WHY, "validators-count": "1", **{f"validators0-{name}": value for name, value in rule.items()}}
    answer = analyst.post(at + "question/why/", sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert find_question(draft(), "why").validators == []


def test_what_is_special_about_one_choice_is_chosen(analyst, at, draft) -> None:
    analyst.post(at + "question/again/", {"do": "kind", "kind": "checkbox", "edition": "0"})
    sent = {
        **AGAIN,
        "edition": "1",
        "min_selected_choices": "0",
        "max_selected_choices": "0",
        "choices-count": "3",
        "choices0-value": "no",
        "choices0-is_exclusive": "on",
        "choices0-is_fixed": "on",
        "choices1-value": "3",
        **rows("choices1-visible_if", ("score", ">", "3")),
        "choices2-value": "",
    }
    assert analyst.post(at + "question/again/", sent).status_code == 302
    yes, no, perhaps, three = find_question(draft(), "again").choices
    assert (yes, perhaps) == ("yes", "perhaps")
    assert (no.is_exclusive, no.is_fixed, no.text) == (True, True, {"default": "Never", "pl": "Nie"})
    assert (three.value, three.visible_if, three.is_exclusive) == (3, "{score} > 3", False)
    analyst.post(at + "question/again/", {**sent, "edition": "2", "choices1-value": ""})
    assert find_question(draft(), "again").choices[3] == 3


def test_lines_have_kinds_and_limits(analyst, at, draft) -> None:
    analyst.post(at + "question/why/", {"do": "kind", "kind": "multipletext", "edition": "0"})
    sent = {
        **WHY,
        "edition": "1",
        "items": "line1 | Age\nmail",
        "items-count": "1",
        "items0-name": "line1",
        "items0-is_required": "on",
        "items0-input_type": "number",
        "items0-min": "18",
    }
    assert analyst.post(at + "question/why/", sent).status_code == 302
    age, mail = find_question(draft(), "why").items
    assert (age.title, age.is_required, age.input_type, age.min, age.max) == ("Age", True, "number", 18, None)
    assert (mail.name, mail.input_type) == ("mail", "text")


def test_a_page_that_was_removed_meanwhile_loses_no_words(analyst, at, draft) -> None:
    analyst.post(at, {"do": "page-remove second", "edition": "0"})
    sent = {"edition": "0", "do": "keep", "title": "My words", "questions_order": "initial", "name": "second"}
    late = analyst.post(at + "page/second/", sent)
    assert (late.status_code, "My words" in late.content.decode()) == (409, True)


@pytest.mark.parametrize("place", ["page/second/", "settings/"])
def test_whoever_keeps_second_sees_what_is_there_now(analyst, at, draft, place) -> None:
    sent = {"edition": "0", "do": "keep", "questions_order": "initial", "locale": "en", "visible_if-how": "rows"}
    sent["name"] = "second"
    analyst.post(at + place, {**sent, "title": "Theirs"})
    late = analyst.post(at + place, {**sent, "title": "Mine"})
    page = late.content.decode()
    assert (late.status_code, "Theirs" in page, "Mine" in page) == (409, True, True)


def documented() -> set[tuple[str, str]]:
    """Every field of every part of a questionnaire, by the part's name."""
    parts = [model.Questionnaire, model.Page, *get_args(model.Question), *PARTS_OF_PARTS]
    return {(part.__name__, one.name) for part in parts for one in fields(part)}


PARTS_OF_PARTS = (
    model.Choice, model.Line, model.Validator, model.Complete, model.Skip, model.CalculatedValue, model.Quota,
    model.RandomGroup,
)  # fmt: skip


def test_nothing_that_is_documented_needs_json() -> None:
    kinds = {kind.__name__: str(kind.__struct_config__.tag) for kind in get_args(model.Question)}
    rules = {"min_value", "max_value", "min_length", "max_length", "min_count", "max_count"}  # "least" and "most"
    offered = {
        "Questionnaire": {*SettingsForm.base_fields, *SettingsForm.OWN, "pages", *FORMS},
        "Page": {*PageForm.base_fields, "elements"},
        "Choice": {*SpecialForm.base_fields, "text"},  # words stand beside the value
        "Line": {*LineForm.base_fields, "title"},
        "Validator": {*RuleForm.base_fields, *rules},
        "Complete": {*WayForm.base_fields, "is_screen_out"},
        "Skip": set(WayForm.base_fields),
        "CalculatedValue": set(ValueForm.base_fields),
        "Quota": set(QuotaForm.base_fields),
        "RandomGroup": {*GroupForm.base_fields, "pages"},
    }
    missing = {
        (part, name)
        for part, name in documented()
        if name not in offered.get(part, {"validators"}) and not (part in kinds and shape_of(kinds[part], name))
    }
    assert missing == set()


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '"text"',
        "null",
        '{"pages": [{"name": "p", "elements": [{"type": "text", "name": "q", "step": NaN}]}]}',
        '{"title": "a\\u0000"}',
        '{"title": "\\ud800"}',
        '{"pages": [{"name": ""}]}',
        '{"pages": [{"name": "p", "elements": [{"type": "comment", "name": "a/../b"}]}]}',
    ],
)
def test_a_document_that_cannot_be_kept_is_refused(analyst, at, draft, document) -> None:
    assert analyst.post(at + "json/", {"edition": "0", "document": document}).status_code == 422
    assert draft().title == "How was it?"


def test_a_question_may_be_written_as_json(analyst, at, draft) -> None:
    place = at + "question/why/?as=json"
    assert b"visibleIf" in analyst.get(place).content
    checked = '{"type": "comment", "name": "why", "validators": [{"type": "text", "minLength": 5}]}'
    assert analyst.post(place, {"edition": "0", "document": checked}).url == at + "question/why/"
    assert find_question(draft(), "why").validators[0].min_length == 5
    wrong = analyst.post(place, {"edition": "1", "document": '{"type": "comment", "name": "why", "choice": []}'})
    assert (wrong.status_code, b"choice" in wrong.content) == (422, True)
    two = analyst.post(place, {"edition": "1", "document": f"{checked}, {checked}"})
    assert (two.status_code, b"Write one question." in two.content) == (422, True)


def test_who_writes_json_second_sees_what_is_there_now(analyst, at, draft) -> None:
    analyst.post(at + "json/", {"edition": "0", "document": '{"title": "First"}'})
    late = analyst.post(at + "json/", {"edition": "0", "document": '{"title": "Second"}'})
    assert late.status_code == 409
    assert (b"First" in late.content, b"Second" in late.content, draft().title) == (True, True, "First")
