"""The pages as members see them: what stands on them, what is kept in the address, who may open what."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.core.cache import cache

from regard.accounts.site import store_of
from regard.metrics import define
from regard.report.site import Look
from regard.stream import Record

pytestmark = pytest.mark.django_db
ALL = [
    "/w/harbour/",
    "/w/harbour/metrics/nps/?by=channel",
    "/w/harbour/metrics/nps/compare/?by=channel",
    "/w/harbour/metrics/nps/why/?period=quarter",
    "/w/harbour/metrics/nps/definition/",
    "/w/harbour/metrics/nps/rows/",
    "/w/harbour/metrics/retention/",
    "/w/harbour/metrics/fcr/",
]


class Outline(HTMLParser):
    """What an accessibility check looks at first: ids, headings, labels, tables."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.bare_headers = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.ids.append(given["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "label":
            self.labelled.add(given.get("for") or "")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append(given)
        if tag == "th" and "scope" not in given:
            self.bare_headers += 1
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_empty_workspace_teaches_every_way_to_begin(workspace, signed_in):
    page = signed_in("owner").get("/w/harbour/")
    assert '"/w/harbour/sources/new/"' in page.content.decode()
    assert '"/w/harbour/surveys/new/"' in page.content.decode()
    assert "/new/" not in signed_in("viewer").get("/w/harbour/").content.decode()
    said = text(page)
    assert "Load a file" in said
    assert "regard load answers.csv" in said
    assert "regard demo" in said


def test_the_overview_shows_a_card_for_each_of_the_eight_metrics(company, signed_in):
    answer = signed_in("viewer").get("/w/harbour/")
    for name in ("(CSAT)", "(NPS)", "(CES)", "Retention", "Churn", "(FCR)", "resolution time", "Referral"):
        assert name in text(answer)
    assert "120 responses" in text(answer)
    assert "95% CI" in text(answer)


def test_a_metric_without_data_says_what_to_load(company, signed_in):
    assert "Ticket Opened, Ticket Replied and Ticket Resolved" in text(signed_in("viewer").get("/w/harbour/"))


def test_customers_own_words_are_only_for_members_who_may_see_rows(company, signed_in):
    assert "says" in text(signed_in("agent").get("/w/harbour/"))
    assert "says" not in text(signed_in("viewer").get("/w/harbour/"))


def test_words_of_customers_are_never_markup(company, signed_in):
    assert "<b>bold</b>" not in signed_in("agent").get("/w/harbour/").content.decode()


@pytest.mark.parametrize("address", ALL)
def test_every_page_has_one_h1_unique_ids_and_a_label_on_every_control(company, signed_in, address):
    answer = signed_in("owner").get(address)
    assert answer.status_code == 200
    seen = outline(answer.content.decode())
    assert seen.headings.count("h1") == 1
    assert len(seen.ids) == len(set(seen.ids))
    assert not seen.inline
    assert seen.bare_headers == 0
    for control in seen.controls:
        assert control.get("id") in seen.labelled or control.get("aria-label"), control


def test_filters_go_along_in_every_link_to_a_metric(company, signed_in):
    page = signed_in("viewer").get("/w/harbour/?period=quarter&where=channel%3Dapp").content.decode()
    assert 'href="/w/harbour/metrics/nps/?period=quarter&amp;where=channel%3Dapp"' in page


