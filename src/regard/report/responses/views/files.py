"""The responses as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from regard.accounts import Right
from regard.accounts.site import record_audit, right_required
from regard.base import NotFound
from regard.base.words import said
from regard.report.responses.files import FORMATS
from regard.report.responses.site import Results
from regard.report.responses.tabling import table_of


@right_required(Right.EXPORT)
@require_GET
def file(request: HttpRequest, slug: str, key: str, file: str) -> HttpResponse:
    """The responses as a file: needs the right to see single ones as well as the right to export."""
    if not request.member.may(Right.VIEW_ROWS):
        raise PermissionDenied
    asked, written = Results.of(request, key), _format(file)
    raked = asked.weighing.of(asked.mask) if asked.weighing.raked is not None else None
    made = written(table_of(asked.part, raked, asked.fmt), asked.survey.name, asked.fmt)
    record_audit(request.workspace, request.user, "survey exported", key, file=file, responses=asked.part.n)
    stem, _dot, ending = file.rpartition(".")
    answer = HttpResponse(made, content_type=CONTENT_TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}-{stem}.{ending}"'
    return answer


CONTENT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "sav": "application/x-spss-sav",
    "sps": "text/plain; charset=utf-8",
}


def _format(file: str) -> Callable[..., Any]:
    if file not in FORMATS:
        raise NotFound(said("there is no such file"))
    return FORMATS[file]
