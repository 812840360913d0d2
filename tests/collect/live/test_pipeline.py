"""Each step of the pipeline, and the list of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from regard.base import Invalid
from regard.collect.events import LIVE_REASONS, Event
from regard.collect.pipeline import STEPS, Settings, run, run_all, settings_from, steps_for
from regard.collect.privacy import PATTERNS, Rule
from regard.collect.semantics import MEANINGS
from regard.stream import COLUMNS, VOCABULARY

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def event(name: str = "Tea Poured", kind: str = "track", properties: object = None, **fields) -> Event:
    context = fields.pop("context", None)
    return Event(
        id="1",
        kind=kind,
        name=name,
        received_at=AT,
        user_id="ada",
        properties=None if properties is None else json.dumps(properties, ensure_ascii=False),
        context=None if context is None else json.dumps(context),
        **fields,
    )


def reason(given: Event, settings: Settings | None = None) -> str | None:
    found = run(given, steps_for(settings or Settings()))
    return found and found.reason


# --- the clock


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "occurred"),
    [
        (None, None, AT),
        ("2026-05-04T11:00:00Z", None, AT - timedelta(hours=1)),
        ("2026-05-04T11:00:00.5+02:00", None, AT - timedelta(hours=2, seconds=59, minutes=59, microseconds=500_000)),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:10Z", AT - timedelta(seconds=10)),
        ("2031-01-01T00:00:00Z", "2031-01-01T00:02:00Z", AT - timedelta(minutes=2)),
        ("2026-05-04T12:00:01Z", None, AT),
        ("2026-05-04T11:00:00Z", "never", AT - timedelta(hours=1)),
        ("2026-05-04T11:00:00Z", "0001-01-01T00:00:00+14:00", AT - timedelta(hours=1)),
    ],
    ids=[
        "no timestamp",
        "no sentAt",
        "a zone",
        "clock reset",
        "clock ahead",
        "drift",
        "bad sentAt",
        "sentAt in year 1",
    ],
)
def test_it_occurred_as_long_before_its_arrival_as_before_its_sending(timestamp, sent_at, occurred) -> None:
    given = event(timestamp=timestamp, sent_at=sent_at)
    assert reason(given) is None
    assert given.occurred_at == occurred


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "refusal"),
    [
        ("0001-01-01T00:00:00Z", None, "bad_time"),
        ("0001-01-01T00:00:00+14:00", None, "bad_time"),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "bad_time"),
        ("9999-12-31T23:59:59Z", None, "future_time"),
        ("9999-12-31T23:59:59-14:00", None, "bad_time"),
        ("2026-05-05T12:00:00Z", None, "future_time"),
        ("2026-05-05T12:00:00Z", "2026-05-04T12:00:00Z", "future_time"),
        ("yesterday", None, "bad_time"),
        ("1899-12-31T00:00:00Z", None, "bad_time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(timestamp, sent_at, refusal) -> None:
    assert reason(event(timestamp=timestamp, sent_at=sent_at)) == refusal


# --- bots


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    ],
)
def test_a_bot_is_refused_unless_the_source_keeps_bots(agent: str) -> None:
    assert reason(event(context={"userAgent": agent})) == "bot"
    assert reason(event(user_agent=agent)) == "bot"
    assert reason(event(user_agent=agent), Settings(keeps_bots=True)) is None


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari",
        "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari",
        "analytics-python/2.3.3",
        "python-requests/2.32",
    ],
)
def test_people_and_servers_are_no_bots(agent: str) -> None:
    assert reason(event(user_agent=agent)) is None


# --- consent, address, masking


@pytest.mark.parametrize(
    ("preferences", "silence", "refusal"),
    [
        ({"analytics": True}, False, None),
        ({"analytics": False}, True, "no_consent"),
        ({"analytics": "yes"}, True, "no_consent"),
        (None, True, None),
        (None, False, "no_consent"),
        ({"marketing": True}, False, "no_consent"),
    ],
)
def test_nothing_is_kept_of_whoever_did_not_consent(preferences, silence: bool, refusal) -> None:
    context = None if preferences is None else {"consent": {"categoryPreferences": preferences}}
    settings = Settings(consent=("analytics",), silence_is_consent=silence)
    found = run(event(context=context), steps_for(settings))
    assert (found and found.reason) == refusal
    assert found is None or found.is_forgotten


def test_the_address_of_the_machine_is_forgotten_unless_the_source_keeps_it() -> None:
    given, kept = (event(context={"ip": "192.0.2.7", "locale": "ro-RO"}) for _ in range(2))
    reason(given)
    assert given.context == '{"locale":"ro-RO"}'
    reason(kept, Settings(keeps_address=True))
    assert "192.0.2.7" in (kept.context or "")


def test_places_are_masked_or_removed_as_the_rules_say() -> None:
    rules = (Rule("properties.card.number"), Rule("context.traits.phone", "remove"), Rule("properties.absent"))
    given = event(properties={"card": {"number": 1, "bank": "x"}}, context={"traits": {"phone": "1", "plan": "a"}})
    assert reason(given, Settings(masks=rules)) is None
    assert json.loads(given.properties) == {"card": {"number": "•••", "bank": "x"}}
    assert json.loads(given.context) == {"traits": {"plan": "a"}}


@pytest.mark.parametrize(
    ("pattern", "text", "masked"),
    [
        ("card_number", "my card 4111 1111 1111 1111!", "my card •••!"),
        ("card_number", "5500-0000-0000-0004", "•••"),
        ("card_number", "378282246310005", "•••"),
        ("card_number", "order 4111111111111112", "order 4111111111111112"),
        ("card_number", "at 1717171717171", "at 1717171717171"),
        ("card_number", "id a4111111111111111", "id a4111111111111111"),
        ("iban", "to DE89 3704 0044 0532 0130 00 please", "to ••• please"),
        ("iban", "code DE00370400440532013000", "code DE00370400440532013000"),
        ("email", "write to ada.l@example.org.", "write to •••."),
        ("phone", "call +40 721 000 111 now", "call ••• now"),
        ("phone", "version +1.2", "version +1.2"),
    ],
)
def test_personal_data_in_free_text_is_masked(pattern: str, text: str, masked: str) -> None:
    given = event(properties={"note": [{"text": text}], "n": 3})
    assert reason(given, Settings(patterns=(pattern,))) is None
    assert json.loads(given.properties) == {"note": [{"text": masked}], "n": 3}


@pytest.mark.parametrize(
    ("odd", "why"),
    [("9" * 5000, "bad_number"), ("[" * 2000 + "]" * 2000, "too_deep")],
    ids=["an endless number", "a deep nest"],
)
def test_an_address_is_not_kept_because_the_context_cannot_be_read(odd: str, why: str) -> None:
    given = event()
    given.context = f'{{"ip": "192.0.2.1", "odd": {odd}}}'

    assert reason(given) == why


@pytest.mark.parametrize(
    ("properties", "kept"),
    [
        (r'{"text": "my card:\n4111 1111 1111 1111"}', "my card:\n•••"),
        (r'{"text": "account\nPL61109010140000071219812874"}', "account\n•••"),
        (r'{"text": "mobile\t\u002B48600100200"}', "mobile\t•••"),
        (r'{"text": "4111\u00201111\u00201111\u00201111"}', "•••"),
        (r'{"text": "jan@\u0142\u00f3dka.pl"}', "•••"),
    ],
)
def test_what_is_personal_is_masked_also_after_a_line_break_and_however_json_writes_it(
    properties: str, kept: str
) -> None:
    given, together = event("Complaint Made"), event("Complaint Made")
    given.properties = together.properties = properties
    steps = steps_for(Settings(patterns=("card_number", "iban", "email", "phone")))

    run(given, steps)
    run_all([event("Order Completed"), together], steps)

    assert given.text == kept
    assert json.loads(together.properties or "") == {"text": kept}


def test_text_with_line_breaks_and_nothing_personal_stays_as_it_was_sent() -> None:
    given = event("Complaint Made")
    given.properties = sent = r'{"text":  "late\n\u0105 again", "n": 123456789012345678901234567890}'

    run(given, steps_for(Settings()))

    assert given.properties == sent


def test_a_card_number_is_masked_by_default_also_as_a_number() -> None:
    given = event("Complaint Made", properties={"text": "charged 4111111111111111 twice", "card": 4111111111111111})
    reason(given)
    assert given.text == "charged ••• twice"
    assert json.loads(given.properties)["card"] == "•••"


# --- meaning


@pytest.mark.parametrize(
    ("name", "properties", "columns"),
    [
        ("Order Completed", {"order_id": 17, "total": "42.50", "currency": "eur"}, ("17", 42.5, "EUR", None, None)),
        ("Order Refunded", {"order_id": "17", "revenue": 3}, ("17", 3.0, None, None, None)),
        (
            "Live Chat Message Received",
            {"conversation_id": "c", "message_body": "My stapler", "agent_id": "a7"},
            ("c", None, None, "My stapler", "a7"),
        ),
        ("Live Chat Message Sent", {"conversation_id": "c", "message_body": "Hi", "agent_name": "A"}, ("c", None, None, None, "A")),
        ("Ticket Replied", {"ticket_id": "t", "by": "agent", "text": "Hello"}, ("t", None, None, None, None)),
        ("Ticket Replied", {"ticket_id": "t", "by": "customer", "text": "Still!"}, ("t", None, None, "Still!", None)),
        ("Tea Poured", {"revenue": 4, "currency": "PLN", "order_id": "1"}, (None, 4.0, "PLN", None, None)),
        ("Tea Poured", {"revenue": "much"}, (None, None, None, None, None)),
        ("Order Completed", None, (None, None, None, None, None)),
    ],
)  # fmt: skip
def test_the_name_says_which_properties_fill_which_columns(name, properties, columns) -> None:
    given = event(name, properties=properties)
    assert reason(given) is None
    assert (given.subject, given.amount, given.currency, given.text, given.agent) == columns


@pytest.mark.parametrize(
    ("properties", "refusal"),
    [
        ({"metric": "nps", "score": 9}, None),
        ({"metric": "csat", "score": 4, "scale_min": 1, "scale_max": 5}, None),
        ({"metric": "nps", "score": 11}, "score_off_scale"),
        ({"metric": "csat", "score": 4}, "score_off_scale"),
        ({"metric": "csat", "score": "good", "scale_min": 1, "scale_max": 5}, "bad_number"),
        ({"text": "only words"}, None),
    ],
)
def test_a_score_lies_on_its_scale(properties, refusal) -> None:
    assert reason(event("Survey Answered", properties=properties)) == refusal


@pytest.mark.parametrize("amount", [1e308, "1e400", -1e16, True, {}, "many"])
def test_an_amount_that_nobody_can_count_with_is_refused(amount) -> None:
    assert reason(event("Order Completed", properties={"order_id": "1", "total": amount})) == "bad_number"


def test_a_number_beyond_all_numbers_is_refused_not_raised() -> None:
    given = event("Order Completed")
    given.properties = '{"total": 1e999}'
    assert reason(given) == "bad_number"


def test_properties_nested_too_deeply_are_refused_where_a_step_must_look_inside() -> None:
    given = event("Order Completed")
    given.properties = '{"a":' * 5000 + "1" + "}" * 5000
    assert reason(given) == "too_deep"


def test_a_page_is_its_touchpoint() -> None:
    given = event("Page Viewed", "page", {"path": "/tea"}, context={"userAgent": "Firefox", "locale": "zh-CN"})
    reason(given)
    assert (given.touchpoint, given.channel, given.language) == ("/tea", "web", "zh")


# --- the list


def test_every_name_in_the_vocabulary_that_needs_a_column_gets_it_from_live_events() -> None:
    for name, semantic in VOCABULARY.items():
        if "subject" in semantic.needs:
            assert MEANINGS[name].subject, name


def test_meanings_fill_columns_that_exist() -> None:
    assert {"subject", "amount", "touchpoint", "text", "agent", "channel"} <= set(COLUMNS)


TEXTS = st.sampled_from(["4111 1111 1111 1111", "jo@example.org", "cup 12345678901234", "٤111111111111111", "tea"])
EVENTS = st.builds(
    event,
    name=st.sampled_from(["Tea Poured", "Order Completed", "Page Viewed", "Survey Answered"]),
    properties=st.none() | st.fixed_dictionaries({}, optional={"name": TEXTS, "revenue": st.just(3), "score": TEXTS}),
    context=st.none()
    | st.fixed_dictionaries({}, optional={"ip": TEXTS, "userAgent": st.sampled_from(["Googlebot/2.1", "Firefox"])}),
    user_agent=st.sampled_from([None, "Googlebot/2.1", "Firefox"]),
)


@given(st.lists(EVENTS, max_size=5))
@hypothesis_settings(deadline=None)
def test_a_step_has_nothing_to_do_with_an_event_that_does_not_concern_it(events: list[Event]) -> None:
    for step in steps_for(Settings(patterns=tuple(PATTERNS))):
        concerned = [id(each) for each in step.concerned(events)]
        for each in events:
            if id(each) not in concerned:
                before = structs.replace(each)
                assert step.does(each) is None
                assert each == before


@given(st.lists(EVENTS, max_size=5))
@hypothesis_settings(deadline=None)
def test_events_that_come_together_fare_as_each_would_alone(events: list[Event]) -> None:
    steps, alone = steps_for(Settings()), [structs.replace(each) for each in events]
    accepted = run_all(events, steps)
    assert [run(each, steps) for each in alone] == [each.refusal for each in events]
    assert alone == events
    assert list(accepted) == [each for each in events if each.refusal is None]


def test_a_source_without_rules_has_no_steps_for_them() -> None:
    assert len(steps_for(Settings())) == len(STEPS) - 3
    everything = Settings(consent=("a",), masks=(Rule("properties.a"),))
    assert len(steps_for(everything)) == len(STEPS) - 1  # no database of countries is named


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"consent": "analytics"}, "consent"),
        ({"patterns": ["faces"]}, "patterns"),
        ({"masks": [{"path": "card"}]}, "masks"),
        ({"masks": [{"path": "properties.card", "action": "burn"}]}, "masks"),
    ],
)
def test_settings_that_cannot_be_used_name_their_field(body, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        settings_from(body)
    assert caught.value.field == field


def test_every_pattern_and_reason_has_words() -> None:
    from regard.collect.live.forms import PATTERN_NAMES

    assert {name for name, _ in PATTERN_NAMES} == set(PATTERNS)
    assert all(LIVE_REASONS.values())
