"""Every kind of question is drawn as native controls, read from a plain form, and shown again as it was answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regard.surveys.files.keeping import path_of
from regard.surveys.models import Upload
from regard.surveys.offering import MOST_DRAWN
from tests.surveys.respond.conftest import Person, publish

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
NUMBERS = [1, 2, 3]
KINDS: list[tuple[dict[str, Any], dict[str, Any], Any, str]] = [
    ({"type": "rating", "rateType": "stars"}, {"x": "4"}, 4, 'value="4" checked'),
    ({"type": "rating", "rateType": "smileys"}, {"x": "1"}, 1, 'value="1" checked'),
    ({"type": "radiogroup", "choices": [{"value": 1, "text": "One"}]}, {"x": "1"}, 1, "One"),
    (
        {"type": "radiogroup", "choices": ["a"], "showOtherItem": True},
        {"x": "other", "x-Comment": "b"},
        "other",
        'value="b"',
    ),
    ({"type": "dropdown", "choices": ["a", "b"]}, {"x": "b"}, "b", '<option value="b" selected>'),
    ({"type": "checkbox", "choices": NUMBERS}, {"x": ["1", "3"]}, [1, 3], 'value="3" checked'),
    (
        {"type": "ranking", "choices": ["a", "b"]},
        {"x.a": "2", "x.b": "1"},
        ["b", "a"],
        "<option selected>1</option>",
    ),
    ({"type": "boolean"}, {"x": "false"}, False, 'value="false" checked'),
    (
        {"type": "matrix", "rows": ["r", "s"], "columns": NUMBERS},
        {"x.r": "1", "x.s": "3"},
        {"r": 1, "s": 3},
        'name="a.x.s" id="q1-2-3" value="3" checked',
    ),
    (
        {"type": "matrix", "rows": ["r"], "columns": NUMBERS, "cellType": "checkbox"},
        {"x.r": ["1", "2"]},
        {"r": [1, 2]},
        'type="checkbox" name="a.x.r"',
    ),
    ({"type": "text"}, {"x": "שלום 👋"}, "שלום 👋", 'value="שלום 👋"'),
    ({"type": "text", "inputType": "number"}, {"x": "2,5"}, 2.5, 'value="2.5"'),
    ({"type": "text", "inputType": "date"}, {"x": "2026-02-28"}, "2026-02-28", 'value="2026-02-28"'),
    ({"type": "multipletext", "items": [{"name": "a"}]}, {"x.a": "1"}, {"a": "1"}, 'name="a.x.a"'),
    ({"type": "comment"}, {"x": "<script>&\n\n"}, "<script>&", "<script>&</textarea>"),
]


@pytest.mark.parametrize(("question", "sent", "kept", "shown"), KINDS, ids=lambda value: str(value)[:40])
def test_every_kind_goes_there_and_back(workspace, person: Person, everything, question, sent, kept, shown) -> None:
    survey = publish(
        workspace,
        {
            "pages": [
                {"name": "p", "elements": [{**question, "name": "x", "title": "Well?"}]},
                {"name": "q", "elements": [{"type": "comment", "name": "y"}]},
            ]
        },
    )
    person.open(f"/s/{survey.key}/")
    assert "Well?" in person.text
    person.send(**sent)
    assert everything()[0].answers["x"] == kept
    person.send(to="back")
    assert shown in person.text


def test_of_several_lines_and_rows_those_that_are_wrong_are_marked_and_led_to(workspace, person: Person) -> None:
    lines = {"type": "multipletext", "name": "x", "items": [{"name": "a"}, {"name": "b", "inputType": "email"}]}
    rows = {"type": "matrix", "name": "y", "rows": ["r", "s"], "columns": NUMBERS, "isRequired": True}
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [lines, rows]}]})
    person.open(f"/s/{survey.key}/").send(**{"x.a": "fine", "x.b": "nonsense", "y.r": "1"})
    assert ('href="#q1-2"' in person.text, 'href="#q2-2-1"' in person.text) == (True, True)
    assert person.text.count('aria-invalid="true"') == 1


def test_ranks_that_were_given_twice_stay_chosen_while_they_are_asked_about_again(workspace, person: Person) -> None:
    ranking = {"type": "ranking", "name": "x", "choices": ["a", "b", "c"]}
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [ranking]}]})
    text = person.open(f"/s/{survey.key}/").send(**{"x.a": "2", "x.b": "1", "x.c": "2"}).text
    assert re.findall(r"<option selected>(\d)</option>", text) == ["2", "1", "2"]


def test_a_statement_shows_harmless_html_only(workspace, person: Person) -> None:
    html = '<p onclick="x()">Read <b>this</b></p><script>alert(1)</script><img src=x onerror=y alt="a picture">'
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [{"type": "html", "name": "h", "html": html}]}]})
    text = person.open(f"/s/{survey.key}/").text
    assert "<p>Read <b>this</b></p>a picture" in text
    assert not {"alert(1)", "onclick", "onerror"} & set(text.split())


def test_what_respondents_write_is_never_markup_on_the_next_page(survey, person: Person) -> None:
    person.open(f"/s/{survey.key}/?lang=<script>").send(nps="3").send(sorry="</textarea><script>x</script>", mail="no")
    assert b"<script>x" not in person.page.content
    assert b"&lt;/textarea&gt;&lt;script&gt;x" in person.page.content


@pytest.fixture
def with_file(workspace):
    asked = {"type": "file", "name": "f", "title": "A picture", "maxSize": 1000, "acceptedTypes": "image/*,.pdf"}
    return publish(workspace, {"pages": [{"name": "p", "elements": [asked]}]}, is_once_each=False)


def send_file(person: Person, survey, name: str, content: bytes) -> Person:
    person.open(f"/s/{survey.key}/")
    file = SimpleUploadedFile(name, content, "image/png")
    return person.post(person.action, {**person.form, "to": "next", "a.f": file})


def test_a_file_is_kept_outside_of_what_is_served_and_given_to_members_only(
    with_file, person: Person, signed_in, everything
) -> None:
    send_file(person, with_file, "../../me.png", PNG)
    upload = Upload.objects.get()
    assert everything()[0].answers["f"] == [
        {"id": upload.public_id, "name": "me.png", "type": "image/png", "size": len(PNG)}
    ]
    assert path_of(upload).read_bytes() == PNG
    address = f"/w/harbour/surveys/files/{upload.public_id}/"
    assert Client().get(address).status_code == 302
    assert signed_in("viewer").get(address).status_code == 403
    assert signed_in("stranger").get(address).status_code == 404
    answer = signed_in("agent").get(address)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="me.png"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert b"".join(answer.streaming_content) == PNG


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("me.png", b"<html><script>alert(1)</script>"),
        ("me.svg", b"<svg onload=alert(1)>"),
        ("me.html", PNG),
        ("me.png", PNG + b"\0" * 1000),
        ("me.png", b""),
        ("tool.exe", b"MZ\x90\0"),
        ("notes.txt", b"only words"),
    ],
)
def test_a_file_that_is_not_what_may_be_sent_is_refused(with_file, person: Person, name: str, content: bytes) -> None:
    send_file(person, with_file, name, content)
    assert person.page.status_code == 422
    assert name in person.text
    assert not Upload.objects.exists()


def test_how_much_may_be_written_is_told_before_and_what_is_too_long_is_shown_again(workspace, person: Person) -> None:
    asked = {"type": "comment", "name": "c", "maxLength": 1200}
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [asked]}]})
    person.open(f"/s/{survey.key}/?lang=en")
    assert 'id="q1m">At most 1,200 characters.' in person.text
    assert 'aria-describedby="q1m"' in person.text
    person.send(c="ż" * 1300)
    assert "Please write 1200 characters at most: there are 1300." in person.text
    assert "ż" * 1300 in person.text


def test_what_is_written_beside_other_has_a_limit_too(workspace, person: Person, everything) -> None:
    asked = {"type": "radiogroup", "name": "c", "choices": ["a"], "showOtherItem": True}
    survey = publish(workspace, {"pages": [{"name": "p", "elements": [asked]}]})
    person.open(f"/s/{survey.key}/").send(**{"c": "other", "c-Comment": "x" * 1001})
    assert person.page.status_code == 422
    assert everything()[0].answers == {}


def test_control_characters_are_left_out(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/").send(nps="3").send(sorry="a\x00b\x08c\x1b[31m\td\r\ne\x7f")
    assert everything()[0].answers["sorry"] == "abc[31m\td\ne"


def test_a_number_is_shown_again_as_it_was_given(workspace, person, everything) -> None:
    pages = [
        {"name": "one", "elements": [{"type": "text", "name": "spent", "inputType": "number"}]},
        {"name": "two", "elements": [{"type": "comment", "name": "why", "title": "You spent {spent}. Why?"}]},
    ]
    survey = publish(workspace, {"title": "Spending", "pages": pages}, is_once_each=False)
    person.open(f"/s/{survey.key}/").send(spent="1234567.25")
    assert "You spent 1234567.25. Why?" in person.text
    assert 'value="1234567.25"' in person.send(to="back").text


def test_a_scale_without_end_is_drawn_as_far_as_a_page_goes(workspace, person) -> None:
    pages = [{"name": "one", "elements": [{"type": "rating", "name": "n", "rateMin": 0, "rateMax": 10**30}]}]
    person.open(f"/s/{publish(workspace, {'title': 'Long', 'pages': pages}, is_once_each=False).key}/")
    assert person.text.count('name="a.n"') == MOST_DRAWN
