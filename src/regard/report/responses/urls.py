"""``/w/<slug>/surveys/<key>/results/``."""

from django.urls import path

from regard.report.responses.views import crosstab, figures, files, silence, singles

app_name = "results"

urlpatterns = [
    path("<str:key>/results/", figures.results, name="results"),
    path("<str:key>/results/silence/", silence.silence, name="silence"),
    path("<str:key>/results/crosstab/", crosstab.crosstab, name="crosstab"),
    path("<str:key>/results/words/", singles.words, name="words"),
    path("<str:key>/results/responses/<str:response>/", singles.response, name="response"),
    path("<str:key>/results/files/<str:file>", files.file, name="file"),
]