def test_a_filter_narrows_what_is_counted(company, signed_in):
    said = text(signed_in("viewer").get("/w/harbour/metrics/nps/?period=quarter&where=channel%3Dapp"))
    assert "60 responses" in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "That is not a date"),
        ("from=2026-05-31&to=2026-05-01", "The last day comes before the first"),
        ("where=channel", "Write a filter as column=value"),
        ("where=colour%3Dred", "There is no column or property of that name"),
        ("every=fortnight", "That is not one of the choices"),
        ("version=two", "not the number of a version"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named_and_the_rest_is_kept(company, signed_in, query, said):
    answer = signed_in("viewer").get(f"/w/harbour/?{query}&where=channel%3Dapp")
    assert answer.status_code == 422
    assert said in text(answer)
    assert "channel = app" in text(answer)


def test_quick_periods_end_with_the_data_not_with_today(company, signed_in):
    assert "Jun 8, 2026" in text(signed_in("viewer").get("/w/harbour/?period=30d"))


def test_a_break_down_marks_the_group_that_differs_and_can_be_sorted_and_searched(company, signed_in):
    browser = signed_in("viewer")
    answer = browser.get("/w/harbour/metrics/nps/?by=channel&sort=value")
    assert text(answer).index("email") < text(answer).rindex("app")
    assert "clearly better than the rest" in text(answer)
    found = text(browser.get("/w/harbour/metrics/nps/?by=channel&find=mai"))
    assert "clearly worse than the rest" in found
    assert "clearly better than the rest" not in found


def test_a_break_down_of_which_no_group_is_shown_still_opens(company, signed_in):
    browser = signed_in("analyst")
    assert "No group matches." in text(browser.get("/w/harbour/metrics/nps/?by=channel&find=nowhere"))
    store_of(company).keep(Record("settings", "workspace", {"minimum_n": 100}))
    page = browser.get("/w/harbour/metrics/nps/?by=channel")
    assert page.status_code == 200
    assert "held back" in text(page)


def test_two_groups_are_compared_with_an_interval_and_a_p_value(company, signed_in):
    said = text(signed_in("viewer").get("/w/harbour/metrics/nps/compare/?by=channel&a=email&b=app"))
    assert "clearly better" in said
    assert "p-value" in said


def test_a_period_that_cannot_be_read_is_said_beside_its_field(company, signed_in):
    answer = signed_in("viewer").get("/w/harbour/metrics/nps/compare/?a=sometime&b=2026-Q2")
    assert answer.status_code == 422
    assert "not a period" in text(answer)


def test_why_shows_parts_that_add_up(company, signed_in):
    said = text(signed_in("viewer").get("/w/harbour/metrics/nps/why/?period=quarter&by=channel"))
    assert "mix" in said
    assert "email" in said


@pytest.mark.parametrize("page", ["compare/?a=2026-Q1&b=2026-Q2&", "why/?period=quarter&by=channel&"])
def test_comparing_and_explaining_honour_the_version_in_the_address(company, signed_in, page):
    from regard.accounts.site import store_of

    viewer, address = signed_in("viewer"), f"/w/harbour/metrics/csat/{page}"
    before = figures_in(viewer.get(f"{address}version=0"))
    define(store_of(company), "csat", {"top": {"1-5": 5}})
    assert figures_in(viewer.get(f"{address}version=0")) == before
    assert figures_in(viewer.get(address)) != before


PERCENT = r"\d+(?:\.\d+)?%"


def figures_in(answer):
    return re.findall(PERCENT, text(answer))


def test_rows_are_paged_from_the_last_one_seen(company, signed_in):
    browser, seen = signed_in("agent"), []
    address = "/w/harbour/metrics/nps/rows/?period=all"
    for _ in range(20):
        page = browser.get(address).content.decode()
        seen.append(len(re.findall(r'<th scope="row"', page)))
        following = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        if not following:
            break
        address = "/w/harbour/metrics/nps/rows/" + following[1].replace("&amp;", "&")
    assert sum(seen) == 240


def test_a_viewer_sees_no_rows_and_takes_no_file(company, signed_in):
    browser = signed_in("viewer")
    for path in ("rows/", "rows.csv", "trend.csv", "groups.csv"):
        assert browser.get(f"/w/harbour/metrics/nps/{path}").status_code == 403
    assert "Rows behind it" not in text(browser.get("/w/harbour/metrics/nps/"))


def test_a_file_holds_exactly_the_groups_of_the_page(company, signed_in):
    answer = signed_in("analyst").get("/w/harbour/metrics/nps/groups.csv?by=channel&find=app&period=quarter")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "app" in lines[1]
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]


def test_a_formula_in_customers_words_does_not_run_in_a_spreadsheet(company, signed_in):
    text_of_file = signed_in("analyst").get("/w/harbour/metrics/nps/rows.csv?period=all").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text_of_file or "=HYPERLINK" not in text_of_file


def test_a_metric_that_does_not_exist_is_not_found(company, signed_in):
    assert signed_in("viewer").get("/w/harbour/metrics/happiness/").status_code == 404


@pytest.mark.parametrize(("address", "most"), [(ALL[0], 14), (ALL[1], 12), (ALL[5], 8)])
def test_a_page_asks_little_of_the_store_and_less_the_second_time(company, signed_in, monkeypatch, address, most):
    asked: list[str] = []
    counted = Look.store.func

    class Counting:
        def __init__(self, store):
            self.store = store

        def __getattr__(self, name):
            return getattr(self.store, name)

        def ask(self, question):
            asked.append(question.name)
            return self.store.ask(question)

    from functools import cached_property

    replaced = cached_property(lambda look: Counting(counted(look)))
    replaced.__set_name__(Look, "store")
    monkeypatch.setattr(Look, "store", replaced)
    browser = signed_in("owner")
    cache.clear()
    browser.get(address)
    first = len(asked)
    assert 0 < first <= most, asked
    browser.get(address)
    assert len(asked) == first, asked[first:]


