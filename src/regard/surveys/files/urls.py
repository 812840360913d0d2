"""``/w/<slug>/surveys/files/``."""

from __future__ import annotations

from django.urls import path

from regard.surveys.files import views

app_name = "survey_files"
urlpatterns = [path("<uuid:file>/", views.file, name="file")]
