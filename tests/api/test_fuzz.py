"""Requests that nobody would write by hand, made from the description of the API (schemathesis).

Every answer is one that the description declares, every refusal a problem, and nothing is an error of ours. For more
examples: ``REGARD_FUZZ_EXAMPLES=2000 pytest tests/api/test_fuzz.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi import checks

from regard.accounts.api.describing import described
from regard.accounts.keys.model import Scope
from regard.accounts.keys.models import Key
from regard.base.config import config

pytestmark = pytest.mark.long
EXAMPLES = int(os.environ.get("REGARD_FUZZ_EXAMPLES", "10"))
load_all_checks()
schema = schemathesis.openapi.from_dict(described())
schema.app = get_wsgi_application()
UNKNOWN = [checks.positive_data_acceptance]
"""Not checked: what fits the description may name a metric, column or version that a workspace has not."""


@pytest.fixture
def key(full, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("REGARD_API_RATE", "100000000")
    monkeypatch.setattr("regard.collect.tasks.start", lambda *_given: None)
    config.cache_clear()
    return Key.make(full, "fuzz", list(Scope))[1]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request that ends closes its connection to the database; here it is the test's own, with its transaction."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "encoding", ["identity"]
)  # without a parameter of its own, every operation's test is called alike
@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="REGARD_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_whatever_makes_the_api_fail(case: schemathesis.Case, key: str, encoding: str) -> None:
    headers = {
        "Authorization": f"Bearer {key}",
        "Accept-Encoding": encoding,
        "Host": "localhost",
    }  # no other comes so far
    case.call_and_validate(headers=headers, excluded_checks=UNKNOWN)