def test_the_operational_database_is_asked_a_few_times_however_many_cards(
    company, signed_in, django_assert_max_num_queries
):
    browser = signed_in("owner")
    with django_assert_max_num_queries(6):
        browser.get("/w/harbour/")


@pytest.mark.parametrize("file", ["rows.csv?from=9999-99-99", "trend.csv?every='", "groups.csv?by=nothing+like+it"])
def test_a_file_is_made_of_exactly_the_filters_asked_for_or_not_at_all(company, signed_in, file):
    assert signed_in("owner").get(f"/w/harbour/metrics/nps/{file}").status_code == 422


def test_the_address_measures_by_old_settings_and_the_page_says_so(company, signed_in):
    from regard.accounts.site import store_of
    from regard.stream import Record

    store = store_of(company)
    store.keep(Record("settings", "workspace", {"time_zone": "UTC"}))
    store.keep(Record("settings", "workspace", {"time_zone": "Asia/Tokyo"}))
    client = signed_in("viewer")
    said = text(client.get("/w/harbour/metrics/nps/?settings=1"))
    assert "Measured by version 1 of the workspace's settings: time zone UTC" in said.replace("&#x27;", "'")
    assert "settings=1" in client.get("/w/harbour/?settings=1").content.decode()
    assert "?settings=2" in client.get("/w/harbour/metrics/nps/definition/").content.decode()
    assert client.get("/w/harbour/metrics/nps/?settings=9").status_code == 404
    assert client.get("/w/harbour/metrics/nps/?settings=old").status_code == 422


def test_a_metric_is_broken_down_from_the_start_by_a_telling_column(company, signed_in):
    answer = signed_in("viewer").get("/w/harbour/metrics/nps/")
    assert answer.context["breakdown"]["by"] == "channel"
    assert 'value="">Nothing' not in text(answer)


def test_the_side_navigation_keeps_the_filters_of_the_report(company, signed_in):
    browser = signed_in("analyst")

    def way_to(place: str, page: str) -> str:
        return next(one["href"] for one in browser.get(page).context["navigation"] if one["label"] == place)

    assert way_to("Overview", "/w/harbour/metrics/nps/?period=30d&where=channel%3Dweb&by=channel") == (
        "/w/harbour/?period=30d&where=channel%3Dweb"
    )
    assert way_to("Overview", "/w/harbour/metrics/nps/") == "/w/harbour/"
    assert way_to("Imports", "/w/harbour/metrics/nps/?period=30d") == "/w/harbour/imports/"


def test_the_bars_of_a_change_say_what_their_colours_mean(company, signed_in):
    page = text(signed_in("viewer").get("/w/harbour/metrics/nps/why/?period=quarter"))
    assert "may be chance" in page
    assert "−0.0" not in page


def test_resolution_time_draws_the_share_still_open_with_its_data(company, signed_in):
    from datetime import datetime

    from regard.accounts.site import store_of
    from tests.metrics.company import append, ticket

    opened = datetime(2026, 5, 5, 10)
    rows = [row for n in range(60) for row in ticket(n, opened, (n % 40) + 1.0)]
    append(store_of(company), *[{**row, "id": f"ticket-row-{place}"} for place, row in enumerate(rows)])
    said = text(signed_in("viewer").get("/w/harbour/metrics/resolution_time/?period=quarter"))
    assert "Of the tickets opened in this time, the share still open after so long" in said
    assert "Still open: from 100.0%" in said


def test_the_page_says_that_a_point_of_retention_is_of_a_shorter_time_than_the_figure(company, signed_in):
    client = signed_in("viewer")
    said = text(client.get("/w/harbour/metrics/retention/?from=2026-03-02&to=2026-05-31&every=week"))
    assert "Each point is of one week, the figure above of 91 days" in said
    assert "Each point is of one week" not in text(client.get("/w/harbour/metrics/nps/?period=quarter&every=week"))


def test_a_page_says_what_it_is_compared_with_only_where_it_is(company, signed_in):
    viewer, dates = signed_in("viewer"), "?from=2026-04-01&to=2026-07-01"
    nps, kept = (text(viewer.get(f"/w/harbour/metrics/{key}/{dates}")) for key in ("nps", "retention"))
    assert "· compared with" in nps
    assert "· compared with" not in kept
    assert "nothing to compare with" in kept


@pytest.mark.parametrize("place", ["settings/", "settings/keys/", "members/", "audit/", "segments/new/", "people/"])
def test_a_title_says_whose_page_it_is(workspace, signed_in, place: str):
    page = signed_in("owner").get(f"/w/harbour/{place}").content.decode()
    assert f"· {workspace.name} · Regard</title>" in page
