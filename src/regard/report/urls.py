"""Addresses of the report, under ``/w/<slug>/``."""

from django.urls import path

from regard.report.views import comparing, metric, overview, rows

app_name = "report"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("metrics/<slug:key>/", metric.metric, name="metric"),
    path("metrics/<slug:key>/compare/", comparing.compare, name="compare"),
    path("metrics/<slug:key>/why/", comparing.why, name="why"),
    path("metrics/<slug:key>/definition/", metric.definition, name="definition"),
    path("metrics/<slug:key>/rows/", rows.rows, name="rows"),
    path("metrics/<slug:key>/rows.csv", rows.rows_csv, name="rows_csv"),
    path("metrics/<slug:key>/trend.csv", rows.trend_csv, name="trend_csv"),
    path("metrics/<slug:key>/groups.csv", rows.groups_csv, name="groups_csv"),
]
