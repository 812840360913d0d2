"""Addresses of imports, below ``/w/<slug>/imports/``."""

from django.urls import path

from regard.collect import views

app_name = "collect"

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.upload, name="upload"),
    path("mappings/<str:name>/", views.mapping_file, name="mapping_file"),
    path("refused/<str:load>/", views.refused, name="refused"),
    path("refused/<str:load>/rows.csv", views.refused_file, name="refused_file"),
    path("refused/<str:load>/replay/", views.replay, name="replay"),
    path("<str:key>/", views.show, name="load"),
    path("<str:key>/mapping/", views.mapping, name="mapping"),
    path("<str:key>/mapping/use/", views.use_mapping, name="use_mapping"),
    path("<str:key>/mapping/save/", views.save_mapping, name="save_mapping"),
    path("<str:key>/mapping.toml", views.own_mapping_file, name="own_mapping_file"),
    path("<str:key>/begin/", views.begin, name="begin"),
    path("<str:key>/cancel/", views.cancel, name="cancel"),
    path("<str:key>/discard/", views.discard, name="discard"),
]
