"""Every field of every kind of question can be changed on its page, and nothing is lost that the page does not show."""

from __future__ import annotations

import pytest
from django.test import Client

from regard.surveys import find_question, read_questionnaire
from regard.surveys.builder.forms import PartForm
from regard.surveys.builder.site import make_survey
from regard.surveys.editing import KINDS, add_question, get_question
from regard.surveys.model import Page, Questionnaire

SCORE = {
    "edition": "0",
    "do": "keep",
    "title": "How good was it?",
    "rate_min": "1",
    "rate_max": "7",
    "rate_type": "stars",
    "orientation": "higher",
    "name": "score",
    "if-how": "rows",
}
AGAIN = {
    "edition": "0",
    "do": "keep",
    "title": "Again?",
    "choices": "yes\nno | Never\nperhaps\n3",
    "choices_order": "random",
    "name": "again",
    "if-how": "rows",
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
    rows = {"if-name": ["score", "again", ""], "if-comparison": ["<=", "anyof", "="], "if-value": ["2", "yes, no", ""]}
    sent = {"edition": "0", "do": "keep", "title": "Why?", "rows": "4", "name": "why", "if-how": "rows"}
    analyst.post(at + "question/why/", {**sent, "if-match": "any", **rows})
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
    sent = {"edition": "0", "do": "more", "title": "New words", "rows": "4", "name": "why", "if-how": "rows"}
    page = analyst.post(at + "question/why/", {**sent, "if-name": "score", "if-comparison": "=", "if-value": "1"})
    assert page.content.decode().count('name="if-value"') == 2
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
        "if-how": "rows",
    }
    analyst.post(at + "page/second/", {**sent, "if-name": "score", "if-comparison": "<", "if-value": "5"})
    page = draft().pages[1]
    assert (page.name, page.title, page.questions_order, page.visible_if) == ("more", "More", "random", "{score} < 5")


def test_settings_belong_to_the_draft_and_to_the_survey(analyst, small, at, draft) -> None:
    sent = {"edition": "0", "name": "Ours", "title": "Theirs", "locale": "en", "allow_back": "on", "touchpoint": "shop"}
    analyst.post(at + "settings/", sent)
    kept = draft()
    assert (kept.title, kept.show_progress_bar, kept.touchpoint) == ("Theirs", False, "shop")
    assert (small.name, small.is_once_each) == ("Ours", False)


def test_logic_is_written_in_rows(analyst, at, draft) -> None:
    empty = {f"{kind}-count": "0" for kind in ("quota", "value", "group")}
    way = {
        "way-count": "2",
        "way0-expression": "{score} = 5",
        "way0-what": "complete",
        "way0-text": "Bye",
        "way1-what": "skip",
    }
    assert analyst.post(at + "logic/", {"edition": "0", **empty, **way}).status_code == 302
    assert (draft().triggers[0].expression, draft().triggers[0].text, len(draft().triggers)) == (
        "{score} = 5",
        "Bye",
        1,
    )
    wrong = analyst.post(at + "logic/", {"edition": "1", **empty, **way, "way0-expression": "{score} ="})
    assert wrong.status_code == 422
    assert "ends too early" in wrong.content.decode()


def test_the_whole_as_json_is_judged_by_its_path(analyst, at, draft) -> None:
    wrong = analyst.post(
        at + "json/", {"edition": "0", "document": '{"pages": [{"name": "p", "elements": [{"type": "x"}]}]}'}
    )
    assert wrong.status_code == 422
    assert "pages[0].elements[0]" in wrong.content.decode()
    analyst.post(at + "json/", {"edition": "0", "document": '{"title": "New"}'})
    assert draft().title == "New"


def test_what_the_form_does_not_offer_is_written_as_json(analyst, at, draft) -> None:
    place = at + "question/why/?as=json"
    assert b"visibleIf" in analyst.get(place).content
    checked = '{"type": "comment", "name": "why", "validators": [{"type": "text", "minLength": 5}]}'
    assert analyst.post(place, {"edition": "0", "document": checked}).url == at + "question/why/"
    assert find_question(draft(), "why").validators[0].min_length == 5
    wrong = analyst.post(place, {"edition": "1", "document": '{"type": "comment", "name": "why", "choice": []}'})
    assert (wrong.status_code, b"choice" in wrong.content) == (422, True)


def test_who_writes_json_second_sees_what_is_there_now(analyst, at, draft) -> None:
    analyst.post(at + "json/", {"edition": "0", "document": '{"title": "First"}'})
    late = analyst.post(at + "json/", {"edition": "0", "document": '{"title": "Second"}'})
    assert late.status_code == 409
    assert (b"First" in late.content, b"Second" in late.content, draft().title) == (True, True, "First")
