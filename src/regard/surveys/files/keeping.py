"""Files that respondents send along: checked by what they are, kept under names of ours, outside of what is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from regard.accounts.site import Workspace
from regard.base import RegardError
from regard.base.clock import now
from regard.base.config import config
from regard.base.words import said
from regard.surveys.model import File
from regard.surveys.models import Response, Upload
from regard.surveys.sniffing import HEAD, MOST_FILES, check_file

LONGEST_NAME = 120
A_WHILE = timedelta(days=1)
"""No request is under way for so long: what no answer refers to by then never will be referred to."""
AT_A_TIME = 500


class Kept(NamedTuple):
    """What became of files: what the answer says of them, and what was wrong."""

    answer: list[dict[str, Any]]
    problem: str | None = None


def folder_of(workspace: Workspace) -> Path:
    """Where a workspace's uploads lie."""
    return config().home / "uploads" / workspace.slug


def path_of(upload: Upload) -> Path:
    return folder_of(upload.response.workspace) / upload.public_id


def keep_files(response: Response, question: File, files: Sequence[UploadedFile], before: Sequence[Any]) -> Kept:
    """Keep the files that are fine beside those sent before; one that is not is told, and the rest stays. A question
    that takes one file takes the last."""
    answer = list(before)
    for file in files if question.allow_multiple else files[-1:]:
        if question.allow_multiple and len(answer) >= MOST_FILES:
            return Kept(answer, said("No more than {count} files can be sent here.", count=MOST_FILES))
        try:
            one = _keep(response, question, file)
        except RegardError as error:
            return Kept(answer, error.message)
        answer = [*answer, one] if question.allow_multiple else [one]
    return Kept(answer)


def _keep(response: Response, question: File, file: UploadedFile) -> dict[str, Any]:
    name = _shown_name(file.name or "")
    file.seek(0)  # a page that was overtaken is read again
    head = file.read(HEAD)
    media_type = check_file(question, name, file.size or 0, head)
    upload = Upload.objects.create(
        response=response, question=question.name, name=name, media_type=media_type, size=file.size
    )
    folder = folder_of(response.workspace)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.seek(0)
    with (folder / upload.public_id).open("xb") as kept:
        for piece in file.chunks():
            kept.write(piece)
    return {"id": upload.public_id, "name": name, "type": media_type, "size": file.size}


def _shown_name(name: str) -> str:
    """A file's own name without folders or what cannot be printed, its ending kept.

    >>> _shown_name("../etc/pass\\x00wd.txt")
    'passwd.txt'
    """
    plain = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable())
    ending = PurePath(plain).suffix[:12]
    return (plain[: LONGEST_NAME - len(ending)].removesuffix(ending) + ending) or "file"


def ids_in(answers: Mapping[str, Any]) -> set[str]:
    """The ids of the files that answers refer to."""
    lists = (value for value in answers.values() if isinstance(value, list))
    return {one["id"] for files in lists for one in files if isinstance(one, dict) and "id" in one}


def forget_replaced(response: Response, before: Mapping[str, Any]) -> None:
    """Delete the files that a response referred to before, and does not any more."""
    if gone := ids_in(before) - ids_in(response.answers):
        Upload.objects.filter(response=response, public_id__in=gone).delete()


def forget_file(instance: Upload, **_: Any) -> None:
    """Delete the bytes of a file of which nothing is known any more, whatever it was deleted with."""
    path = path_of(instance)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def sweep() -> None:
    """Delete what interrupted requests have left: files of which nothing is known, and those that no answer needs."""
    before = now() - A_WHILE
    old = Upload.objects.filter(sent_at__lt=before).values_list("pk", "public_id", "response__answers")
    lost = [pk for pk, public_id, answers in old.iterator() if public_id not in ids_in(answers)]
    for start in range(0, len(lost), AT_A_TIME):
        Upload.objects.filter(pk__in=lost[start : start + AT_A_TIME]).delete()
    known = set(Upload.objects.values_list("public_id", flat=True))
    for path in (config().home / "uploads").glob("*/*"):
        if path.name not in known and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
