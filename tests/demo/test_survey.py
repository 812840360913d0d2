"""The simulated shop has a survey, of the same people that its stream tells of."""

from __future__ import annotations

from regard.accounts.site import Workspace, local_owner, register_workspace_files, store_of
from regard.base.config import config
from regard.demo import load_demo
from regard.demo.site import bring_survey
from regard.stream import Question, open_store
from regard.stream.compose import sql
from regard.surveys.site import Response, Survey, invited_to


def test_whom_the_stream_says_was_asked_is_invited_and_who_answered_has_a_response(db, home) -> None:
    folder = config().home / "workspaces"
    folder.mkdir(parents=True)
    with open_store(folder / "simulated.duckdb") as store:
        load_demo("simulated", store)
    register_workspace_files(local_owner())
    survey = bring_survey()
    stream = store_of(Workspace.objects.get(slug="simulated"))
    told = stream.ask(
        Question("scores", sql("SELECT subject, score, weight FROM interactions WHERE metric = 'nps' ORDER BY subject"))
    ).rows()
    complete = Response.objects.of(survey.workspace).exclude(completed_at=None)
    responses = complete.select_related("invitation").order_by("invitation__public_id")
    kept = [
        {"subject": one.invitation.public_id, "score": one.answers["nps"], "weight": one.weight} for one in responses
    ]
    assert kept == told
    assert all(one.invitation.sent_at <= one.started_at < one.completed_at for one in responses)
    left = Response.objects.of(survey.workspace).filter(completed_at=None)
    assert 0 < left.count() < len(kept) / 10
    assert all(one.answers == {} and one.invitation.opened_at for one in left.select_related("invitation"))
    sent = stream.ask(Question("sent", sql("SELECT count(*) AS n FROM interactions WHERE name = 'Survey Sent'")))
    invited = invited_to(survey)
    assert invited.sent == sent["n"][0] == sum(invited.silent.values()) + len(kept) + left.count()
    assert bring_survey() is None
    assert Survey.objects.public().count() == 1


def test_without_the_simulated_shop_there_is_no_survey(workspace) -> None:
    assert bring_survey() is None
