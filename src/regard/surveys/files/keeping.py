"""Files that respondents send along: checked by what they are, kept under names of ours, outside of what is served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile

from regard.accounts.site import Workspace
from regard.base import RegardError
from regard.base.config import config
from regard.base.words import said
from regard.surveys.model import File
from regard.surveys.models import Response, Upload
from regard.surveys.sniffing import HEAD, MOST_FILES, check_file

LONGEST_NAME = 120


class Kept(NamedTuple):
    """What became of files: what the answer says of them, and what was wrong."""

    answer: list[dict[str, Any]]
    problem: str | None = None


def folder_of(workspace: Workspace) -> Path:
    """Where a workspace's uploads lie."""
    return config().home / "uploads" / workspace.slug


def path_of(upload: Upload) -> Path:
    return folder_of(upload.response.workspace) / upload.public_id


def keep_files(response: Response, question: File, files: Sequence[UploadedFile], before: Any) -> Kept:
    """Keep the files that are fine beside those sent before; one that is not is told, and the rest stays."""
    answer = list(before) if isinstance(before, list) else []
    most = MOST_FILES if question.allow_multiple else 1
    for file in files:
        if question.allow_multiple and len(answer) >= most:
            return Kept(answer, said("No more than {count} files can be sent here.", count=most))
        try:
            one = _keep(response, question, file)
        except RegardError as error:
            return Kept(answer, error.message)
        answer = [*answer, one] if question.allow_multiple else [one]
    return Kept(answer)


def _keep(response: Response, question: File, file: UploadedFile) -> dict[str, Any]:
    name = _shown_name(file.name or "")
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


def forget_uploads(response: Response) -> int:
    """Delete the files of a response, and what is known of them; returns how many."""
    uploads = list(response.uploads.select_related("response__workspace"))
    for upload in uploads:
        path_of(upload).unlink(missing_ok=True)
        upload.delete()
    return len(uploads)
