"""Lists of people, row by row; and personal links for a mail merge."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from regard.base import RegardError
from regard.surveys.models import Invitation, Preference
from regard.surveys.sending.rows import read_rows
from tests.surveys.sending.conftest import LIST, csv_upload


def test_a_list_with_semicolons_a_mark_and_other_names_of_columns_is_read() -> None:
    read = read_rows("\ufeffE-mail;Mobile;plan\r\nann@example.org;+48 601 234 567;pro\r\n\r\n".encode())
    assert read.named[0].email == "ann@example.org"
    assert read.named[0].traits == {"plan": "pro"}


def test_a_list_in_utf_16_is_read() -> None:
    assert read_rows("email\nann@example.org\n".encode("utf-16")).named[0].email == "ann@example.org"


def test_a_list_whose_lines_end_as_on_the_first_macs_is_read() -> None:
    assert [one.email for one in read_rows(b"email,x\ra@example.org,1\rb@example.org,2\r").named][1] == "b@example.org"


def test_what_a_list_says_of_people_is_kept_as_it_was_written() -> None:
    read = read_rows(b"user_id,balance,handle\n=7,-12.5,@ann\n")
    again = read_rows(read.clean())
    assert again.named == read.named
    assert (read.named[0].user_id, read.named[0].traits) == ("=7", {"balance": "-12.5", "handle": "@ann"})


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "no column"),
        (b"name\nAnn\n", "no column"),
        (b"email\n", "nobody"),
        (b"email,email\na@example.org,b@example.org\n", "two columns"),
        (b"email\nann@example.org\n\xff\xe9\n", "row 3"),
        (b"email\nann@example.org\n" + b'"' + b"x" * 200_000, "row 3"),
        (b",".join(b"c%d" % n for n in range(300)), "200 columns"),
    ],
)
def test_a_file_that_is_no_list_says_what_is_wrong(data, words) -> None:
    with pytest.raises(RegardError) as told:
        read_rows(data)
    assert words in str(told.value)


def test_each_bad_row_says_its_number_and_what_to_do() -> None:
    rows = [
        "email,phone,name",
        "ann@example.org,,Ann",
        "ann@,,x",
        ",12345,x",
        ",,x",
        "ANN@Example.org,,x",
        "c@example.org,,x,more",
        f"d@example.org,,{'x' * 3000}",
    ]
    read = read_rows("\n".join(rows).encode())
    assert [one.row for one in read.rejected] == [3, 4, 5, 6, 7, 8]
    assert len({str(one.problem) for one in read.rejected}) == 6
    assert len(read.named) == 1


def test_rejected_rows_once_mended_can_be_uploaded_as_they_are() -> None:
    refused = read_rows(b"email,name\nann@,Ann\n").refused().decode("utf-8-sig")
    assert read_rows(refused.replace("ann@", "ann@example.org").encode()).named[0].traits == {"name": "Ann"}


def test_formulas_do_not_leave_as_formulas() -> None:
    read = read_rows(b"email,name\nann@,=cmd()\n")
    assert "'=cmd()" in read.refused().decode("utf-8-sig")


def test_a_hundred_thousand_rows_with_junk_are_read_whole() -> None:
    rows = "\n".join(f"p{n}@example.org,{n}" if n % 10 else f"junk {n},{n}" for n in range(100_000))
    read = read_rows(f"email,n\n{rows}\n".encode())
    assert (len(read.named), len(read.rejected)) == (90_000, 10_000)


# --- personal links --------------------------------------------------------------------------------------------------


def take(analyst, at, data: bytes, **terms) -> list[dict[str, str]]:
    there = analyst.post(at + "links/", csv_upload(data)).headers["Location"]
    answer = analyst.post(there, {"days": "30", "is_single_use": "on", "is_held": "on", **terms})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_everybody_of_a_file_gets_a_link_of_their_own_that_works(analyst, client, at, survey) -> None:
    rows = take(analyst, at, LIST)
    assert [row["first_name"] for row in rows] == ["Ann", "Ben"]
    assert len({row["survey_link"] for row in rows}) == 2
    for row in rows:
        assert client.get("/s/" + row["survey_link"].partition("/s/")[2]).status_code == 200
    assert Invitation.objects.of(survey.workspace).filter(survey=survey, state="sent", address="").count() == 2


def test_nothing_is_made_before_somebody_says_go_and_nothing_twice(analyst, at, survey) -> None:
    there = analyst.post(at + "links/", csv_upload(LIST)).headers["Location"]
    assert "2 people" in analyst.get(there).content.decode()
    assert not Invitation.objects.of(survey.workspace).exists()
    analyst.post(there, {"days": "30"})
    again = analyst.post(there, {"days": "30"})
    assert again.status_code == 404
    assert Invitation.objects.of(survey.workspace).count() == 2


def test_who_unsubscribed_or_was_just_asked_gets_no_link_and_the_file_says_why(analyst, at, survey) -> None:
    Preference.objects.of(survey.workspace).create(
        workspace=survey.workspace, channel="email", address="ann@example.org", is_unsubscribed=True, reason="asked"
    )
    rows = take(analyst, at, LIST)
    assert (rows[0]["survey_link"], rows[0]["not_asked_because"]) == ("", "unsubscribed")
    assert rows[1]["survey_link"]
    assert take(analyst, at, LIST)[1]["not_asked_because"] == "asked_before"


def test_the_file_of_another_survey_is_not_found(analyst, at, survey, workspace) -> None:
    from regard.surveys import read_questionnaire
    from regard.surveys.builder.site import make_survey
    from tests.surveys.sending.conftest import ASKS

    there = analyst.post(at + "links/", csv_upload(LIST)).headers["Location"]
    other = make_survey(workspace, read_questionnaire(ASKS))
    assert analyst.get(there.replace(survey.key, other.key)).status_code == 404


def test_junk_instead_of_a_file_is_told_on_the_page(analyst, at) -> None:
    answer = analyst.post(at + "links/", {"file": SimpleUploadedFile("x.csv", b"\x00\x01\x02")})
    assert answer.status_code == 422
    assert "no column says who is meant" in answer.content.decode()
    assert analyst.post(at + "links/", {}).status_code == 422


def test_more_people_than_links_are_made_for_at_once_are_told_to_go_by_a_programme(analyst, at) -> None:
    rows = "\n".join(f"p{n}@example.org" for n in range(20_001))
    answer = analyst.post(at + "links/", csv_upload(f"email\n{rows}\n".encode()))
    assert answer.status_code == 422
    assert "list of a programme" in answer.content.decode()


def test_rejected_rows_of_links_are_shown_and_can_be_downloaded(analyst, at) -> None:
    there = analyst.post(at + "links/", csv_upload(b"email\nann@example.org\nnobody\n")).headers["Location"]
    page = analyst.get(there).content.decode()
    assert "1 row cannot be used" in page
    address = re.search(r'href="([^"]+rejected\.csv)"', page)[1]
    assert "nobody,3," in analyst.get(address).content.decode("utf-8-sig")
