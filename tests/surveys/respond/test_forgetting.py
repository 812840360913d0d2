"""Who is erased is gone from surveys as well: answers, files and addresses; only what they refused is remembered."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from regard.accounts.site import AuditEntry, Workspace, make_key, store_of
from regard.base import NotFound
from regard.base.ids import profile_number
from regard.cli import main
from regard.jobs.site import Job, enqueue, failed_jobs, run_due
from regard.profiles.erasing.tasks import erase
from regard.profiles.site import erase_profile
from regard.stream import Batch, Question
from regard.stream.compose import sql
from regard.surveys.distribution.returning import inbox
from regard.surveys.distribution.running import keep_list_of, list_path
from regard.surveys.files.keeping import folder_of
from regard.surveys.models import Invitation, Preference, Programme, Response, Survey, SurveyVersion, Upload
from regard.surveys.respond import forgetting
from tests.stream.rows import parquet

ANN, BEN = "email:ann@example.org", "email:ben@example.org"


@pytest.fixture
def people(workspace: Workspace, survey: Survey, tmp_path: Path) -> Survey:
    """Ann and Ben, who are in the stream, were invited, answered, sent a file along, and answered by a link, too."""
    at = datetime(2026, 3, 1)
    rows = [
        {"id": key, "occurred_at": at, "received_at": at, "name": "Page Viewed", "source_key": key, "customer": profile_number(key)}
        for key in (ANN, BEN)
    ]  # fmt: skip
    store_of(workspace).append(Batch(parquet(tmp_path / "rows.parquet", rows)))
    for key in (ANN, BEN):
        invitation = Invitation.objects.create(
            workspace=workspace, survey=survey, source_key=key, customer=profile_number(key),
            address=key.removeprefix("email:"), channel="email", traits={"plan": "gold"},
        )  # fmt: skip
        answer(survey, invitation=invitation)
        answer(survey, source_key=key)
    answer(survey)
    return survey


def answer(survey: Survey, **whose) -> Response:
    version = SurveyVersion.objects.get(survey=survey)
    response = Response.objects.create(
        workspace=survey.workspace, survey=survey, version=version, language="en", answers={"sorry": "slow"}, **whose
    )
    upload = Upload.objects.create(response=response, question="photo", name="me.png", media_type="image/png", size=1)
    folder_of(survey.workspace).mkdir(parents=True, exist_ok=True)
    (folder_of(survey.workspace) / upload.public_id).write_bytes(b"x")
    return response


def files(workspace: Workspace) -> set[str]:
    return {path.name for path in folder_of(workspace).iterdir()}


def test_erasing_somebody_takes_their_invitations_answers_and_files(
    people, workspace, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_profile(workspace, profile_number(ANN)) == 1
    assert [each.source_key for each in Invitation.objects.of(workspace)] == [BEN]
    left = Response.objects.of(workspace)
    assert sorted((each.invitation_id is not None, each.source_key) for each in left) == [
        (False, ""), (False, BEN), (True, ""),
    ]  # fmt: skip
    assert files(workspace) == {each.public_id for each in Upload.objects.all()}
    assert len(files(workspace)) == 3
    keys = store_of(workspace).ask(Question("keys", sql("SELECT source_key FROM interactions")))["source_key"]
    assert list(keys) == [BEN]


def test_whoever_is_erased_is_taken_out_of_the_lists_that_wait(people, workspace) -> None:
    waiting = Programme.objects.create(workspace=workspace, survey=people, name="Spring", trigger={"kind": "list"})
    only_ann = Programme.objects.create(workspace=workspace, survey=people, name="Ann", trigger={"kind": "list"})
    keep_list_of(waiting, "email,city\nAnn@Example.org,Gdańsk\nben@example.org,Łódź\n".encode())
    keep_list_of(only_ann, b"email\nann@example.org\n")
    erase_profile(workspace, profile_number(ANN))
    assert list_path(waiting).read_text("utf-8-sig").splitlines() == ["email,city", "ben@example.org,Łódź"]
    with pytest.raises(NotFound, match="no list"):
        list_path(only_ann)


def test_mails_that_were_put_aside_go_with_who_wrote_them(people, workspace) -> None:
    aside = inbox() / "others"
    aside.mkdir(parents=True)
    for name, address in (("1", "Ann@Example.org"), ("2", "ben@example.org")):
        (aside / f"{name}.eml").write_bytes(f"From: <{address}>\n\nI am away\n".encode())
    erase_profile(workspace, profile_number(ANN))
    assert [path.name for path in aside.iterdir()] == ["2.eml"]


PACKED = {
    "base64": f"Content-Transfer-Encoding: base64\n\n{b64encode(b'ann@example.org is away').decode()}\n",
    "quoted-printable": "Content-Transfer-Encoding: quoted-printable\n\nfor ann=40exam=\nple.org\n",
    "a field": f"Subject: =?utf-8?b?{b64encode(b'ann@example.org').decode()}?=\n\nI am away\n",
    "a page": "Content-Type: text/html\n\n<a href='mailto:ann%40example.org'>me</a>\n",
    "a mail in a mail": "Content-Type: message/rfc822\n\nContent-Transfer-Encoding: base64\n\n"
    + b64encode(b"ann@example.org").decode(),
    "a charset of nobody's": "Content-Type: text/plain; charset=nobody\n\nann@example.org\n",
}
STRANGERS = ("joann@example.org", "ann@example.org.pl", "j.ann@example.org")


@pytest.mark.parametrize("mail", PACKED.values(), ids=PACKED)
def test_an_address_is_found_in_a_mail_however_that_is_packed(people, workspace, mail: str) -> None:
    aside = inbox() / "others"
    aside.mkdir(parents=True)
    (aside / "1.eml").write_bytes(mail.encode())
    erase_profile(workspace, profile_number(ANN))
    assert list(aside.iterdir()) == []


@pytest.mark.parametrize("stranger", STRANGERS)
def test_mails_of_others_stay_though_their_address_holds_that_of_who_is_erased(people, workspace, stranger) -> None:
    aside = inbox() / "others"
    aside.mkdir(parents=True)
    (aside / "1.eml").write_bytes(f"From: <{stranger}>\n\nI am away\n".encode())
    erase_profile(workspace, profile_number(ANN))
    assert [path.name for path in aside.iterdir()] == ["1.eml"]


def test_nobody_waits_for_the_database_while_files_are_searched(
    people, workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = len(connection.savepoint_ids)
    locked: list[bool] = []
    for name in ("forget_mails", "forget_in_lists"):
        monkeypatch.setattr(forgetting, name, lambda *_: locked.append(len(connection.savepoint_ids) > deep))
    erase_profile(workspace, profile_number(ANN))
    assert locked == [False, False]


def test_what_somebody_refused_is_remembered_and_what_they_like_is_not(people, workspace) -> None:
    for channel, address, said in (
        ("email", "ann@example.org", {"is_unsubscribed": True, "reason": "asked"}),
        ("email", "ann@example.net", {"kinds": {"support": True}}),
        ("email", "ben@example.org", {"kinds": {"support": True}}),
    ):
        Preference.objects.create(workspace=workspace, channel=channel, address=address, **said)
    Invitation.objects.of(workspace).filter(source_key=ANN).update(address="Ann@example.net")
    erase_profile(workspace, profile_number(ANN))
    kept = sorted(Preference.objects.of(workspace).values_list("address", flat=True))
    assert kept == ["ann@example.org", "ben@example.org"]


def test_the_audit_log_says_that_it_was_done_and_not_to_whom(people, workspace) -> None:
    erase_profile(workspace, profile_number(ANN))
    [entry] = AuditEntry.objects.of(workspace).filter(what="person erased")
    assert (entry.on, entry.details) == ("", {"interactions": 1})
    with pytest.raises(NotFound):
        erase_profile(workspace, profile_number(ANN))


def test_owners_erase_somebody_on_their_page_after_they_were_asked_once_more(people, workspace, signed_in) -> None:
    owner, address = signed_in("owner"), f"/w/harbour/people/{profile_number(ANN)}/"
    assert f"{address}erase/" in owner.get(address).content.decode()
    assert "cannot be taken back" in owner.get(f"{address}erase/").content.decode()
    assert owner.post(f"{address}erase/").status_code == 422
    run_due()
    assert Invitation.objects.of(workspace).count() == 2
    assert owner.post(f"{address}erase/", {"sure": "on"}).status_code == 302
    run_due()
    assert [each.source_key for each in Invitation.objects.of(workspace)] == [BEN]
    assert owner.get(address).status_code == owner.get(f"{address}erase/").status_code == 404
    assert AuditEntry.objects.of(workspace).get(what="person erased").who.email == "owner@example.org"


@pytest.mark.parametrize("role", ["manager", "analyst", "agent", "viewer", "stranger"])
def test_nobody_but_owners_erases(people, workspace, signed_in, role: str) -> None:
    browser, address = signed_in(role), f"/w/harbour/people/{profile_number(ANN)}/"
    assert "/erase/" not in browser.get(address).content.decode()
    assert browser.post(f"{address}erase/", {"sure": "on"}).status_code in (403, 404)
    assert not Job.objects.exists()


def test_a_program_erases_with_a_key_for_that_alone(people, workspace) -> None:
    address, tries = f"/api/v1/profiles/{profile_number(ANN)}", []
    for scopes in (["profiles:write", "profiles:read"], ["profiles:erase"]):
        headers = {"Authorization": f"Bearer {make_key(workspace, 'crm', scopes)}"}
        tries.append(Client().delete(address, headers=headers).status_code)
    assert tries == [403, 202]
    enqueue(erase, key="merged meanwhile", workspace=workspace.pk, number=1, by=None, api_key="")
    run_due()
    assert not failed_jobs()
    assert Client().delete(address, headers=headers).status_code == 404
    [entry] = AuditEntry.objects.of(workspace).filter(what="person erased")
    assert (entry.who, entry.details["interactions"], "key" in entry.details) == (None, 1, True)
    assert [each.source_key for each in Invitation.objects.of(workspace)] == [BEN]


def test_other_workspaces_keep_what_they_know(people, workspace) -> None:
    other = Workspace.objects.create(slug="airport", name="Airport")
    asked = Survey.objects.create(workspace=other, name="Relationship")
    SurveyVersion.objects.create(survey=asked, number=1, document={})
    answer(asked, source_key=ANN)
    erase_profile(workspace, profile_number(ANN))
    assert Response.objects.of(other).count() == len(files(other)) == 1


def test_the_command_wants_a_yes(people, workspace, capsys) -> None:
    assert main(["erase", ANN, "--workspace", "harbour"]) == 1
    assert Invitation.objects.of(workspace).count() == 2
    assert main(["erase", ANN, "--workspace", "harbour", "--yes"]) == 0
    assert "1 interaction erased" in capsys.readouterr().out
    assert Invitation.objects.of(workspace).count() == 1


def test_a_workspace_goes_with_its_surveys_and_the_files_sent_to_them(
    people, workspace, django_capture_on_commit_callbacks
) -> None:
    folder = folder_of(workspace)
    with django_capture_on_commit_callbacks(execute=True):
        workspace.delete()
    assert not folder.exists()
    assert not Response.objects.public().exists()
