"""Small and untidy files: what is proposed for them, and what is said about it."""

from __future__ import annotations

import pytest

from regard.collect import load, preview, propose, rehearsing
from regard.collect.staging import Staging
from regard.stream import open_store


def _file(tmp_path, header, rows):
    path = tmp_path / "x.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


@pytest.mark.parametrize("heading", ["date", "created_at", "Data", "Дата", "日期", "creat la"])
def test_a_bad_date_among_five_is_refused_and_the_others_are_the_time(tmp_path, heading):
    days = ["2026-01-01", "2026-01-02", "soon", "2026-01-04", "2026-01-05"]
    rows = [f"{n},{day},{n + 5},en" for n, day in enumerate(days, 1)]
    proposal = propose(path := _file(tmp_path, f"id,{heading},score,lang", rows))
    assert f'time = {{ column = "{heading}", format = "iso" }}' in proposal.toml
    assert preview(path, proposal.mapping).result.reasons == {"bad_time": 1}


def test_bad_american_dates_do_not_turn_day_and_month(tmp_path):
    days = ["01/02/2026", "03/04/2026", "05/06/2026", "01/25/2026", "02/26/2026", "later"]
    proposal = propose(_file(tmp_path, "id,date,csat", [f"{n},{day},{n % 5}" for n, day in enumerate(days)]))
    assert 'format = "%m/%d/%Y"' in proposal.toml


def test_a_date_that_cannot_be_read_is_named_where_today_is_put(tmp_path):
    proposal = propose(_file(tmp_path, "id,date,csat", [f"{n},day {n},{n % 5}" for n in range(9)]))
    assert any("'date'" in note for note in proposal.notes)


@pytest.mark.parametrize(
    "heading, scores, expected, is_doubted",
    [
        ("score", "10 9 7 3 8", 'metric = "csat"\nscale = [1, 10]', True),
        ("score", "8 9 7 9 8", 'metric = "csat"\nscale = [1, 10]', True),
        ("score", "10 9 0 3 8", 'metric = "csat"\nscale = [0, 10]', False),
        ("score", "5 4 3 1 2", 'metric = "csat"\nscale = [1, 5]', False),
        ("nps", "5 4 3 1 2", 'metric = "nps"\nscale = [0, 10]', False),
        ("How likely are you to recommend us?", "9 7 8 9 6", 'metric = "nps"\nscale = [0, 10]', False),
    ],
)
def test_a_few_scores_up_to_ten_get_the_scale_of_their_heading(tmp_path, heading, scores, expected, is_doubted):
    rows = [f"r{n},2026-01-0{n},{score}" for n, score in enumerate(scores.split(), 1)]
    proposal = propose(_file(tmp_path, f"id,date,{heading}", rows))
    assert expected in proposal.toml
    assert any("1-10" in note for note in proposal.notes) == is_doubted


@pytest.mark.parametrize("odd", ["eleven", "55", "4.5"])
def test_one_odd_cell_among_62_scores_is_refused_and_hides_no_question(tmp_path, odd):
    rows = [f"r{n},2026-01-01,{n % 5 + 1}" for n in range(61)]
    proposal = propose(path := _file(tmp_path, "id,date,score", [*rows, f"r99,2026-01-01,{odd}"]))
    assert 'metric = "csat"\nscale = [1, 5]' in proposal.toml
    assert "missing" not in proposal.toml
    result = preview(path, proposal.mapping).result
    assert (result.accepted, result.refused) == ((61, 1) if odd != "4.5" else (62, 0))


def test_a_word_that_comes_back_beside_scores_is_a_code(tmp_path):
    rows = [f"r{n},2026-01-01,{'N/A' if n % 10 == 0 else n % 5 + 1}" for n in range(60)]
    assert 'missing = ["N/A"]' in propose(_file(tmp_path, "id,date,score", rows)).toml


@pytest.mark.parametrize(
    ("name", "day"),
    [("sfo_2015.csv", "2015-01-01"), ("export 2024-05.csv", "2024-05-01"), ("20241231.csv", "2024-12-31")],
)
def test_the_day_of_rows_without_a_time_comes_from_the_name_of_their_file(tmp_path, name, day):
    path = tmp_path / name
    path.write_text("id,csat\n" + "\n".join(f"r{n},{n % 5 + 1}" for n in range(20)))
    proposal = propose(path)
    assert f'time = {{ constant = "{day}" }}' in proposal.toml
    assert any(day in note for note in proposal.notes)


@pytest.mark.parametrize("name", ["2999.csv", "plan 2101.csv", "answers.csv", "2024-02-31.csv", "id 12015.csv"])
def test_a_name_that_speaks_of_no_day_that_was_leaves_today_and_doubt(tmp_path, name):
    path = tmp_path / name
    path.write_text("id,csat\n" + "\n".join(f"r{n},{n % 5 + 1}" for n in range(20)))
    proposal = propose(path)
    assert any("today is put" in note for note in proposal.notes)
    assert proposal.confidence < 0.5


def test_a_rehearsal_that_does_not_look_ids_up_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(rehearsing, "MOST_LOOKED_UP", 2)
    path = tmp_path / "x.csv"
    path.write_text("id,date,csat\n" + "".join(f"r{n},2026-01-01,{n % 5 + 1}\n" for n in range(9)))
    with open_store(tmp_path / "x.duckdb") as store:
        mapping = propose(path).mapping
        load(store, path, mapping)
        told = rehearsing.rehearse(store, path, mapping).result
    assert told.known == 0
    assert any("known ones count as new" in note for note in told.notes)


def test_columns_of_a_wide_file_are_looked_at_together(tmp_path, monkeypatch):
    columns = ["id", "date", *(f"q{n}" for n in range(400))]
    cells = [
        ",".join([str(n), f"2026-01-{n:02d}", *(str((n + place) % 5 + 1) for place in range(400))]) for n in range(1, 9)
    ]
    path = _file(tmp_path, ",".join(columns), cells)
    said, run = [], Staging.run
    monkeypatch.setattr(Staging, "run", lambda self, *given, **named: said.append(1) or run(self, *given, **named))
    proposal = propose(path)
    assert len(said) < 100
    assert [column.name for column in proposal.columns] == columns
    assert 'time = { column = "date", format = "iso" }' in proposal.toml


def test_a_column_is_told_alike_wherever_it_stands(tmp_path):
    rows = [f"{n},{n % 5 + 1},2026-01-{n:02d} 10:00,a longer remark about visit {n}," for n in range(1, 20)]
    one = propose(_file(tmp_path, "id,score,date,remark,nothing", rows)).columns
    other = [",".join(["x"] * 60 + [row]) for row in rows]
    names = ",".join(f"c{n}" for n in range(60))
    wide = propose(_file(tmp_path, f"{names},id,score,date,remark,nothing", other)).columns
    assert list(one) == list(wide)[60:]
