"""Addresses of surveys as they are made, under ``/w/<slug>/surveys/``."""

from django.urls import path

from regard.surveys.builder.views import (
    arriving,
    listing,
    logic,
    outline,
    parts,
    previewing,
    publishing,
    themes,
    words,
)

app_name = "surveys"

urlpatterns = [
    path("", listing.surveys, name="surveys"),
    path("new/", listing.new, name="new"),
    path("themes/", themes.themes, name="themes"),
    path("themes/new/", themes.theme, name="new_theme"),
    path("themes/<int:pk>/", themes.theme, name="theme"),
    path("themes/<int:pk>/logo", themes.logo, name="theme_logo"),
    path("<slug:key>/", outline.build, name="build"),
    path("<slug:key>/question/<path:name>/", parts.question, name="question"),
    path("<slug:key>/question-preview/<path:name>/", parts.question_preview, name="question_preview"),
    path("<slug:key>/page/<path:name>/", parts.page, name="page"),
    path("<slug:key>/settings/", parts.settings, name="settings"),
    path("<slug:key>/logic/", logic.logic, name="logic"),
    path("<slug:key>/json/", parts.document, name="document"),
    path("<slug:key>/survey.json", parts.export, name="export"),
    path("<slug:key>/languages/", words.languages, name="languages"),
    path("<slug:key>/languages/<str:language>/", words.translation, name="translation"),
    path("<slug:key>/languages/<str:language>/words.csv", words.table, name="translation_table"),
    path("<slug:key>/look/", previewing.look, name="look"),
    path("<slug:key>/preview/", previewing.preview, name="preview"),
    path("<slug:key>/preview/page/<path:name>/", previewing.page_preview, name="page_preview"),
    path("<slug:key>/preview/<str:state>/", previewing.preview, name="preview_at"),
    path("<slug:key>/publish/", publishing.publish, name="publish"),
    path("<slug:key>/versions/", publishing.versions, name="versions"),
    path("<slug:key>/versions/<int:number>/", publishing.version, name="version"),
    path("<slug:key>/brought/", arriving.responses, name="bring_responses"),
    path("<slug:key>/state/", publishing.state, name="state"),
]
