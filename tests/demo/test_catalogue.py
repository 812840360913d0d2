"""The demo workspaces: described, licensed, packed, and loaded once."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlglot import parse_one

from regard.base import NotFound
from regard.base.config import config
from regard.demo import DEMOS, Demo, get_demo, load_demo
from regard.demo.catalogue import DATA, HERE
from regard.stream import IN_MEMORY, Question, Record, Store, open_store

ROOT = Path(__file__).parent.parent.parent
REAL = [demo for demo in DEMOS.values() if not demo.is_simulated]


def count(store: Store) -> int:
    return store.ask(Question("count", parse_one("SELECT count(*) AS n FROM interactions")))["n"][0]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REGARD_HOME", str(tmp_path))
    config.cache_clear()
    with open_store(IN_MEMORY) as opened:
        yield opened
    config.cache_clear()


def test_there_are_three_real_data_sets_and_one_simulated_company():
    assert len(REAL) == 3
    assert [demo.slug for demo in DEMOS.values() if demo.is_simulated] == ["simulated"]


def test_the_simulated_company_says_so_in_its_name_and_settings():
    demo = get_demo("simulated")
    assert "Simulated" in demo.name
    assert demo.settings()["is_simulated"] is True


@pytest.mark.parametrize("demo", REAL, ids=lambda demo: demo.slug)
def test_every_data_file_lies_beside_its_source_and_licence(demo):
    for source in demo.sources:
        assert source.file.is_file()
        assert source.mapping.is_file()
        stated = (source.file.parent / "SOURCES.md").read_text(encoding="utf-8")
        assert demo.licence_url in stated
        assert demo.source_url in stated


def test_no_data_file_is_without_a_demo():
    used = {source.file for demo in REAL for source in demo.sources}
    assert {path for path in DATA.rglob("*") if path.is_file() and path.suffix not in {".md", ".toml"}} == used


def test_the_data_stays_small():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 2_500_000


def test_the_script_makes_the_same_reduced_files_from_the_full_ones(shared_data: Path, tmp_path: Path):
    """What is in the repository is what the script makes."""
    tools = tmp_path / "tools"
    tools.mkdir()
    shutil.copy(ROOT / "tools" / "reduce_demo_data.py", tools)
    environment = {"REGARD_TEST_DATA": str(shared_data.resolve())}
    subprocess.run([sys.executable, tools / "reduce_demo_data.py"], check=True, env=environment)
    made = tmp_path / "src" / "regard" / "demo" / "data"
    for path in made.rglob("*.*"):
        kept = DATA / path.relative_to(made)
        if path.suffix == ".gz":
            assert gzip.decompress(kept.read_bytes()) == gzip.decompress(path.read_bytes()), path.name
    assert len(list(made.rglob("*.*"))) == 6


def test_an_unknown_demo_is_not_found():
    with pytest.raises(NotFound, match="there are simulated"):
        get_demo("nothing")


def test_the_simulated_company_loads_with_its_settings(store: Store):
    appended = load_demo("simulated", store)
    assert appended.new == count(store) > 150_000
    assert store.kept("settings", "workspace")[0].body["name"] == "Simulated shop"


def test_a_second_run_changes_nothing(store: Store):
    load_demo("simulated", store)
    before = store.stamp()
    assert load_demo("simulated", store).new == 0
    assert store.stamp() == before


def test_changed_settings_survive_a_second_run(store: Store):
    load_demo("simulated", store)
    store.keep(Record("settings", "workspace", {"name": "Ours"}))
    load_demo("simulated", store)
    assert [record.body["name"] for record in store.kept("settings", "workspace")] == ["Ours"]


def test_the_simulated_load_and_its_properties_are_on_record(store: Store):
    load_demo("simulated", store)
    properties = {record.key for record in store.kept("property")}
    [load] = store.kept("load")
    question = (
        "SELECT DISTINCT load, unnest(json_keys(properties)) AS key FROM interactions WHERE properties IS NOT NULL"
    )
    found = store.ask(Question("keys", parse_one(question, read="duckdb")))
    assert set(found["key"]) == properties
    assert set(found["load"]) == {load.key}


@pytest.mark.parametrize("demo", REAL, ids=lambda demo: demo.slug)
def test_a_real_data_set_loads_once_and_refuses_no_row(store: Store, demo: Demo):
    appended = load_demo(demo.slug, store)
    assert appended.new == count(store) > 10_000
    assert appended.refused == 0
    before = store.stamp()
    assert load_demo(demo.slug, store).new == 0
    assert store.stamp() == before


def test_progress_is_told(store: Store):
    told = []
    load_demo("simulated", store, lambda stage, done, total: told.append((stage, done, total)))
    assert told[0][0] == "simulating"
    assert told[-1][1] == told[-1][2] > 0


def test_the_retail_cohort_of_december_2010_is_the_published_one():
    """948 customers, of whom 362 came back in the next month: the reduced file holds what the full one does."""
    import duckdb

    path = DATA / "online_retail" / "online_retail_2010_2011.parquet"
    months = f"SELECT DISTINCT CustomerID AS c, date_trunc('month', InvoiceDate) AS m FROM '{path}' WHERE CustomerID IS NOT NULL"
    found = duckdb.sql(
        f"WITH months AS ({months}), firsts AS (SELECT c, min(m) AS first FROM months GROUP BY c) "
        "SELECT count(DISTINCT c), count(DISTINCT c) FILTER (m = DATE '2011-01-01') FROM months JOIN firsts USING (c) "
        "WHERE first = DATE '2010-12-01'"
    ).fetchall()
    assert found == [(948, 362)]


def test_every_mapping_of_a_demo_is_in_the_package():
    assert all(source.mapping.is_relative_to(HERE) for demo in REAL for source in demo.sources)


def test_the_reference_page_shows_what_the_command_prints():
    from regard.demo.__main__ import page
    from regard.demo.simulate import simulate

    text = (ROOT / "docs" / "reference" / "demo.md").read_text(encoding="utf-8")
    assert "\n".join(page(simulate())) in text
