"""Signing in, and what protects it."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from regard.accounts.site import User, add_user

PASSWORD = "long enough to be safe"
LOGIN = "/account/login/"


@pytest.fixture
def ann(workspace) -> User:
    return add_user("ann@example.org", PASSWORD)


def sign_in(client: Client, password: str = PASSWORD, login: str = "ann@example.org"):
    return client.post(LOGIN, {"login": login, "password": password})


def test_a_password_signs_in_whatever_the_letter_case_of_the_address(ann: User, client: Client) -> None:
    assert sign_in(client, login="ANN@Example.org").status_code == 302
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(ann: User) -> None:
    def errors(answer) -> object:
        return answer.context["form"].errors

    wrong, unknown = sign_in(Client(), "not this one"), sign_in(Client(), login="eve@example.org")
    assert wrong.status_code == unknown.status_code == 200
    assert errors(wrong) == errors(unknown)


def test_guessing_is_slowed_down(ann: User) -> None:
    for _ in range(10):
        sign_in(Client(), "guess")
    assert sign_in(Client()).status_code != 302


def test_the_session_gets_a_new_name_on_sign_in(ann: User, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_nobody_signs_up_without_an_invitation(ann: User, client: Client) -> None:
    given = {"email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/signup/", given)
    assert not User.objects.filter(email="eve@example.org").exists()


def test_an_address_changes_only_when_the_new_one_is_verified(ann: User, client: Client) -> None:
    sign_in(client)
    asked = client.post("/account/email/", {"email": "new@example.org", "action_add": ""})
    client.post(asked.url, {"password": PASSWORD})  # once more, before anything about signing in changes
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"
    link = re.search(r"http://\S+(/account/confirm-email/\S+)", mail.outbox[-1].body)[1]
    assert client.get(link).status_code == 200
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"  # a mail scanner that opens the link confirms nothing
    client.post(link)
    ann.refresh_from_db()
    assert ann.email == "new@example.org"


def test_signing_out_needs_a_post(signed_in) -> None:
    browser = signed_in("viewer")
    browser.get("/account/logout/")
    assert "_auth_user_id" in browser.session
    browser.post("/account/logout/")
    assert "_auth_user_id" not in browser.session


def test_a_second_factor_is_set_up_and_then_asked_for(ann: User, client: Client) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    sign_in(client)
    asked = client.get(reverse("mfa_activate_totp"))
    page = client.post(asked.url, {"password": PASSWORD}, follow=True)
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    other = Client()
    assert sign_in(other).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in other.session


def test_a_forged_form_is_refused(ann: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(LOGIN).content.decode())[1]
    given = {"login": "ann@example.org", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert strict.post(LOGIN, given).status_code == 302


def test_after_signing_in_nobody_is_sent_to_another_site(ann: User, client: Client) -> None:
    answer = client.post(LOGIN + "?next=https://evil.example/", {"login": "ann@example.org", "password": PASSWORD})
    assert answer.url.startswith("/")


def test_an_unknown_host_name_is_refused(ann: User, client: Client) -> None:
    assert client.get(LOGIN, headers={"host": "evil.example"}).status_code == 400
    assert client.get(LOGIN, headers={"host": "localhost"}).status_code == 200


def test_health_says_nothing_but_ok_and_robots_keep_out(ann: User, client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert "Disallow: /" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("language", ["pl", "ru", "zh-hans", "ro"])
def test_the_chosen_language_goes_with_the_person(signed_in, language: str) -> None:
    browser = signed_in("viewer")
    browser.post(reverse("accounts:preferences"), {"name": "", "language": language, "theme": "dark"})
    page = browser.get(reverse("accounts:preferences"))
    assert page.headers["Content-Language"] == language
    assert page.context["user"].theme == "dark"


def test_the_language_menu_works_before_and_after_signing_in(workspace, client: Client, signed_in) -> None:
    for browser in (client, signed_in("viewer")):
        assert browser.post("/language/", {"language": "pl", "next": "/account/login/"}).url == "/account/login/"
        assert browser.get("/account/login/", follow=True).headers["Content-Language"] == "pl"
    assert User.objects.get(email="viewer@example.org").language == "pl"
    assert client.post("/language/", {"language": "pl", "next": "https://evil.example/"}).url == "/"


def test_whoever_is_in_one_workspace_goes_straight_there(signed_in) -> None:
    assert signed_in("viewer").get("/").url == "/w/harbour/"
    assert signed_in("stranger").get("/").url == "/workspaces/"


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "logout/",
        "signup/",
        "inactive/",
        "confirm-email/",
        "confirm-email/worn-out/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/worn-out/",
        "password/reset/key/done/",
        "password/change/",
        "password/set/",
        "email/",
        "reauthenticate/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/recovery-codes/generate/",
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_every_page_of_signing_in_is_ours(signed_in, path: str, is_known: bool) -> None:
    browser = signed_in("analyst") if is_known else Client()
    answer = browser.get(f"/account/{path}", follow=True)
    assert answer.status_code in (200, 403)  # 403: nothing to say once more
    first = next(one.origin.name for one in answer.templates if one.origin)
    assert "allauth/templates" not in first, first
    assert "style=" not in answer.content.decode().partition("<main")[2].partition("</main")[0]
