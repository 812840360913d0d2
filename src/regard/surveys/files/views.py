"""One file that a respondent sent along."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required
from regard.base import NotFound
from regard.base.words import said
from regard.surveys.files.keeping import path_of
from regard.surveys.models import Upload


@right_required(Right.VIEW_ROWS)
@require_GET
def file(request: HttpRequest, slug: str, file: UUID) -> FileResponse:
    """The file as a download: never shown in place, whatever it claims to be."""
    rows = Upload.objects.filter(response__workspace=request.workspace).select_related("response__workspace")
    found = rows.filter(public_id=str(file)).first()
    if found is None or not path_of(found).exists():
        raise NotFound(said("there is no such file"))
    record_audit(request.workspace, request.user, "survey file downloaded", found.public_id)
    answer = FileResponse(path_of(found).open("rb"), as_attachment=True, filename=found.name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
