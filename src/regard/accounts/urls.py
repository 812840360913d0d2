"""Addresses of accounts."""

from django.urls import path

from regard.accounts import views

app_name = "accounts"
urlpatterns = [
    path("health", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
]
