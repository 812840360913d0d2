"""``/w/<slug>/surveys/<key>/results/``."""

from django.urls import path

from regard.report.responses import views

app_name = "results"

urlpatterns = [
    path("<str:key>/results/", views.results, name="results"),
    path("<str:key>/results/silence/", views.silence, name="silence"),
    path("<str:key>/results/crosstab/", views.crosstab, name="crosstab"),
    path("<str:key>/results/words/", views.words, name="words"),
    path("<str:key>/results/responses/<str:response>/", views.response, name="response"),
    path("<str:key>/results/files/<str:file>", views.file, name="file"),
]
