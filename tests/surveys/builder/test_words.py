"""Translations side by side, on the page and as a translator's table."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from regard.surveys import find_question, in_language
from regard.surveys.builder.views.words import field_name
from regard.surveys.model import Comment, Page, Questionnaire
from regard.surveys.ready_made import get_ready_made
from regard.surveys.translating import as_csv, from_csv, phrases, translate, untranslated


def words(questionnaire, **said: str) -> dict[str, str]:
    """What the form sends for these places of the draft, in Polish; ``_`` stands for the brackets and dots."""
    names = {re.sub(r"\W+", "_", one.place).strip("_"): field_name(one, "pl") for one in phrases(questionnaire)}
    return {names[place]: text for place, text in said.items()}


def test_words_stand_beside_each_other_and_are_kept(analyst, at, draft) -> None:
    page = analyst.get(at + "languages/pl/").content.decode()
    assert "Nie</textarea>" in page
    said = words(draft(), pages_0_elements_0_title="Jak było?", title="Ankieta")
    assert all(f'name="{name}"' in page for name in said)
    assert analyst.post(at + "languages/pl/", {"edition": "0", **said}).status_code == 302
    kept = draft()
    assert in_language(kept.title, "pl") == "Ankieta"
    assert find_question(kept, "score").title == {"default": "How was it?", "pl": "Jak było?"}


def test_a_bare_choice_becomes_one_with_words(analyst, at, draft) -> None:
    said = words(draft(), pages_0_elements_1_choices_0_text="tak")
    analyst.post(at + "languages/pl/", {"edition": "0", **said})
    made = find_question(draft(), "again").choices[0]
    assert (made.value, made.text) == ("yes", {"default": "yes", "pl": "tak"})


def test_words_go_to_their_text_though_somebody_moved_it_meanwhile(analyst, at, draft) -> None:
    said = words(draft(), pages_0_elements_0_title="Jak było?")
    analyst.post(at, {"do": "down score", "edition": "0"})
    late = analyst.post(at + "languages/pl/", {"edition": "0", **said})
    assert late.status_code == 409
    assert "Jak było?</textarea>" in late.content.decode()
    analyst.post(at + "languages/pl/", {"edition": "1", **said})
    assert find_question(draft(), "score").title["pl"] == "Jak było?"
    assert find_question(draft(), "again").title == "Again?"


def test_two_translators_at_once_keep_what_both_wrote(analyst, at, draft) -> None:
    drawn = words(draft(), title="", pages_0_elements_1_choices_1_text="Nie")
    mine = {**drawn, **words(draft(), pages_0_elements_0_title="Jak było?")}
    analyst.post(at + "languages/pl/", {"edition": "0", **words(draft(), title="Ankieta")})
    late = analyst.post(at + "languages/pl/", {"edition": "0", **mine})
    assert late.status_code == 409
    assert "Ankieta</textarea>" in late.content.decode()
    analyst.post(at + "languages/pl/", {"edition": "1", **mine})
    assert in_language(draft().title, "pl") == "Ankieta"
    assert find_question(draft(), "score").title["pl"] == "Jak było?"


def test_words_for_a_text_that_changed_meanwhile_are_shown_to_copy(analyst, at, draft) -> None:
    said = words(draft(), pages_0_elements_0_title="Jak było?")
    analyst.post(at, {"do": "remove score", "edition": "0"})
    late = analyst.post(at + "languages/pl/", {"edition": "0", **said}).content.decode()
    assert "to copy" in late
    assert ">Jak było?</pre>" in late


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
