"""One-time sign-in links, password links and invitations."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from regard.accounts.models import Invitation, Member, SignInLink
from regard.accounts.site import User, Workspace, add_user, local_owner, password_link_for, sign_in_link_for
from regard.base import Conflict, Forbidden
from regard.base.clock import frozen, now

pytestmark = pytest.mark.django_db
PASSWORD = "a calm river at dawn"


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def signed_in_user(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_looking_at_a_sign_in_link_does_not_use_it_up_and_confirming_does(workspace: Workspace, client: Client) -> None:
    path = path_of(sign_in_link_for(local_owner()))
    for _scanner in range(3):
        assert client.get(path).status_code == 200
        assert signed_in_user(client) is None
    assert client.post(path).status_code == 302
    assert signed_in_user(client) == str(local_owner().pk)
    assert Client().post(path).status_code == 404


def test_a_sign_in_link_ends_after_a_quarter_of_an_hour(workspace: Workspace, client: Client) -> None:
    path = path_of(sign_in_link_for(local_owner()))
    with frozen(now() + timedelta(minutes=16)):
        assert client.post(path).status_code == 404
    assert signed_in_user(client) is None


def test_a_stolen_database_holds_no_usable_link(workspace: Workspace) -> None:
    token = path_of(sign_in_link_for(local_owner())).split("/")[2]
    assert token not in str(SignInLink.objects.values().get())


def test_there_are_no_sign_in_links_in_production(workspace: Workspace, client: Client, settings) -> None:
    path = path_of(sign_in_link_for(local_owner()))
    settings.REGARD_PRODUCTION = True
    assert client.get(path).status_code == 404
    with pytest.raises(Forbidden):
        sign_in_link_for(local_owner())


def test_a_sign_in_link_of_somebody_with_a_second_factor_asks_for_it(workspace: Workspace, client: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(local_owner(), generate_totp_secret())
    answer = client.post(path_of(sign_in_link_for(local_owner())))
    assert answer.url == reverse("mfa_authenticate")
    assert signed_in_user(client) is None


def test_the_first_owner_sets_a_password_by_link(workspace: Workspace, client: Client) -> None:
    user = add_user("boss@example.org")
    first = client.get(path_of(password_link_for(user)), follow=True)
    client.post(first.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_somebody_new_joins_by_invitation(workspace: Workspace, client: Client) -> None:
    _made, token = Invitation.make(workspace, "analyst", add_user("boss@example.org"))
    path = reverse("accounts:invitation", args=[token])
    assert client.get(path).status_code == 200
    answer = client.post(path, {"email": "New@example.org", "password": PASSWORD})
    assert answer.url == "/w/harbour/"
    assert Member.objects.find("harbour", User.objects.get(email="new@example.org")).role == "analyst"
    assert Client().get(path).status_code == 404


def test_somebody_known_joins_with_the_account_they_have(workspace: Workspace, signed_in) -> None:
    browser = signed_in("stranger")
    _made, token = Invitation.make(workspace, "agent", add_user("boss@example.org"))
    assert browser.post(reverse("accounts:invitation", args=[token])).url == "/w/harbour/"
    assert Member.objects.find("harbour", User.objects.get(email="stranger@example.org")).role == "agent"


def test_an_invitation_cannot_take_over_an_account_that_exists(workspace: Workspace, client: Client) -> None:
    ann = add_user("ann@example.org", "the old one is fine")
    _made, token = Invitation.make(workspace, "owner", ann)
    answer = client.post(
        reverse("accounts:invitation", args=[token]), {"email": "ann@example.org", "password": PASSWORD}
    )
    assert answer.status_code == 200
    ann.refresh_from_db()
    assert ann.check_password("the old one is fine")
    assert signed_in_user(client) is None


def test_an_invitation_to_an_address_is_for_nobody_else(workspace: Workspace) -> None:
    made, _token = Invitation.make(workspace, "owner", add_user("boss@example.org"), "ann@example.org")
    with pytest.raises(Forbidden):
        made.accept(add_user("eve@example.org"))
    assert made.accept(add_user("ann@example.org")).role == "owner"


def test_an_invitation_works_once_even_in_two_hands(workspace: Workspace) -> None:
    made, token = Invitation.make(workspace, "viewer", add_user("boss@example.org"))
    again = Invitation.objects.find(token)
    made.accept(add_user("ann@example.org"))
    with pytest.raises(Conflict):
        again.accept(add_user("eve@example.org"))


def test_an_invitation_ends_after_a_week(workspace: Workspace) -> None:
    _made, token = Invitation.make(workspace, "viewer", add_user("boss@example.org"))
    with frozen(now() + timedelta(days=8)):
        assert Invitation.objects.find(token) is None


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234", "newcomer@example.org"])
def test_a_weak_password_is_refused_with_the_reason(workspace: Workspace, client: Client, password: str) -> None:
    _made, token = Invitation.make(workspace, "viewer", add_user("boss@example.org"))
    path = reverse("accounts:invitation", args=[token])
    answer = client.post(path, {"email": "newcomer@example.org", "password": password})
    assert answer.context["form"].errors["password"]
    assert not User.objects.filter(email="newcomer@example.org").exists()
