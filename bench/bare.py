"""A site with one bare page more: it reads a form, stores a row, and sends the browser on. What surveys are held against.

It is a page of the site like any other, by every middleware; and the same once more among respondents' pages, by the few
that those need. It finds what its row belongs to by one question, as a page does; it checks nothing of what it was sent,
and its row may be lost with the power, as SQLite keeps it here.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from regard.accounts.site import Workspace, public
from regard.surveys.models import Response, SurveyVersion


@csrf_exempt
@public
def bare(request: HttpRequest) -> HttpResponse:
    """Store what was sent as a row of the table that responses are kept in."""
    version = SurveyVersion.objects.only("pk", "survey_id").first()
    Response.objects.create(
        workspace=Workspace(pk=1),
        survey_id=version.survey_id,
        version_id=version.pk,
        language="en",
        answers={"nps": int(request.POST["a.nps"])},
    )
    return HttpResponse(status=303, headers={"Location": request.path})


urlpatterns = [path("bare/", bare), path("s/bare/", bare), path("", include("regard.urls"))]
