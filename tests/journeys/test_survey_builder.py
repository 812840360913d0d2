"""An analyst makes a survey: with scripts and dragging, without scripts, and by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

LIST = "/w/harbour/surveys/"


def begin(page: Page, heading: str) -> None:
    page.get_by_role("region", name=heading).get_by_role("button").click()
    page.wait_for_url(re.compile(r"/surveys/[\w-]{12}/$"))


def titles(page: Page) -> list[str]:
    return [one.strip().removesuffix(" *") for one in page.locator(".questions a > span:first-child").all_inner_texts()]


def test_a_ready_made_survey_is_changed_checked_published_and_answered(visit) -> None:
    visitor = visit("analyst")
    page = visitor.go(LIST + "new/")
    begin(page, "After support: CES 2.0")
    page.get_by_role("link", name=re.compile("Is your issue resolved")).click()
    page.get_by_label("What it asks").fill("Is it done?")
    expect(page.frame_locator("iframe").get_by_text("Is it done?")).to_be_visible()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#outline")).to_contain_text("Is it done?")
    page.get_by_role("link", name="Check and publish").first.click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    page.get_by_role("link", name="Open the public link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your contact with our support")
    assert visitor.complaints == []


def test_a_question_is_dragged_to_another_page(visit) -> None:
    visitor = visit("analyst", viewport={"width": 1366, "height": 900})
    page = visitor.go(LIST + "new/")
    begin(page, "Relationship: NPS")
    before = titles(page)
    grip = page.locator("[data-question=contact_me] .grip").bounding_box()
    goal = page.locator("[data-question=why_low]").bounding_box()
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(goal["x"] + 200, goal["y"] + 30)
    page.mouse.move(goal["x"] + 200, goal["y"] + 5)
    page.mouse.up()
    expect(page.locator(".questions a > span:first-child").nth(1)).to_have_text(before[-1])
    expect(page.locator("#said")).to_contain_text("page 2, place 1")
    page.reload()
    assert titles(page) == [before[0], before[-1], *before[1:-1]]
    assert visitor.complaints == []


def test_by_keys_alone_a_question_moves_and_the_focus_stays_with_it(visit) -> None:
    visitor = visit("analyst")
    page = visitor.go(LIST + "new/")
    begin(page, "Relationship: NPS")
    button = page.locator("[data-question=why_low] button[value^=down]")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("page 2, place 2")
    expect(page.locator("[data-question=why_low] button[value^=down]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("page 2, place 3")
    expect(page.locator("[data-question=why_low] button[value^=down]")).to_be_focused()
    assert (
        page.locator("[data-question=why_low] button[value^=down]").evaluate(
            "e => e.matches(':focus-visible') && getComputedStyle(e).outlineStyle"
        )
        == "solid"
    )
    assert visitor.complaints == []


def test_without_scripts_a_survey_is_made_from_nothing_and_published(visit) -> None:
    visitor = visit("analyst", java_script_enabled=False)
    page = visitor.go(LIST + "new/")
    begin(page, "An empty page")
    page.get_by_label("Kind of the new question on page 1").select_option("rating")
    page.get_by_role("button", name="Add a question to page 1").click()
    page.get_by_label("What it asks").fill("How was it?")
    page.get_by_label("What the least means").fill("Bad")
    page.get_by_label("What the most means").fill("Good")
    page.get_by_role("button", name="Show").click()
    expect(page.frame_locator("iframe").get_by_text("How was it?")).to_be_visible()
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_label("Kind of the new question on page 1").select_option("comment")
    page.get_by_role("button", name="Add a question to page 1").click()
    page.get_by_label("What it asks").fill("Why?")
    shown = page.get_by_role("group", name="Shown only if")
    shown.get_by_label("Condition 1: question").fill("question1")
    shown.get_by_label("Condition 1: comparison").select_option("<")
    shown.get_by_label("Condition 1: value").fill("3")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("question1 is less than 3")).to_be_visible()
    page.get_by_role("button", name="Move question 2 up").click()
    page.get_by_role("link", name="Check and publish").first.click()
    expect(page.get_by_text("asked only afterwards")).to_be_visible()
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    page.get_by_role("link", name="Questions").click()
    page.get_by_role("button", name="Move question 1 down").click()
    page.get_by_role("link", name="Check and publish").first.click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()


def test_without_scripts_rules_single_choices_and_ways_are_chosen(visit) -> None:
    visitor = visit("analyst", java_script_enabled=False)
    page = visitor.go(LIST + "new/")
    begin(page, "An empty page")
    page.get_by_label("Kind of the new question on page 1").select_option("checkbox")
    page.get_by_role("button", name="Add a question to page 1").click()
    page.get_by_label("What it asks").fill("Which of them?")
    page.get_by_label("Choices", exact=False).first.fill("Ship\nQuay\nNeither")
    page.locator("#validators-rows summary").click()
    page.get_by_label("The answer is right if").select_option("answercount")
    page.locator("#validators0").get_by_label("At most").fill("2")
    page.get_by_role("button", name="Another rule").click()
    expect(page.locator("#validators1")).to_be_visible()
    page.get_by_role("button", name="Keep and stay").click()
    page.locator("#choices-rows summary").click()
    page.locator("#choices0").get_by_label("Choice", exact=False).first.select_option("Neither")
    page.locator("#choices0").get_by_label("Chosen alone").check()
    page.get_by_role("button", name="Keep and stay").click()
    expect(page.locator("#validators0").get_by_label("At most")).to_have_value("2")
    expect(page.locator("#choices0").get_by_label("Chosen alone")).to_be_checked()
    page.get_by_role("link", name="Logic").click()
    way = page.locator("#triggers0")
    way.get_by_label("Condition 1: question").fill("question1")
    way.get_by_label("Condition 1: comparison").select_option("contains")
    way.get_by_label("Condition 1: value").fill("Neither")
    way.get_by_label("then").select_option("complete")
    way.get_by_role("button", name="Another condition").click()
    expect(way.get_by_label("Condition 2: question")).to_be_visible()
    group = page.locator("#random_groups0")
    group.get_by_label("page1").check()
    group.get_by_label("Show only this many").fill("1")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("{question1} contains 'Neither'")).to_be_visible()
    expect(group.get_by_label("Show only this many")).to_have_value("1")


def test_another_condition_an_answer_in_a_text_and_what_was_removed_come_by_keys(visit) -> None:
    visitor = visit("analyst")
    page = visitor.go(LIST + "new/")
    begin(page, "Relationship: NPS")
    page.get_by_role("link", name=re.compile("What went wrong")).click()
    page.get_by_role("button", name="Another condition").first.focus()
    page.keyboard.press("Enter")
    added = page.get_by_label("Condition 3: question").first
    expect(added).to_be_focused()
    page.keyboard.type("profile.plan")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("pro")
    page.get_by_label("What it asks").fill("You said ")
    page.get_by_text("Put an answer into a text").click()
    page.get_by_role("button", name="{nps}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What it asks")).to_have_value("You said {nps}")
    page.get_by_role("button", name="Keep and stay").click()
    expect(page.get_by_text("and {profile.plan} = 'pro'")).to_be_visible()
    page.get_by_role("link", name="Questions").click()
    page.wait_for_url(re.compile(r"/surveys/[\w-]{12}/$"))
    before = titles(page)
    page.locator("[data-question=why_low] button[value^=remove]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_role("button", name="Bring it back")).to_be_visible()
    page.get_by_role("button", name="Bring it back").press("Enter")
    expect(page.locator("[data-question=why_low]")).to_be_visible()
    assert titles(page) == before
    assert visitor.complaints == []


PARTS = (
    "",
    "question/nps/",
    "question/why_low/",
    "page/reason/",
    "settings/",
    "logic/",
    "json/",
    "languages/",
    "languages/pl/",
    "look/",
    "publish/",
    "versions/",
    "../themes/new/",
)
OPEN_ALL = "() => document.querySelectorAll('main details').forEach(one => { one.open = true })"


@pytest.mark.parametrize("width", [1366, 360, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_the_builder_is_sound(visit, width, theme) -> None:
    visitor = visit("analyst")
    page = visitor.go(LIST + "new/")
    begin(page, "Relationship: NPS")
    at = page.url
    visitor.resize(width, theme)
    for part in PARTS:
        visitor.go(at + part)
        page.evaluate(OPEN_ALL)
        assert visitor.overflow() == [], part
        assert visitor.violations() == [], part
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["pl", "zh-hans"])
def test_every_page_of_the_builder_fits_a_phone_in_other_languages(visit, language) -> None:
    visitor = visit("analyst")
    page = visitor.go(LIST + "new/")
    begin(page, "Relationship: NPS")
    at = page.url
    visitor.resize(360)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.site.address}])
    for part in PARTS:
        visitor.go(at + part)
        page.evaluate(OPEN_ALL)
        assert visitor.overflow() == [], part
