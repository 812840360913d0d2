"""Pages and questions come, go and move by buttons; two people who do so at once lose nothing."""

from __future__ import annotations

import pytest

from regard.surveys import read_questionnaire
from regard.surveys.builder.site import make_survey
from regard.surveys.editing import remove_question, replace_question
from regard.surveys.model import Comment, Page, Questionnaire
from regard.surveys.models import Survey


def order(questionnaire) -> dict[str, list[str]]:
    return {page.name: [one.name for one in page.elements] for page in questionnaire.pages}


START = {"first": ["score", "again"], "second": ["why"]}


@pytest.mark.parametrize(
    ("do", "after"),
    [
        ("down score", {"first": ["again", "score"], "second": ["why"]}),
        ("down again", {"first": ["score"], "second": ["again", "why"]}),
        ("up why", {"first": ["score", "again", "why"], "second": []}),
        ("up score", START),
        ("copy score", {"first": ["score", "question1", "again"], "second": ["why"]}),
        ("remove again", {"first": ["score"], "second": ["why"]}),
        ("page-down first", {"second": ["why"], "first": ["score", "again"]}),
        ("page-remove first", {"second": ["why"]}),
        ("page-add", {**START, "page1": []}),
        ("page-copy second", {**START, "page1": ["question1"]}),
    ],
)
def test_a_button_changes_the_outline(analyst, at, draft, do, after) -> None:
    answer = analyst.post(at, {"do": do, "edition": "0"})
    assert answer.status_code == 302
    assert order(draft()) == after
    assert list(order(draft())) == list(after)


def test_a_dragged_question_lands_before_another_one(analyst, at, draft) -> None:
    analyst.post(at, {"do": "move", "edition": "0", "what": "why", "to-page": "first", "before": "again"})
    assert order(draft()) == {"first": ["score", "why", "again"], "second": []}


def test_a_new_question_is_opened_at_once(analyst, at, draft) -> None:
    answer = analyst.post(at, {"do": "add second", "kind second": "ranking", "edition": "0"})
    assert answer.url == at + "question/question1/"
    assert order(draft())["second"] == ["why", "question1"]


def test_where_something_went_is_said_to_those_who_do_not_see_it(analyst, at) -> None:
    page = analyst.post(at, {"do": "down score", "edition": "0"}, headers={"HX-Request": "true"}).content.decode()
    assert 'role="status">How was it?: page 1, place 2.' in page


