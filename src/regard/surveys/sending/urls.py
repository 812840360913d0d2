"""Addresses of sending, under ``/w/<slug>/surveys/``."""

from __future__ import annotations

from django.urls import path

from regard.surveys.sending.views import attention, mails, people, programmes, ways

app_name = "sending"

urlpatterns = [
    path("attention/", attention.attention, name="attention"),
    path("<slug:key>/send/", ways.ways, name="ways"),
    path("<slug:key>/send/once/", ways.once, name="once"),
    path("<slug:key>/send/sites/", ways.sites, name="sites"),
    path("<slug:key>/send/qr.svg", ways.qr, name="qr"),
    path("<slug:key>/send/poster.svg", ways.poster, name="poster"),
    path("<slug:key>/send/poster.pdf", ways.poster_pdf, name="poster_pdf"),
    path("<slug:key>/send/links/", people.upload, name="links"),
    path("<slug:key>/send/links/<uuid:token>/", people.links, name="waiting"),
    path("<slug:key>/send/links/<uuid:token>/rejected.csv", people.rejected, name="rejected"),
    path("<slug:key>/send/programmes/new/", programmes.edit, name="new"),
    path("<slug:key>/send/programmes/<int:pk>/", programmes.programme, name="programme"),
    path("<slug:key>/send/programmes/<int:pk>/edit/", programmes.edit, name="edit"),
    path("<slug:key>/send/programmes/<int:pk>/state/", programmes.state, name="state"),
    path("<slug:key>/send/programmes/<int:pk>/recipients/", programmes.recipients, name="recipients"),
    path("<slug:key>/send/programmes/<int:pk>/list/", programmes.people_list, name="list"),
    path("<slug:key>/send/programmes/<int:pk>/list/rejected.csv", programmes.list_rejected, name="list_rejected"),
    path("<slug:key>/send/programmes/<int:pk>/invitations/", programmes.invitations, name="invitations"),
    path("<slug:key>/send/programmes/<int:pk>/mail/", mails.look, name="mail"),
    path("<slug:key>/send/programmes/<int:pk>/mail/html/", mails.shown, name="mail_html"),
    path("<slug:key>/send/programmes/<int:pk>/mail/test/", mails.test, name="test"),
]
