"""Programs invite people, within the same limits as everybody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from regard.accounts.site import Workspace, make_key
from regard.base.clock import frozen
from tests.channels.conftest import Post
from tests.surveys.distribution.conftest import NOON, Company, Pass
from tests.surveys.distribution.test_returning import bounce

Send = Callable[..., Any]


@pytest.fixture
def send(company: Company) -> Send:
    secret = make_key(company.workspace, "shop", ["invitations:write"])

    def sent(path: str, body: dict[str, Any], secret: str = secret) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        with frozen(NOON):
            return Client().post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    return sent


def test_a_program_invites_and_hears_who_is_not_asked(company: Company, send: Send, post: Post, minutes: Pass) -> None:
    people = [{"email": "ann@example.org", "traits": {"first_name": "Ann"}}, {"user_id": "nobody-known"}]
    answer = send("invitations", {"survey": company.survey.key, "people": people})
    assert (answer.status_code, answer.json()) == (202, {"invited": 1, "held": {"unreachable": 1}})
    minutes()
    assert post.recipients == ["ann@example.org"]
    again = send("invitations", {"survey": company.survey.key, "people": people[:1]})
    assert again.json() == {"invited": 0, "held": {"asked_before": 1}}
    report = bounce(str(post.mails[0]["Message-ID"])).decode()
    assert send("invitations/reports", {"mail": report}).json() == {"invitations": 1}


def test_a_key_reaches_its_own_workspace_only(company: Company, send: Send, post: Post, minutes: Pass) -> None:
    send("invitations", {"survey": company.survey.key, "people": [{"email": "ann@example.org"}]})
    minutes()
    other = Workspace.objects.create(slug="other", name="Other")
    stranger = make_key(other, "other", ["invitations:write"])
    body = {"survey": company.survey.key, "people": [{"email": "bo@example.org"}]}
    assert send("invitations", body, stranger).status_code == 404
    report = bounce(str(post.mails[0]["Message-ID"])).decode()
    assert send("invitations/reports", {"mail": report}, stranger).json() == {"invitations": 0}
    assert send("invitations", body, make_key(company.workspace, "less", ["surveys:write"])).status_code == 403
    assert send("invitations", body, "nonsense").status_code == 401
