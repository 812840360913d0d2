"""Addresses of the report, under ``/w/<slug>/``."""

from django.urls import path

from regard.report import views

app_name = "report"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("metrics/<slug:key>/", views.metric, name="metric"),
    path("metrics/<slug:key>/compare/", views.compare, name="compare"),
    path("metrics/<slug:key>/why/", views.why, name="why"),
    path("metrics/<slug:key>/definition/", views.definition, name="definition"),
    path("metrics/<slug:key>/rows/", views.rows, name="rows"),
    path("metrics/<slug:key>/rows.csv", views.rows_csv, name="rows_csv"),
    path("metrics/<slug:key>/trend.csv", views.trend_csv, name="trend_csv"),
    path("metrics/<slug:key>/groups.csv", views.groups_csv, name="groups_csv"),
]
