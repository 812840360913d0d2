"""Answering a survey, page by page, without cookies and without JavaScript."""

from __future__ import annotations

from tests.surveys.respond.conftest import Person


def test_answers_are_kept_page_by_page_and_sent_at_the_end(survey, person: Person, everything) -> None:
    person.open(f"/s/{survey.key}/")
    assert "Would you recommend us?" in person.text
    assert everything() == []
    person.send(nps="3")
    [kept] = everything()
    assert (kept.answers, kept.page, kept.completed_at) == ({"nps": 3}, "why", None)
    assert "You gave 3. Why?" in person.text
    person.send(sorry="Too slow", mail="ann@example.org")
    kept.refresh_from_db()
    assert kept.answers == {"nps": 3, "sorry": "Too slow", "mail": "ann@example.org"}
    assert (kept.ended_by, kept.recorded) == ("complete", ["nps", "sorry", "mail"])
    assert "Thank you" in person.text
