"""Addresses of segments, under ``/w/<slug>/``."""

from django.urls import path

from regard.profiles import views

app_name = "profiles"

urlpatterns = [
    path("segments/", views.segments, name="segments"),
    path("segments/new/", views.new_segment, name="new_segment"),
    path("segments/upload/", views.upload, name="upload_list"),
    path("segments/<slug:key>/", views.segment, name="segment"),
    path("segments/<slug:key>/edit/", views.edit_segment, name="edit_segment"),
    path("segments/<slug:key>/upload/", views.upload, name="replace_list"),
    path("segments/<slug:key>/remove/", views.remove, name="remove_segment"),
]
