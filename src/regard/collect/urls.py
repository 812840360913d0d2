"""Addresses of imports, below ``/w/<slug>/imports/``."""

from django.urls import path

from regard.collect.views import mapping, refused, wizard

app_name = "collect"

urlpatterns = [
    path("", wizard.imports, name="imports"),
    path("new/", wizard.upload, name="upload"),
    path("mappings/<str:name>/", mapping.mapping_file, name="mapping_file"),
    path("refused/<str:load>/", refused.refused, name="refused"),
    path("refused/<str:load>/rows.csv", refused.refused_file, name="refused_file"),
    path("refused/<str:load>/replay/", refused.replay, name="replay"),
    path("<str:key>/", wizard.show, name="load"),
    path("<str:key>/mapping/", mapping.mapping, name="mapping"),
    path("<str:key>/mapping/use/", mapping.use_mapping, name="use_mapping"),
    path("<str:key>/mapping/save/", mapping.save_mapping, name="save_mapping"),
    path("<str:key>/mapping.toml", mapping.own_mapping_file, name="own_mapping_file"),
    path("<str:key>/begin/", wizard.begin, name="begin"),
    path("<str:key>/cancel/", wizard.cancel, name="cancel"),
    path("<str:key>/discard/", wizard.discard, name="discard"),
]
