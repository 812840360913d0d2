"""The result pages as members see them: figures, filters, what is withheld, and who may open what."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from html import unescape
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.accounts.site import AuditEntry
from regard.surveys.models import Response, SurveyVersion, Upload
from tests.report.responses.answered import answer_it, document, survey_of

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_the_page_tells_the_way_from_invitation_to_answer(signed_in, at) -> None:
    said = text(signed_in("viewer").get(at))
    assert "RR1" in said
    assert "27.0%" in said  # 108 of 400 came to the end
    assert "30.0%" in said  # 120 of 400 answered something


def test_every_kind_of_question_is_shown(signed_in, at) -> None:
    said = text(signed_in("viewer").get(at))
    for one in (
        "Net Promoter Score",
        "Satisfied",
        "Basic",
        "The telephone",
        "Price",
        "Mean rank",
        "Yes",
        "Median",
        "Jan 2025",
    ):
        assert one in said
    assert "Nearly there" not in said  # a statement is no question


def test_a_score_stands_beside_what_all_who_were_invited_may_think(signed_in, at) -> None:
    said = text(signed_in("viewer").get(at))
    assert "everybody who was invited between" in said
    assert "are no happier than those who answered last" in said


def test_a_question_that_few_saw_counts_only_those_who_did(signed_in, at, survey) -> None:
    unhappy = [one for one in Response.objects.of(survey.workspace) if one.answers["nps"] <= 6]
    left_out = sum("sorry" not in one.answers for one in unhappy)
    card = text(signed_in("viewer").get(at)).partition("What went wrong?")[2]
    assert f"{len(unhappy) - left_out} answers" in text(signed_in("owner").get(at))
    assert (f"{left_out} left it out" in card) == bool(left_out)


def test_filters_and_weights_change_the_figures_and_stay_in_the_address(signed_in, at) -> None:
    client = signed_in("viewer")
    assert "24 responses" in text(client.get(at + "?language=pl"))
    assert "108 responses" in text(client.get(at + "?state=complete"))
    assert "116 responses" in text(client.get(at + "?flagged=without"))
    weighted = client.get(at + "?weights=sampling")
    assert "design effect" in text(weighted)
    assert "silence/?weights=sampling" in weighted.content.decode()


def test_filters_that_would_point_at_somebody_show_nothing(signed_in, workspace) -> None:
    survey = survey_of(workspace, answers=20)
    Response.objects.of(workspace).filter(survey=survey, language="pl").exclude(answers__nps=99).update(language="en")
    lonely = Response.objects.of(workspace).filter(survey=survey).first()
    Response.objects.of(workspace).filter(pk=lonely.pk).update(language="ro", changed_at=lonely.started_at)
    client, at = signed_in("viewer"), f"/w/harbour/surveys/{survey.key}/results/"
    for language in ("ro", "en"):  # one person; and everybody but that one
        said = text(client.get(f"{at}?language={language}"))
        assert "Not shown" in said
        assert "Net Promoter" not in said
        assert "Not shown" in text(client.get(f"{at}crosstab/?language={language}"))


def test_wording_that_changed_between_versions_is_told(signed_in, survey, at) -> None:
    asked = document(csat={"title": "Were you happy with the delivery?"})
    version = SurveyVersion.objects.create(survey=survey, number=2, document=asked)
    answer_it(survey, version, 10, seed=3, is_invited=False)
    said = text(signed_in("viewer").get(at))
    assert "Were you happy with the delivery?" in said
    assert "Up to version 1 it was asked as “How satisfied were you with the delivery?”" in said
    assert "came by an open link" in said


def test_a_survey_without_answers_and_one_without_invitations_say_so(signed_in, workspace) -> None:
    client = signed_in("viewer")
    empty, alone = survey_of(workspace, answers=0), survey_of(workspace, answers=12, is_invited=False)
    assert "Nobody has answered yet" in text(client.get(f"/w/harbour/surveys/{empty.key}/results/"))
    assert "no response rate" in text(client.get(f"/w/harbour/surveys/{alone.key}/results/"))
    for page in ("silence/", "crosstab/"):
        assert client.get(f"/w/harbour/surveys/{empty.key}/results/{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "silence/", "crosstab/", "words/"])
def test_a_page_asks_as_often_however_many_answered(signed_in, survey, at, page) -> None:
    client = signed_in("owner")
    client.get(at + page)
    with CaptureQueriesContext(connection) as few:
        client.get(at + page)
    version = survey.versions.get()
    answer_it(survey, version, 300, seed=5, is_invited=False)
    with CaptureQueriesContext(connection) as many:
        client.get(at + page)
    assert len(many) - 2 <= len(few) <= 14  # versions, and those that came since, are read once
    with CaptureQueriesContext(connection) as again:
        client.get(at + page)
    assert len(again) == len(few)


def test_a_version_that_nobody_has_answered_yet_is_shown_at_once(signed_in, survey, at) -> None:
    client = signed_in("viewer")
    client.get(at)
    asked = document(csat={"title": "Were you happy with the delivery?"})
    SurveyVersion.objects.create(survey=survey, number=2, document=asked)
    assert "Were you happy with the delivery?" in text(client.get(at))


# --- weights ---------------------------------------------------------------------------------------------------------


def test_known_shares_are_kept_and_weigh_the_answers(signed_in, survey, at) -> None:
    client = signed_in("analyst")
    form = text(client.get(at + "silence/?variable=trait:region"))
    assert "Per cent of all customers" in form
    kept = client.post(at + "silence/", {"variable": "trait:region", "share_0": "50", "share_1": "50"})
    assert kept.status_code == 302
    survey.refresh_from_db()
    assert survey.margins == {"trait:region": {"north": 0.5, "south": 0.5}}
    assert AuditEntry.objects.of(survey.workspace).filter(what="survey margins changed", on=survey.key).exists()
    assert "design effect" in text(client.get(at + "silence/"))
    assert "design effect" in text(client.get(at + "?weights=raked"))
    client.post(at + "silence/", {"variable": "trait:region", "remove": "1"})
    survey.refresh_from_db()
    assert survey.margins == {}


def test_raked_weights_are_trimmed_and_what_is_not_met_is_told(signed_in, survey, at) -> None:
    survey.margins = {"trait:region": {"north": 0.02, "south": 0.98}}
    survey.save()
    client = signed_in("viewer")
    free = text(client.get(at + "silence/"))
    assert "The largest weight is" in free
    assert "The known shares are not met" not in free
    page = client.get(at + "silence/?cap=3")
    assert re.search(r"\d+ weights were trimmed", text(page))
    assert "The known shares are not met: one is" in text(page)
    assert "weights=raked&amp;cap=3" in page.content.decode()
    results = text(client.get(at + "?weights=raked&cap=3"))
    assert "weights were trimmed" in results
    assert "The known shares are not met: one is" in results
    assert text(client.get(at + "?weights=raked&cap=0.5")) == text(client.get(at + "?weights=raked"))


def test_shares_are_shown_and_taken_as_the_language_writes_numbers(signed_in, survey, at) -> None:
    client = signed_in("analyst")
    client.cookies["django_language"] = "pl"
    given = {"variable": "trait:region", "share_0": "60,5", "share_1": "39,5"}
    assert client.post(at + "silence/", given).status_code == 302
    survey.refresh_from_db()
    assert survey.margins["trait:region"]["north"] == pytest.approx(0.605)
    form = client.get(at + "silence/?variable=trait:region").content.decode()
    assert re.search(r'<input type="text" name="share_0" value="60,5"', form)


@pytest.mark.parametrize(
    "shares, said",
    [(("50", "40"), "Together they must be 100"), (("half", "50"), "Enter a number"), (("", "100"), "required")],
)
def test_shares_that_cannot_be_are_refused_beside_their_field(signed_in, survey, at, shares, said) -> None:
    given = {"variable": "trait:region", **{f"share_{place}": share for place, share in enumerate(shares)}}
    answer = signed_in("analyst").post(at + "silence/", given)
    assert answer.status_code == 422
    assert said in text(answer)
    survey.refresh_from_db()
    assert survey.margins == {}


def test_weights_that_cannot_be_made_say_why_and_every_answer_counts_alike(signed_in, survey, at) -> None:
    survey.margins = {"language": {"en": 0.5, "ru": 0.5}}
    survey.save()
    said = text(signed_in("viewer").get(at + "?weights=raked"))
    assert "The weights could not be made; every answer counts alike." in said
    assert "Cannot rake to language" in said


def test_who_may_only_look_cannot_change_shares(signed_in, at) -> None:
    given = {"variable": "trait:region", "share_0": "50", "share_1": "50"}
    assert signed_in("viewer").post(at + "silence/", given).status_code == 403
    assert signed_in("agent").post(at + "silence/", given).status_code == 403


def test_a_variable_that_nobody_knows_is_refused(signed_in, at) -> None:
    assert signed_in("analyst").post(at + "silence/", {"variable": "trait:shoe"}).status_code == 422


# --- cross-tabs ------------------------------------------------------------------------------------------------------


def test_a_cross_tab_names_its_test_and_marks_cells_in_words(signed_in, workspace) -> None:
    survey = survey_of(workspace, answers=400)
    at = f"/w/harbour/surveys/{survey.key}/results/crosstab/?rows=question:plan&columns=question:nps"
    answer = signed_in("viewer").get(at)
    said = text(answer)
    assert "Pearson's chi-square test, p < 0.001" in said
    assert "Cramér's V" in said
    assert "more than elsewhere" in said
    assert "Detractors (0–6)" in said
    weighted = text(signed_in("agent").get(at + "&weights=sampling"))
    assert "Rao and Scott" in weighted


def test_small_cells_are_held_back(signed_in, at) -> None:
    said = text(signed_in("viewer").get(at + "crosstab/?rows=language&columns=question:plan"))
    assert "held back, so that nobody can be recognised" in said


# --- single responses ------------------------------------------------------------------------------------------------


def test_words_are_read_searched_and_paged(signed_in, workspace) -> None:
    survey = survey_of(workspace, answers=400)
    client, at = signed_in("agent"), f"/w/harbour/surveys/{survey.key}/results/words/"
    first = client.get(at + "?question=~comments")
    assert "Older" in text(first)
    pages, following = [first], re.search(r'href="([^"]*before=\d+)"', first.content.decode())
    while following:
        pages.append(client.get(unescape(following[1])))
        following = re.search(r'href="([^"]*before=\d+)"', pages[-1].content.decode())
    wanted = sum(name in one.answers for one in Response.objects.of(workspace) for name in ("sorry", "plan-Comment"))
    assert sum(page.content.decode().count('class="said"') for page in pages) == wanted
    found = client.get(at + "?q=ZAŻÓŁĆ")
    assert "Zażółć gęślą" in text(found)
    assert "parcel came" not in text(found)
    assert "&lt;b&gt;Nice" in client.get(at + "?q=Nice").content.decode()
    assert "Nothing found" in text(client.get(at + "?q=nobody says this"))


def test_short_texts_stand_among_all_words_and_can_be_left_out(signed_in, workspace) -> None:
    survey = survey_of(workspace, answers=120)
    client, at = signed_in("agent"), f"/w/harbour/surveys/{survey.key}/results/words/"
    assert '<option value="~comments">' in client.get(at).content.decode()
    one = Response.objects.of(workspace).exclude(completed_at=None).latest("pk")
    Response.objects.of(workspace).filter(pk=one.pk).update(answers={**one.answers, "place": {"town": "Gdynia"}})
    assert "Town: Gdynia" in text(client.get(at))
    assert "Town: Gdynia" in text(client.get(at + "?question=place"))
    assert "Town: Gdynia" not in text(client.get(at + "?question=~comments"))


def test_flagged_words_are_marked_and_lead_to_the_person(signed_in, workspace) -> None:
    survey = survey_of(workspace, answers=120)
    Response.objects.of(workspace).update(flags=["speeder"])
    answer = signed_in("agent").get(f"/w/harbour/surveys/{survey.key}/results/words/")
    assert "Answered faster than the questions can be read" in text(answer)
    assert re.search(r"/w/harbour/people/1\d{3}/", answer.content.decode())


def test_one_response_is_shown_with_its_way_and_its_files(signed_in, survey, at) -> None:
    one = Response.objects.of(survey.workspace).filter(answers__nps__lte=6).exclude(completed_at=None).first()
    file = Upload.objects.create(response=one, question="photo", name="parcel.png", media_type="image/png", size=2048)
    answer = signed_in("agent").get(f"{at}responses/{one.public_id}/")
    said = text(answer)
    assert "What went wrong?" in said
    assert "Price: " in said
    assert "1. " in said
    assert "left out" not in said.partition("A photo of the parcel")[2]
    assert f"/w/harbour/surveys/files/{file.public_id}/" in answer.content.decode()


def test_a_response_of_another_survey_is_not_found(signed_in, survey, workspace, at) -> None:
    other = survey_of(workspace, answers=1)
    stranger = Response.objects.of(workspace).get(survey=other)
    client = signed_in("owner")
    for address in (stranger.public_id, uuid4(), "1", "x" * 50):
        assert client.get(f"{at}responses/{address}/").status_code == 404


def test_a_response_of_another_tool_keeps_its_own_id_and_is_opened_by_it(signed_in, survey, at) -> None:
    one = Response.objects.of(survey.workspace).exclude(completed_at=None).first()
    Response.objects.of(survey.workspace).filter(pk=one.pk).update(public_id="response-0042")
    client = signed_in("agent")
    assert client.get(at + "responses/response-0042/").status_code == 200
    for wrong in ("response-0043", "%00", "x" * 200):
        answer = client.get(f"{at}responses/{wrong}/")
        assert answer.status_code == 404
        assert "There is no such response" in answer.content.decode()


@pytest.mark.parametrize("page", ["words/", "responses/x/"])
def test_who_may_not_see_single_rows_sees_no_words(signed_in, at, page) -> None:
    client = signed_in("viewer")
    assert client.get(at + page).status_code == 403
    said = text(client.get(at))
    assert "parcel came" not in said
    assert "Download" not in said
    assert "What people wrote is for members who may see single rows." in said


# --- files -----------------------------------------------------------------------------------------------------------


def test_responses_leave_as_files_that_no_spreadsheet_runs(signed_in, survey, at) -> None:
    client = signed_in("analyst")
    answer = client.get(at + "files/responses.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 120
    assert {row["nps"] for row in rows} <= {str(score) for score in range(11)}
    words = [row["sorry"] for row in rows if "HYPERLINK" in row["sorry"]]
    assert words
    assert not any(word.startswith("=") for word in words)
    assert (
        AuditEntry.objects.of(survey.workspace).filter(what="survey exported", on=survey.key).get().details["responses"]
        == 120
    )


def test_files_hold_what_is_filtered_and_every_kind_of_question(signed_in, at) -> None:
    client = signed_in("analyst")
    table = pq.read_table(io.BytesIO(client.get(at + "files/responses.parquet?language=pl").content))
    assert table.num_rows == 24
    for column in (
        "used.app",
        "used.none",
        "parts.price",
        "wishes.hours",
        "again",
        "minutes",
        "place.rooms",
        "plan-Comment",
    ):
        assert column in table.column_names
    assert "raked_weight" not in table.column_names
    assert "How likely are you to recommend us" in client.get(at + "files/codebook.md").content.decode()
    assert client.get(at + "files/codebook.csv").status_code == 200
    assert "Basic" in client.get(at + "files/labelled.csv").content.decode()


@pytest.mark.parametrize("file", ["responses.csv", "labelled.csv", "codebook.csv"])
def test_spreadsheets_are_told_that_letters_are_utf_8(signed_in, at, file: str) -> None:
    """Without the mark Excel shows Polish, Russian and Chinese words as gibberish."""
    assert signed_in("analyst").get(at + f"files/{file}").content.startswith(b"\xef\xbb\xbf")


def test_an_spss_file_opens_with_its_labels(signed_in, at, tmp_path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    (tmp_path / "a.sav").write_bytes(signed_in("analyst").get(at + "files/responses.sav").content)
    frame, about = pyreadstat.read_sav(str(tmp_path / "a.sav"))
    assert len(frame) == 120
    assert about.column_names_to_labels["nps"].startswith("How likely")
    assert "Basic" in about.variable_value_labels["plan"].values()


def test_an_spss_file_has_the_labels_of_its_readers_language(signed_in, at, tmp_path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    client = signed_in("analyst")
    files = {}
    for language in ("en", "pl"):
        client.cookies["django_language"] = language
        (tmp_path / "a.sav").write_bytes(client.get(at + "files/responses.sav").content)
        files[language] = pyreadstat.read_sav(str(tmp_path / "a.sav"))
    (english, about), (polish, told) = files["en"], files["pl"]
    assert list(english.columns) == list(polish.columns)
    assert (about.column_names_to_labels["language"], told.column_names_to_labels["language"]) == ("Language", "Język")
    assert {*about.variable_value_labels["way"].values()} >= {"E-mail", "Open link"}
    assert about.variable_value_labels["way"].keys() == told.variable_value_labels["way"].keys()
    assert about.variable_value_labels["way"] != told.variable_value_labels["way"]


def test_every_file_says_what_the_page_and_the_answers_say(signed_in, survey, at, tmp_path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    client = signed_in("analyst")
    Response.objects.of(survey.workspace).filter(survey=survey).update(touchpoint="=checkout")
    rows = {one.public_id: one for one in Response.objects.of(survey.workspace).filter(survey=survey)}
    (tmp_path / "a.sav").write_bytes(client.get(at + "files/responses.sav").content)
    frame, about = pyreadstat.read_sav(str(tmp_path / "a.sav"))
    table = pq.read_table(io.BytesIO(client.get(at + "files/responses.parquet").content)).to_pylist()
    lines = list(csv.DictReader(io.StringIO(client.get(at + "files/responses.csv").content.decode("utf-8-sig"))))
    assert len(frame) == len(table) == len(lines) == len(rows)
    plans = about.variable_value_labels["plan"]
    for sav, parquet, line in zip(frame.to_dict("records"), table, lines, strict=True):
        kept = rows[parquet["response_id"]]
        given = kept.answers
        assert sav["nps"] == parquet["nps"] == int(line["nps"]) == given["nps"]
        assert parquet.get("plan") == given.get("plan") == (line["plan"] or None)
        if "plan" in given:
            assert plans[sav["plan"]].casefold() == given["plan"].replace("other", "something else")
        if "used" in given:
            assert sav["used_app"] == parquet["used.app"] == int(line["used.app"]) == int("app" in given["used"])
        since = date.fromisoformat(given["since"]) if "since" in given else None
        assert parquet["since"] == since
        assert since is None or sav["since"] == since
        assert line["since"] == given.get("since", "")
        assert parquet["started_at"] == kept.started_at == datetime.fromisoformat(line["started_at"])
        assert sav["started_at"].to_pydatetime() == kept.started_at.replace(tzinfo=None)
        assert (parquet["language"], line["touchpoint"]) == (kept.language, "'=checkout")
    nps = 100 * sum((one["nps"] >= 9) - (one["nps"] <= 6) for one in table) / len(table)
    assert f"{nps:.1f}".replace("-", "−") in text(client.get(at))


def test_syntax_for_spss_goes_with_the_file(signed_in, at) -> None:
    pytest.importorskip("pyreadstat")
    answer = signed_in("analyst").get(at + "files/multiple-responses.sps")
    assert "MRSETS /MDGROUP NAME=$used\n" in answer.content.decode()
    assert "attachment" in answer.headers["Content-Disposition"]


def test_only_who_may_export_does(signed_in, at) -> None:
    assert signed_in("agent").get(at + "files/responses.csv").status_code == 403
    assert signed_in("analyst").get(at + "files/anything.exe").status_code == 404


def test_a_stranger_learns_nothing(signed_in, at) -> None:
    client = signed_in("stranger")
    assert {client.get(at + page).status_code for page in ("", "silence/", "words/", "files/responses.csv")} == {404}
