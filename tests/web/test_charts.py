"""Charts: nothing overlaps, nothing is clipped, nothing is invented, every text is escaped."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.web import (
    Format,
    Point,
    Row,
    breakdown,
    contributions,
    distribution,
    heat_map,
    interval_bar,
    sparkline,
    steps,
    trend,
)
from regard.web.charts.drawing import NARROW, WIDE, extent, fit, nice_ticks, pick_ticks, spread, text_width

SVG = "{http://www.w3.org/2000/svg}"
words = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1, max_size=24)
numbers = st.floats(-1e6, 1e6, allow_nan=False)
ROWS = [
    Row("Terminal 1", 0.81, 0.78, 0.84, 402),
    Row("Terminal 2", 0.74, 0.69, 0.79, 210, "bad"),
    Row("Other", None, n=3),
]


def weekly(values):
    return [
        Point(date(2026, 1, 5) + timedelta(weeks=i), v, None if v is None else v - 2, None if v is None else v + 2, 50)
        for i, v in enumerate(values)
    ]


def drawn(chart):
    return ET.fromstring(chart.svg)


def texts(chart, width):
    """Labels shown at a width: those for every width and those for this one."""
    other = {"wide": "narrow", "narrow": "wide"}[width]
    return [node for node in drawn(chart).iter(f"{SVG}text") if other not in node.get("class", "").split()]


@given(st.lists(words, min_size=1, max_size=60), st.sampled_from([NARROW, WIDE, 900.0]))
def test_labels_under_an_axis_never_touch_or_leave_it(labels, plot):
    shares = spread(len(labels))
    reaches = [extent(labels[index], shares[index], plot) for index in pick_ticks(labels, plot)]
    assert all(after[0] - before[1] >= 10 for before, after in pairwise(reaches))
    assert all(left >= -1 and right <= plot + 1 for left, right in reaches)


@pytest.mark.parametrize("language", ["en", "pl", "ru", "zh-hans", "ro"])
@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("width, plot", [("narrow", NARROW), ("wide", WIDE)])
def test_a_trend_names_some_periods_in_every_language_without_overlap(language, every, width, plot):
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[every]
    points = [Point(date(2016, 1, 1) + timedelta(days=days * i), 30 + i, 20 + i, 40 + i) for i in range(10)]
    chart = trend(points, title="NPS", unit="points", fmt=Format(language), every=every)
    labels = [node for node in texts(chart, width) if node.get("x", "").endswith("%")]
    reaches = [extent(node.text, float(node.get("x").rstrip("%")) / 100, plot) for node in labels]
    assert len(labels) >= 1
    assert all(after[0] > before[1] for before, after in pairwise(reaches))


@given(numbers, numbers)
def test_ticks_enclose_the_data_in_even_steps(one, other):
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high)
    hair = 1e-6 * (ticks[1] - ticks[0])
    assert ticks[0] <= low + hair
    assert ticks[-1] >= high - hair
    assert 2 <= len(ticks) <= 8


@given(words, st.floats(20, 300))
def test_a_cut_text_fits_its_place(text, pixels):
    cut = fit(text, pixels)
    assert cut == text or text_width(cut) <= pixels or cut == "…"


def test_tick_labels_tell_apart_what_they_name():
    chart = trend(
        [Point(date(2026, m, 1), 0.8 + 0.01 * m, 0.78, 0.89) for m in range(1, 8)],
        title="CSAT",
        unit="share",
        every="month",
    )
    axis = [node.text for node in drawn(chart).iter(f"{SVG}text") if node.get("x") == "-8"]
    values = [float(text.rstrip("%")) for text in axis]
    assert len({round(after - before, 6) for before, after in pairwise(values)}) == 1


def test_a_missing_period_is_a_gap_not_a_zero():
    chart = trend(weekly([30, 32, None, 35, 36]), title="NPS", unit="points", every="week")
    lines = [node for node in drawn(chart).iter(f"{SVG}path") if node.get("class") == "line"]
    assert len(lines) == 2
    assert chart.table.rows[2][1:3] == ["–", "–"]
    assert len(chart.marks) == 4


def test_a_lonely_point_is_a_dot_with_its_interval():
    chart = trend(weekly([None, 30, None]), title="NPS", unit="points", every="week")
    kinds = [node.get("class") for node in drawn(chart).iter()]
    assert "dot" in kinds
    assert "whisker" in kinds
    assert "line" not in kinds


def test_one_point_alone_makes_a_chart():
    chart = trend(weekly([30]), title="NPS", unit="points", every="week")
    assert chart.sentence.startswith("NPS: 30.0 (Jan 5")
    assert drawn(chart).find(f"{SVG}circle").get("cx") == "50%"


@pytest.mark.parametrize(
    "chart",
    [
        trend([], title="NPS", unit="points"),
        trend(weekly([None, None]), title="NPS", unit="points"),
        breakdown([], title="NPS", unit="points"),
        breakdown([], title="NPS", unit="points", reference=30.0),
        distribution([], title="NPS"),
        contributions([], title="NPS", unit="points"),
        steps([], title="NPS"),
        heat_map([], [], title="NPS"),
    ],
    ids=["trend", "all missing", "breakdown", "beside a whole", "distribution", "contributions", "steps", "heat map"],
)
def test_nothing_counted_is_said_and_not_drawn(chart):
    assert chart.svg == ""
    assert "nothing was counted" in chart.sentence


@pytest.mark.parametrize(
    "make",
    [
        lambda text: trend([Point(text, 1.0), Point(text, 2.0)], title=text, unit="score"),
        lambda text: breakdown(
            [Row(text, 1.0), Row(text, 2.0)], title=text, unit="score", reference=1.5, reference_name=text
        ),
        lambda text: distribution([Row(text, 0.5)], title=text),
        lambda text: contributions([Row(text, 0.5, note=text)], title=text, unit="share"),
        lambda text: heat_map([text], [(text, [0.5])], title=text),
        lambda text: sparkline([1, 2], title=text),
        lambda text: interval_bar(1, 0, 2, 0, 10, title=text),
    ],
)
def test_text_from_outside_cannot_break_out_of_a_chart(make):
    svg = make('"><script>alert(1)</script>&').svg
    assert "<script" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize(
    "chart",
    [
        trend(weekly([1, 2, 3]), title="T", unit="score"),
        breakdown(ROWS, title="T", unit="share"),
        distribution(ROWS[:2], title="T"),
        contributions(ROWS, title="T", unit="share"),
        heat_map(["0", "1"], [("Jan", [1.0, 0.4]), ("Feb", [1.0, None])], title="T"),
    ],
)
def test_every_chart_speaks_to_those_who_cannot_see_it(chart):
    root = drawn(chart)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "T"
    assert root.find(f"{SVG}desc").text == chart.sentence
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
    assert "style=" not in chart.svg


def test_a_break_down_sets_no_name_beside_a_figure_that_it_touches():
    long = Row("A name so long that no column of any table could ever hold it all", 0.5, 0.4, 0.6, 10)
    chart = breakdown([long, *ROWS], title="T", unit="share")
    narrow = texts(chart, "narrow")
    names = [node for node in narrow if "name" in node.get("class")]
    figures = [node for node in narrow if "figure" in node.get("class")]
    for name, figure in zip(names, figures, strict=True):
        assert text_width(name.text, 13) + text_width(figure.text, 13) < 250


@given(st.lists(st.one_of(st.none(), numbers), max_size=40))
def test_any_series_draws_inside_its_picture(values):
    chart = trend(weekly(values), title="T", unit="score")
    if chart.svg:
        assert all(0 <= float(node.get("cy")) <= 240 for node in drawn(chart).iter(f"{SVG}circle"))
        assert all(0 <= mark.x <= 100 for mark in chart.marks)


def test_contributions_leave_the_middle_to_either_side():
    chart = contributions([Row("Up", 0.02), Row("Down", -0.01)], title="T", unit="share")
    bars = list(drawn(chart).iter(f"{SVG}rect"))
    assert [(bar.get("x"), bar.get("width")) for bar in bars] == [("50%", "50%"), ("25%", "25%")]
    assert "Up, +2.0 pp" in chart.sentence


def test_a_duration_and_what_is_said_of_it_have_room_on_a_wide_page():
    """In Chinese "20 hr 47 min · differs" lost its second half."""
    rows = [Row("phone", 74_820.0, 60_000.0, 90_000.0, note="· 有差异"), Row("chat", 104_400.0, 9e4, 12e4)]
    drawn = breakdown(rows, title="t", unit="seconds", fmt=Format("zh-hans"))
    wide = [text for text in drawn.svg.split("<text") if "figure wide" in text]
    assert len(wide) == 2
    assert not any("…" in text for text in wide)