def test_who_comes_second_is_told_and_overwrites_nothing(analyst, at, draft) -> None:
    analyst.post(at, {"do": "remove again", "edition": "0"})
    late = analyst.post(at, {"do": "remove score", "edition": "0"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "somebody else has changed this survey" in page
    assert 'name="edition" value="1"' in page
    assert order(draft()) == {"first": ["score"], "second": ["why"]}


@pytest.mark.parametrize("do", ["remove score", "page-remove first"])
def test_what_was_removed_can_be_brought_back(analyst, at, draft, do) -> None:
    page = analyst.post(at, {"do": do, "edition": "0"}, follow=True).content.decode()
    assert 'value="bring-back"' in page
    analyst.post(at, {"do": "bring-back", "edition": "1"})
    assert order(draft()) == START
    assert 'value="bring-back"' not in analyst.get(at).content.decode()


def test_what_was_removed_is_not_brought_back_over_what_others_did_since(analyst, at, draft) -> None:
    analyst.post(at, {"do": "remove score", "edition": "0"})
    analyst.post(at, {"do": "page-add", "edition": "1"})
    assert 'value="bring-back"' not in analyst.get(at).content.decode()
    assert analyst.post(at, {"do": "bring-back", "edition": "2"}).status_code == 409
    assert list(order(draft())) == ["first", "second", "page1"]


def test_removing_what_conditions_ask_for_says_so(analyst, at) -> None:
    sent = {"HX-Request": "true"}
    asked = analyst.post(at, {"do": "remove score", "edition": "0"}, headers=sent).content.decode()
    assert "Something still speaks of it" in asked
    unasked = analyst.post(at, {"do": "remove again", "edition": "1"}, headers=sent).content.decode()
    assert "Something still speaks of it" not in unasked


@pytest.mark.parametrize("do", ["up nobody", "remove nobody", "page-up nobody", "add nobody", "add first"])
def test_what_is_not_there_cannot_be_changed(analyst, at, draft, do) -> None:
    assert analyst.post(at, {"do": do, "edition": "0"}).status_code in (404, 422)
    assert order(draft()) == START


def test_five_hundred_questions_take_as_many_queries_as_one(analyst, workspace, django_assert_max_num_queries) -> None:
    pages = [
        Page(name=f"page{at}", elements=[Comment(name=f"q{at}_{n}", title="Why? 🙂 لماذا") for n in range(10)])
        for at in range(50)
    ]
    large = make_survey(workspace, Questionnaire(title="Large", pages=pages))
    with django_assert_max_num_queries(12):
        page = analyst.get(f"/w/harbour/surveys/{large.key}/").content
    assert page.count(b"data-question=") == 500
    assert len(page) < 1_500_000


def test_the_list_takes_the_same_queries_for_many_surveys(analyst, workspace, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_survey(workspace, Questionnaire(title="One"))
    analyst.get("/w/harbour/surveys/")
    with CaptureQueriesContext(connection) as one:
        analyst.get("/w/harbour/surveys/")
    for n in range(20):
        make_survey(workspace, Questionnaire(title=f"Another {n}"))
    with django_assert_num_queries(len(one)):
        assert b"Another 19" in analyst.get("/w/harbour/surveys/").content


def test_a_survey_begins_ready_made_empty_or_from_a_file(analyst, workspace) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    new = "/w/harbour/surveys/new/"
    assert analyst.post(new, {"kind": "support_ces"}).status_code == 302
    assert analyst.post(new, {"kind": ""}).status_code == 302
    file = SimpleUploadedFile("s.json", b'{"title": "From a file", "pages": [{"name": "p", "elements": []}]}')
    assert analyst.post(new, {"upload": "1", "file": file}).status_code == 302
    made = Survey.objects.of(workspace).order_by("pk")
    assert [one.kind for one in made] == ["support_ces", "", ""]
    assert [one.name for one in made][2] == "From a file"
    assert analyst.post(new, {"upload": "1", "file": SimpleUploadedFile("s.json", b"no")}).status_code == 422
    assert analyst.post(new, {"kind": "nothing"}).status_code == 422


def test_a_viewer_sees_the_list_and_no_more(workspace, small, signed_in) -> None:
    viewer = signed_in("viewer")
    page = viewer.get("/w/harbour/surveys/").content.decode()
    assert "How was it?" in page
    assert "/new/" not in page
    assert viewer.get(f"/w/harbour/surveys/{small.key}/").status_code == 403


def test_surveys_of_another_workspace_do_not_exist(analyst, small, at) -> None:
    from regard.accounts.site import Workspace

    other = Workspace.objects.create(slug="other", name="Other")
    theirs = make_survey(other, Questionnaire(title="Theirs"))
    for place in ("", "publish/", "settings/", "preview/", "languages/pl/"):
        assert analyst.get(f"/w/harbour/surveys/{theirs.key}/{place}").status_code == 404


def test_a_survey_of_another_tool_comes_in_with_what_is_lost_and_what_is_the_same(
    analyst, workspace, shared_data
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    source = shared_data / "survey_files" / "Survey_Logic__Survey_Logic_EVERYWHERE.qsf"
    answer = analyst.post(
        "/w/harbour/surveys/new/", {"upload": "1", "file": SimpleUploadedFile("s.qsf", source.read_bytes())}
    )
    page = answer.content.decode()
    assert "ways through the survey were walked there and here" in page
    made = Survey.objects.of(workspace).get()
    assert (made.kind, bool(made.draft["pages"])) == ("qualtrics", True)
    assert analyst.get(f"/w/harbour/surveys/{made.key}/survey.json?for=surveyjs").json()["pages"]


def test_a_copied_page_asks_for_its_own_questions(analyst, workspace) -> None:
    elements = [
        {"type": "rating", "name": "a", "title": "How was it?"},
        {"type": "comment", "name": "b", "title": "Why { a }?", "visibleIf": "{a} < 3 and {b-Comment} empty"},
    ]
    made = make_survey(workspace, read_questionnaire({"title": "T", "pages": [{"name": "p", "elements": elements}]}))
    analyst.post(f"/w/harbour/surveys/{made.key}/", {"do": "page-copy p", "edition": "0"})
    copy = Survey.objects.get_of(workspace, made.key).draft["pages"][1]["elements"]
    assert [one["name"] for one in copy] == ["question1", "question2"]
    assert (copy[1]["visibleIf"], copy[1]["title"]) == (
        "{question1} < 3 and {question2-Comment} empty",
        "Why {question1 }?",
    )


def test_ways_follow_a_page_to_its_new_name(analyst, workspace) -> None:
    way = {"type": "skip", "expression": "{a} = 'x'", "gotoName": "q"}
    pages = [{"name": "p", "elements": [{"type": "comment", "name": "a"}]}, {"name": "q", "title": "Q"}]
    made = make_survey(workspace, read_questionnaire({"title": "T", "pages": pages, "triggers": [way]}))
    at = f"/w/harbour/surveys/{made.key}/page/q/"
    sent = {"edition": "0", "do": "keep", "title": "Q", "questions_order": "initial", "name": "end"}
    analyst.post(at, {**sent, "visible_if-how": "rows"})
    assert Survey.objects.get_of(workspace, made.key).draft["triggers"][0]["gotoName"] == "end"


def test_of_two_questions_with_one_name_only_the_first_is_changed() -> None:
    twice = Questionnaire(pages=[Page(name="p", elements=[Comment(name="c"), Comment(name="c", title="Other")])])
    assert remove_question(twice, "c").pages[0].elements == [Comment(name="c", title="Other")]
    changed = replace_question(twice, "c", Comment(name="c", title="New")).pages[0].elements
    assert [one.title for one in changed] == ["New", "Other"]
