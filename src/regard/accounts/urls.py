"""Addresses of accounts: people, workspaces, and the process's own health."""

from django.urls import include, path

from regard.accounts import views

app_name = "accounts"

of_a_workspace = [
    path("members/", views.members, name="members"),
    path("members/invite/", views.invite, name="invite"),
    path("members/<int:pk>/role/", views.change_role, name="change_role"),
    path("members/<int:pk>/remove/", views.remove_member, name="remove_member"),
    path("invitations/<int:pk>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("leave/", views.leave, name="leave"),
    path("audit/", views.audit, name="audit"),
    path("settings/", views.workspace_settings, name="workspace_settings"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", views.preferences, name="preferences"),
    path("workspaces/", views.workspaces, name="workspaces"),
    path("workspaces/new/", views.new_workspace, name="new_workspace"),
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("language/", views.set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("health", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("w/<slug:slug>/", include(of_a_workspace)),
]
