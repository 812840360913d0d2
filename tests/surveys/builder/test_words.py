"""Translations side by side, on the page and as a translator's table."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from regard.surveys import find_question, in_language
from regard.surveys.model import Comment, Page, Questionnaire
from regard.surveys.ready_made import get_ready_made
from regard.surveys.translating import as_csv, from_csv, phrases, translate, untranslated


def test_words_stand_beside_each_other_and_are_kept(analyst, at, draft) -> None:
    page = analyst.get(at + "languages/pl/").content.decode()
    assert "Nie</textarea>" in page
    answer = analyst.post(
        at + "languages/pl/", {"edition": "0", "pages[0].elements[0].title": "Jak było?", "title": "Ankieta"}
    )
    assert answer.status_code == 302
    kept = draft()
    assert in_language(kept.title, "pl") == "Ankieta"
    assert find_question(kept, "score").title == {"default": "How was it?", "pl": "Jak było?"}


def test_a_bare_choice_becomes_one_with_words(analyst, at, draft) -> None:
    analyst.post(at + "languages/pl/", {"edition": "0", "pages[0].elements[1].choices[0].text": "tak"})
    made = find_question(draft(), "again").choices[0]
    assert (made.value, made.text) == ("yes", {"default": "yes", "pl": "tak"})


def test_a_new_language_is_chosen_and_one_is_taken_away(analyst, at, draft) -> None:
    assert analyst.post(at + "languages/", {"language": "zh-Hans"}).url == at + "languages/zh-hans/"
    assert analyst.post(at + "languages/", {"language": "not a language"}).status_code == 422
    analyst.post(at + "languages/pl/", {"edition": "0", "do": "remove"})
    assert find_question(draft(), "again").choices[1].text == "No"


def test_only_what_is_missing_can_be_shown(analyst, at) -> None:
    page = analyst.get(at + "languages/pl/?only=missing").content.decode()
    assert "Nie</textarea>" not in page


def test_a_table_goes_out_and_comes_back(analyst, at, draft) -> None:
    table = analyst.get(at + "languages/pl/words.csv").content.decode("utf-8-sig")
    done = table.replace("How was it?,", "How was it?,Jak było?")
    file = SimpleUploadedFile("words.csv", done.encode())
    assert analyst.post(at + "languages/pl/", {"edition": "0", "do": "table", "file": file}).status_code == 302
    assert find_question(draft(), "score").title["pl"] == "Jak było?"


def test_a_table_whose_own_words_have_changed_is_refused(analyst, at, draft) -> None:
    stale = SimpleUploadedFile("words.csv", b"place,en,pl\ntitle,Old words,Nowe\n")
    answer = analyst.post(at + "languages/pl/", {"edition": "0", "do": "table", "file": stale})
    assert answer.status_code == 422
    assert "have changed at title" in answer.content.decode()


def test_a_ready_made_survey_survives_a_table_of_each_language() -> None:
    survey = get_ready_made("churn_interview").questionnaire
    for language in ("pl", "ru", "zh-hans", "ro"):
        assert untranslated(survey, language) == []
        assert from_csv(survey, language, as_csv(survey, language).encode()) == survey


@given(some.text(alphabet=some.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool))
def test_any_words_go_through_a_table_unharmed(words) -> None:
    survey = Questionnaire(title="T", pages=[Page(name="p", elements=[Comment(name="c", title="=Why?")])])
    place = phrases(survey)[-1].place
    done = translate(survey, "pl", {place: words})
    assert from_csv(survey, "pl", as_csv(done, "pl").encode()) == done
