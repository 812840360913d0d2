"""The result pages as members see them: figures, filters, what is withheld, and who may open what."""

from __future__ import annotations

import re
from html import unescape

import pytest

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_the_page_tells_the_way_from_invitation_to_answer(signed_in, at) -> None:
    answer = signed_in("viewer").get(at)
    said = text(answer)
    assert answer.status_code == 200
    assert "RR1" in said
    assert "27.0%" in said  # 108 of 400
    assert "30.0%" in said  # 120 of 400
