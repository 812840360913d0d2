"""Figures as five languages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.web import LANGUAGES, Format
from regard.web.cards import Card, Change, show_change

DAY, HOUR = 86_400, 3_600
NPS = SimpleNamespace(value=38.42, low=35.11, high=41.73, n=3912, unit="points", confidence=0.95)


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2009", " ")


@pytest.mark.parametrize(
    "language, percent, number, days",
    [
        ("en", "82.6%", "12,345.68", "5 days"),
        ("pl", "82,6%", "12 345,68", "5 dni"),
        ("ru", "82,6 %", "12 345,68", "5 дн."),
        ("zh-hans", "82.6%", "12,345.68", "5天"),
        ("ro", "82,6 %", "12.345,68", "5 zile"),
    ],
)
def test_figures_follow_the_language(language, percent, number, days):
    fmt = Format(language)
    assert plain(fmt.percent(0.826)) == percent
    assert plain(fmt.number(12345.678)) == number
    assert plain(fmt.duration(5 * DAY)) == days


@pytest.mark.parametrize(
    "language, day, month, quarter",
    [
        ("en", "May 18, 2026", "May 2026", "Q2 2026"),
        ("pl", "18 maj 2026", "maj 2026", "II kw. 2026"),
        ("ru", "18 мая 2026 г.", "май 2026 г.", "2-й кв. 2026 г."),
        ("zh-hans", "2026年5月18日", "2026年5月", "2026年第2季度"),
        ("ro", "18 mai 2026", "mai 2026", "trim. II 2026"),
    ],
)
def test_periods_have_names_in_every_language(language, day, month, quarter):
    fmt, start = Format(language), date(2026, 5, 18)
    assert [plain(fmt.period(start, every)) for every in ("day", "month", "quarter")] == [day, month, quarter]
    assert "24" in fmt.period(start, "week")


@pytest.mark.parametrize(
    "language, one, two, five",
    [
        ("pl", "1 dzień", "2 dni", "5 dni"),
        ("ro", "1 zi", "2 zile", "5 zile"),
        ("en", "1 day", "2 days", "5 days"),
    ],
)
def test_plurals_are_the_languages_own(language, one, two, five):
    assert [plain(Format(language).duration(n * DAY)) for n in (1, 2, 5)] == [one, two, five]


def test_a_count_uses_the_readers_plural():
    polish = Format("pl", plural=lambda one, many, n: "{n} odpowiedź" if n == 1 else "{n} odpowiedzi")
    assert plain(polish.count_of(("{n} response", "{n} responses"), 1)) == "1 odpowiedź"
    assert plain(polish.count_of(("{n} response", "{n} responses"), 23912)) == "23 912 odpowiedzi"


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 sec"),
        (3.25, "3.2 sec"),
        (90, "1 min 30 sec"),
        (59 * 60 + 59, "59 min 59 sec"),
        (2 * DAY + 3 * HOUR, "2 days 3 hr"),
        (2 * HOUR - 1, "2 hr"),
        (DAY - 1, "24 hr"),
        (-5400, "−1 hr 30 min"),
        (400 * DAY, "400 days"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, text):
    assert Format().duration(seconds) == text


@given(st.floats(0, 1e9))
def test_a_duration_never_says_sixty_of_anything(seconds):
    assert "60 " not in Format().duration(seconds).split("days")[-1]


def test_an_estimate_carries_its_interval_and_n():
    shown = Format().estimate(NPS)
    assert (shown.value, shown.interval, shown.n) == ("38.4", "95% CI 35.1 – 41.7", "3,912 responses")


@pytest.mark.parametrize(
    "unit, value, number, suffix",
    [
        ("share", 0.826, "82.6", "%"),
        ("score", 4.254, "4.25", ""),
        ("points", -3.04, "−3.0", ""),
        ("seconds", 90_000, "1 day 1 hr", ""),
        ("count", 31, "31", ""),
        ("money", 1234.5, "€1,234.50", ""),
    ],
)
def test_each_unit_is_shown_its_own_way(unit, value, number, suffix):
    estimate = SimpleNamespace(value=value, low=None, high=None, n=1, unit=unit)
    shown = Format().estimate(estimate)
    assert (shown.number, shown.unit, shown.interval, shown.n) == (number, suffix, "", "1 response")


def test_what_was_not_counted_is_a_dash_and_never_zero():
    nothing = SimpleNamespace(value=None, low=None, high=None, n=0, unit="share")
    assert Format().estimate(nothing).value == "–"


def test_a_withheld_figure_is_not_shown_though_it_is_known():
    held = SimpleNamespace(value=0.5, low=0.1, high=0.9, n=3, unit="share", withheld="below_minimum_n")
    assert Format().estimate(held)[:4] == ("–", "–", "", "")
    assert "Too few" in Card("Referral rate", held).withheld()
    assert Card("Referral rate", held).bar() is None


def test_shares_differ_by_percentage_points():
    assert Format().change(-0.042, "share") == "−4.2 pp"
    assert Format().change(4.2, "points") == "+4.2"


def test_a_negative_interval_keeps_its_dash_apart_from_its_signs():
    assert Format().range(-7.04, -3.0, "points") == "−7.0 – −3.0"


@pytest.mark.parametrize(
    "change, icon, tone, words",
    [
        (
            Change(4.2, is_significant=True, is_better=True),
            "trending-up",
            "good",
            "clearly better than the period before",
        ),
        (
            Change(-90.0, is_significant=True, is_better=True),
            "trending-down",
            "good",
            "clearly better than the period before",
        ),
        (
            Change(4.2, is_significant=True, is_better=False),
            "trending-up",
            "bad",
            "clearly worse than the period before",
        ),
        (Change(4.2, is_significant=False, is_better=True), "minus", "", "no clear change"),
    ],
)
def test_up_and_down_are_said_only_when_significant(change, icon, tone, words):
    shown = show_change(change, "points")
    assert (shown.icon, shown.tone, shown.words) == (icon, tone, words)


@pytest.mark.parametrize("language", [*LANGUAGES, "en-us", "zh-cn", "pl-PL"])
def test_every_language_tag_finds_its_locale(language):
    assert Format(language).percent(0.5, 0)


def test_an_instant_is_shown_on_the_readers_clock():
    at = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert "00:30" in Format("pl", "Europe/Warsaw").instant(at)
    assert Format("pl", "Europe/Warsaw").instant(at) == Format("pl", "Europe/Warsaw").instant(at.replace(tzinfo=None))


@pytest.mark.parametrize("unit", ["share", "points", "score", "count"])
@pytest.mark.parametrize("difference", [0.00001, -0.00001])
def test_a_change_that_rounds_to_nothing_has_no_sign(unit: str, difference: float) -> None:
    assert not set(Format().change(difference, unit)) & {"+", "−", "-"}
