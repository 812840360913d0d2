"""Publishing: errors stand in the way, warnings want a tick, a version never changes; and everything is written down."""

from __future__ import annotations

import pytest

from regard.accounts.site import AuditEntry
from regard.base import Conflict, Invalid
from regard.surveys import read_questionnaire
from regard.surveys.builder.site import keep_draft, make_survey, publish_survey, remove_survey
from regard.surveys.models import Response, Survey, Theme


@pytest.fixture
def at_ready(ready) -> str:
    return f"/w/harbour/surveys/{ready.key}/"


def test_a_sound_survey_is_published_closed_and_opened_again(analyst, workspace, ready, at_ready) -> None:
    assert analyst.post(at_ready + "publish/", {"edition": "0"}).url == at_ready + "versions/"
    row = Survey.objects.of(workspace).get()
    assert (row.state, row.version.number, row.version.document) == ("open", 1, row.draft)
    assert analyst.get(f"/s/{ready.key}/").status_code == 200
    for do, state in (("close", "closed"), ("open", "open")):
        analyst.post(at_ready + "state/", {"do": do})
        assert Survey.objects.of(workspace).get().state == state
    told = list(AuditEntry.objects.of(workspace).order_by("pk").values_list("what", flat=True))
    assert told == ["survey made", "survey published", "survey closed", "survey opened again"]


def test_a_closed_survey_stays_closed_when_a_version_is_published_unless_that_is_asked_for(
    analyst, workspace, ready, at_ready
) -> None:
    publish_survey(ready, 0)
    assert "reopen" not in analyst.get(at_ready + "publish/").content.decode()
    analyst.post(at_ready + "state/", {"do": "close"})
    title = {**ready.draft["title"], "default": "How did we do?"}
    keep_draft(ready, read_questionnaire({**ready.draft, "title": title}), 0)
    assert 'name="reopen"' in analyst.get(at_ready + "publish/").content.decode()
    told = analyst.post(at_ready + "publish/", {"edition": "1"}, follow=True).content.decode()
    assert "stays closed" in told
    row = Survey.objects.of(workspace).get()
    assert (row.state, row.version.number) == ("closed", 2)
    assert "closed" in analyst.get(f"/s/{ready.key}/").content.decode()
    analyst.post(at_ready + "publish/", {"edition": "1", "reopen": "on"})
    assert Survey.objects.of(workspace).get().state == "open"
    assert AuditEntry.objects.of(workspace).filter(what="survey opened again").count() == 1


def test_errors_stand_in_the_way(analyst, workspace) -> None:
    broken = make_survey(workspace, read_questionnaire({"title": "Broken", "pages": [{"name": "p"}]}))
    answer = analyst.post(f"/w/harbour/surveys/{broken.key}/publish/", {"edition": "0"})
    assert answer.status_code == 422
    assert "The survey asks nothing" in answer.content.decode()
    assert broken.version is None


def test_a_warning_wants_a_tick(analyst, workspace) -> None:
    pages = [{"name": "p", "elements": [{"type": "rating", "name": "r", "title": "How?"}]}]
    warned = make_survey(workspace, read_questionnaire({"title": "Warned", "pages": pages}))
    at = f"/w/harbour/surveys/{warned.key}/publish/"
    assert analyst.post(at, {"edition": "0"}).status_code == 422
    assert warned.version is None
    assert analyst.post(at, {"edition": "0", "confirmed": "ends_unlabelled:r"}).status_code == 302
    assert AuditEntry.objects.of(workspace).get(what="survey published").details["warnings"] == 1


def test_a_published_version_stays_while_the_draft_goes_on(analyst, ready, at_ready) -> None:
    first = publish_survey(ready, 0)
    assert publish_survey(ready, 0).pk == first.pk
    changed = read_questionnaire({**ready.draft, "title": "Another title"})
    keep_draft(ready, changed, 0)
    second = publish_survey(ready, 1)
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.document["title"]["default"] == "How are we doing?"
    page = analyst.get(at_ready + "versions/").content.decode()
    assert '<span class="small muted">Title, for respondents</span>' in page
    assert analyst.get(at_ready + "versions/1/").status_code == 200


def test_what_was_looked_at_is_what_is_published(ready) -> None:
    keep_draft(ready, read_questionnaire({**ready.draft, "title": "Newer"}), 0)
    with pytest.raises(Conflict):
        publish_survey(ready, 0)
    assert ready.version is None


def test_a_draft_that_cannot_be_read_is_not_kept(small) -> None:
    with pytest.raises(Invalid):
        keep_draft(
            small, read_questionnaire({"pages": [{"name": "p", "elements": [{"type": "none", "name": "q"}]}]}), 0
        )


def test_a_survey_that_was_answered_cannot_be_removed(analyst, workspace, ready, at_ready) -> None:
    version = publish_survey(ready, 0)
    Response.objects.create(workspace=workspace, survey=ready, version=version, language="en")
    with pytest.raises(Conflict):
        remove_survey(ready)
    page = analyst.post(at_ready + "state/", {"do": "remove"}, follow=True).content.decode()
    assert "people have answered this survey" in page
    Response.objects.of(workspace).delete()
    assert analyst.post(at_ready + "state/", {"do": "remove"}).url == "/w/harbour/surveys/"
    assert not Survey.objects.of(workspace).exists()


def test_a_survey_is_copied(analyst, workspace, ready, at_ready) -> None:
    theme = Theme.objects.create(workspace=workspace, name="Sun", colour="#123456")
    Survey.objects.of(workspace).filter(pk=ready.pk).update(theme=theme, is_once_each=False)
    analyst.post(at_ready + "state/", {"do": "copy"})
    copy = Survey.objects.of(workspace).order_by("pk").last()
    assert (copy.name, copy.draft, copy.state) == (f"{ready.name} (copy)", ready.draft, "draft")
    assert (copy.theme, copy.is_once_each, copy.kind) == (theme, False, ready.kind)


def test_what_changed_is_told_in_the_words_of_the_forms(analyst, small, at, draft) -> None:
    publish_survey(small, 0)
    sent = {"edition": "0", "do": "keep", "title": "Why?", "rows": "4", "name": "why", "is_required": "on"}
    analyst.post(at + "question/why/", {**sent, "visible_if-how": "rows"})
    page = analyst.get(at + "versions/").content.decode()
    assert "What it asks, Shown only if, Must be answered" in page


def test_a_text_to_translate_stands_where_its_form_says(analyst, at) -> None:
    page = analyst.get(at + "languages/pl/").content.decode()
    assert ("What it asks" in page, "Choices 1" in page, "minRateDescription" in page) == (True, True, False)
