"""Lists in pages: each row once, in order, whatever the length of a page; a cursor cannot be made up."""

from __future__ import annotations

import pytest

from regard.accounts.site import store_of
from regard.base.ids import profile_number
from regard.stream import Batch
from tests.stream.rows import parquet, row

pytestmark = pytest.mark.django_db


def all_of(client, address: str, **asked: object) -> list[dict]:
    rows, cursor = [], None
    while True:
        page = client.get(address, {**asked, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["data"]) <= asked["limit"]
        rows += page["data"]
        cursor = page["next"]
        if cursor is None:
            return rows


@pytest.mark.parametrize("address, number", [("/api/v1/interactions", 480), ("/api/v1/metrics/nps/rows", 240)])
@pytest.mark.parametrize("limit", [7, 120, 500])
def test_pages_hold_every_row_once_newest_first(full, program, address: str, number: int, limit: int) -> None:
    rows = all_of(program(), address, limit=limit)
    assert len({one["id"] for one in rows}) == len(rows) == number
    order = [(one["occurred_at"], one["id"]) for one in rows]
    assert order == sorted(order, reverse=True)


def test_rows_that_arrive_meanwhile_shift_no_page(full, program, tmp_path) -> None:
    client = program()
    first = client.get("/api/v1/interactions", {"limit": 5}).json()
    store_of(full).append(Batch(accepted=parquet(tmp_path / "late.parquet", [row(9999, name="Late")])))
    second = client.get("/api/v1/interactions", {"limit": 5, "cursor": first["next"]}).json()
    assert not {one["id"] for one in first["data"]} & {one["id"] for one in second["data"]}


def test_a_list_is_narrowed_by_columns_and_time(full, program) -> None:
    asked = {"channel": "app", "start": "2026-05-01T00:00:00Z", "end": "2026-05-05T00:00:00+00:00", "limit": 500}
    rows = all_of(program(), "/api/v1/interactions", **asked)
    assert {one["channel"] for one in rows} == {"app"}
    assert {one["occurred_at"][:10] for one in rows} == {"2026-05-04"}


def test_an_interaction_tells_its_columns_and_properties(full, program, tmp_path) -> None:
    number = profile_number("1042")
    made = row(7000, id="a/b 1", customer=number, properties='{"terminal": 2, "odd": NaN, "huge": 1e999}')
    store_of(full).append(Batch(accepted=parquet(tmp_path / "one.parquet", [made])))
    told = program().get("/api/v1/interactions/a/b%201").json()
    assert told["customer"] == str(number)
    assert told["properties"] == {"terminal": 2, "odd": None, "huge": None}
    assert program().get("/api/v1/interactions", {"customer": str(number)}).json()["data"][0]["id"] == "a/b 1"


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "x" + text, lambda text: "none", str.upper])
def test_a_cursor_that_was_changed_is_refused(full, program, change) -> None:
    client = program()
    cursor = client.get("/api/v1/interactions", {"limit": 5}).json()["next"]
    answer = client.get("/api/v1/interactions", {"limit": 5, "cursor": change(cursor)})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


def test_a_cursor_opens_no_other_list_and_no_other_workspace(full, elsewhere, program) -> None:
    cursor = program().get("/api/v1/interactions", {"limit": 5}).json()["next"]
    for client, asked in ((program(), {"channel": "app"}), (program(of=elsewhere), {})):
        assert client.get("/api/v1/interactions", {**asked, "cursor": cursor}).status_code == 422


def test_a_key_sees_only_its_own_workspace(full, elsewhere, program) -> None:
    assert program(of=elsewhere).get("/api/v1/interactions").json() == {"data": [], "next": None}
    assert program(of=elsewhere).get("/api/v1/loads").json() == {"data": [], "next": None}
    assert program(of=elsewhere).get("/api/v1/metrics/nps").json()["figures"][0]["n"] == 0
