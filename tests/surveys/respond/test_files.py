"""Files that respondents send along: as long as an answer refers to them, and no longer."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from regard.base.clock import frozen, now
from regard.surveys.files.keeping import folder_of, sweep
from regard.surveys.models import Response, Upload
from regard.surveys.respond import limits, saving
from tests.surveys.respond.conftest import Person, publish

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
ASKED = {"type": "file", "name": "f", "title": "A picture"}
NEXT = {"name": "q", "elements": [{"type": "comment", "name": "why"}]}


@pytest.fixture
def asks(workspace):
    def made(**values: Any):
        pages = [{"name": "p", "elements": [{**ASKED, **values}]}, NEXT]
        return publish(workspace, {"pages": pages}, is_once_each=False)

    return made


def files(workspace) -> set[str]:
    folder = folder_of(workspace)
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def send(person: Person, *names: str, **more: Any) -> Person:
    sent = [SimpleUploadedFile(name, PNG, "image/png") for name in names]
    return person.post(person.action, {**person.form, "to": "next", "a.f": sent, **more})


def test_a_file_that_is_replaced_is_gone_from_the_disk(workspace, asks, everything) -> None:
    person = send(Person().open(f"/s/{asks().key}/"), "one.png")
    send(person.send(to="back"), "two.png")
    [kept] = everything()
    assert [one["name"] for one in kept.answers["f"]] == ["two.png"]
    assert files(workspace) == {kept.answers["f"][0]["id"]} == {one.public_id for one in Upload.objects.all()}


def test_a_file_that_is_removed_is_gone_from_the_disk(workspace, asks, everything) -> None:
    person = send(Person().open(f"/s/{asks(allowMultiple=True).key}/"), "one.png", "two.png")
    person.send(to="back")
    first, second = everything()[0].answers["f"]
    assert f'name="a.f.removed" value="{first["id"]}"' in person.text
    send(person, **{"a.f.removed": first["id"]})
    assert everything()[0].answers["f"] == [second]
    assert files(workspace) == {second["id"]}
    send(person.send(to="back"), **{"a.f.removed": second["id"]})
    assert (everything()[0].answers, files(workspace)) == ({}, set())


def test_nobody_removes_the_files_of_somebody_else(workspace, asks, everything) -> None:
    survey = asks()
    send(Person().open(f"/s/{survey.key}/"), "one.png")
    [theirs] = everything()[0].answers["f"]
    mine = send(Person().open(f"/s/{survey.key}/"), "two.png").send(to="back")
    send(mine, **{"a.f.removed": theirs["id"]})
    assert len(files(workspace)) == 2


def test_a_file_behind_an_answer_that_was_changed_goes_when_the_survey_is_sent(workspace, everything) -> None:
    gate = {"name": "gate", "elements": [{"type": "boolean", "name": "b"}]}
    asked = {"name": "p", "visibleIf": "{b} = true", "elements": [ASKED]}
    survey = publish(workspace, {"pages": [gate, asked, NEXT]}, is_once_each=False)
    person = send(Person().open(f"/s/{survey.key}/").send(b="true"), "one.png")
    person.send(to="back").send(to="back")
    assert len(files(workspace)) == 1
    person.send(b="false").send()
    assert (everything()[0].answers, files(workspace)) == ({"b": False}, set())


def test_a_file_that_comes_again_because_its_page_was_overtaken_is_kept_whole(
    workspace, asks, everything, monkeypatch
) -> None:
    person = send(Person().open(f"/s/{asks().key}/"), "one.png").send(to="back")
    keep, overtaken = saving.keep_response, []

    def once(visit) -> None:
        if not overtaken:
            overtaken.append(True)
            raise saving.Overtaken(visit.response.public_id)
        keep(visit)

    monkeypatch.setattr(saving, "keep_response", once)
    send(person, "two.png")
    [kept] = everything()[0].answers["f"]
    assert (kept["name"], (folder_of(workspace) / kept["id"]).read_bytes()) == ("two.png", PNG)


def test_what_interrupted_requests_left_is_swept_up_a_day_later(workspace, asks, everything) -> None:
    send(Person().open(f"/s/{asks().key}/"), "one.png")
    [kept] = everything()
    lost = Upload.objects.create(response=kept, question="f", name="l.png", media_type="image/png", size=1)
    for name in (lost.public_id, "0190-of-nobody"):
        (folder_of(workspace) / name).write_bytes(PNG)
    sweep()
    assert len(files(workspace)) == 3
    with frozen(now() + timedelta(days=1, minutes=1)):
        sweep()
    assert files(workspace) == {kept.answers["f"][0]["id"]}
    assert not Upload.objects.filter(pk=lost.pk).exists()


def test_a_file_goes_with_its_response_once_that_is_sure(workspace, asks, everything) -> None:
    send(Person().open(f"/s/{asks().key}/"), "one.png")
    with transaction.atomic():
        Response.objects.of(workspace).delete()
        transaction.set_rollback(True)
    assert len(files(workspace)) == 1
    Response.objects.of(workspace).delete()
    assert files(workspace) == set()


def archive(name: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as made:
        made.writestr(name, b"0" * 100_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("entry", "is_taken"), [("[Content_Types].xml", True), ("mimetype", True), ("tool.exe", False)]
)
def test_an_archive_that_is_no_document_is_refused_whatever_its_name(asks, everything, entry: str, is_taken) -> None:
    person = Person().open(f"/s/{asks().key}/")
    sent = SimpleUploadedFile("letter.docx", archive(entry))
    person.post(person.action, {**person.form, "to": "next", "a.f": sent})
    assert ("f" in everything()[0].answers) == is_taken


def test_the_names_of_files_lie_in_no_folder_and_are_told_in_full_ends(workspace, asks, everything) -> None:
    send(Person().open(f"/s/{asks().key}/"), "../" * 9 + "x" * 400 + ".png")
    [kept] = everything()[0].answers["f"]
    assert kept["name"].endswith("x.png")
    assert len(kept["name"]) <= 120
    assert files(workspace) == {kept["id"]}


def test_one_address_does_not_send_files_without_end(asks, monkeypatch) -> None:
    monkeypatch.setattr(limits, "UPLOADS", 2)
    survey = asks()
    got = [send(Person().open(f"/s/{survey.key}/"), "one.png").page.status_code for _ in range(3)]
    assert got == [200, 200, 429]
