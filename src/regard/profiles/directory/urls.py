"""Addresses of people and accounts, under ``/w/<slug>/``."""

from django.urls import path

from regard.profiles.directory import views
from regard.profiles.erasing import views as erasing
from regard.profiles.identity import views as identity

app_name = "people"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/suggestions/", views.suggestions, name="suggestions"),
    path("people/suggestions/<str:suggestion>/", views.decide, name="decide"),
    path("people/rules/", identity.rules, name="rules"),
    path("people/<int:number>/", views.person, name="person"),
    path("people/<int:number>/identity/", views.identity, name="identity"),
    path("people/<int:number>/erase/", erasing.erasing, name="erasing"),
    path("people/<int:number>/merge/<int:other>/", views.merging, name="merging"),
    path("people/<int:number>/links/<str:link>/", views.evidence, name="evidence"),
    path("people/companies/", views.companies, name="companies"),
    path("people/companies/<path:key>/", views.company, name="company"),
]
