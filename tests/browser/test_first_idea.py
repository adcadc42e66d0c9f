"""A first idea, from the sign-in page to the committee: with the keyboard alone; on a phone without JavaScript."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.settings import DEMO_PASSWORD
from tests.browser.conftest import FOCUSED, PATIENCE, Served

expect.set_options(timeout=PATIENCE)
FAR = 40
"""So many presses of Tab are no way to get anywhere."""
STICKS_OUT = "document.scrollingElement.scrollWidth - innerWidth"
IN_SIGHT = """e => { const r = e.getBoundingClientRect(), bar = document.querySelector('.loop').getBoundingClientRect();
  return r.bottom > 0 && r.top < bar.top }"""


def prioritised(served: Served) -> tuple[int, str]:
    row = served.demo.rows("select id, name from process where rank is not null order by rank limit 1")[0]
    return int(row.id), str(row.name)


def known(served: Served) -> Any:
    """An idea that everybody can read: its title, story and change."""
    query = "select title, story, change from idea where stage = 'in review' and audience = 'everyone' order by id"
    return served.demo.rows(query)[0]


def tab(page: Page, to: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """By Tab to what is meant. Each stop on the way has a ring and is on the screen, and none holds the keyboard."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        stop: dict[str, Any] = page.evaluate(FOCUSED)
        assert stop["tag"] != "BODY", "the page ended before it came"
        assert stop["ring"], stop
        assert stop["seen"], stop
        if to(stop):
            return stop
    raise AssertionError(f"not reached in {FAR} steps; the last was {stop}")


def named(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda stop: stop["name"] == name


def saying(words: str) -> Callable[[dict[str, Any]], bool]:
    return lambda stop: words in (stop["words"] or "")


def press(page: Page, words: str) -> None:
    tab(page, saying(words))
    page.keyboard.press("Enter")


def signed_in(page: Page, served: Served) -> None:
    """The page for it takes what is typed at once."""
    page.goto(served.address)
    page.keyboard.type("zaid@pilotage.example")
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(served.address + "/")


def written(page: Page, served: Served) -> None:
    """Much like one that is here."""
    process, name = prioritised(served)
    title, story, change = known(served)
    press(page, "Start an idea")
    expect(page).to_have_url(re.compile("/ideas/new$"))
    tab(page, named("process"))
    page.keyboard.type(name)
    expect(page.locator("#guide")).to_contain_text(name)
    expect(page.locator("#f-process")).to_have_value(str(process))
    tab(page, named("title"))
    page.keyboard.type(title)
    expect(page.locator("#near .nears > li").first).to_contain_text(title)
    press(page, "Past these")
    assert page.evaluate(FOCUSED)["name"] == "story"
    page.keyboard.type(story)
    tab(page, named("change"))
    page.keyboard.type(change)
    tab(page, named("novelty"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")


def test_with_the_keyboard_alone(served: Served, page: Page) -> None:
    """What is much like another is shown once; from there it is submitted by two presses, not by the way once more."""
    signed_in(page, served)
    written(page, served)
    press(page, "Submit to the committee")
    expect(page.locator("#near.holds")).to_be_focused()
    assert page.evaluate(FOCUSED)["ring"]
    expect(page.locator(".draft")).to_have_count(0)  # what was sent stands in the form: nothing is lost
    press(page, "Submit it all the same")
    expect(page.locator("#notice")).to_contain_text("Submitted to the committee.")
    stage, novelty = served.demo.rows("select stage, novelty from idea order by id desc limit 1")[0]
    assert (stage, novelty) == ("submitted", "incremental")


def test_a_file_is_reached_with_the_keyboard(served: Served, page: Page) -> None:
    """The page says where files go; there the field and its button come by Tab."""
    signed_in(page, served)
    written(page, served)
    expect(page.locator("#idea-form")).to_contain_text("A file or a photo? Keep it as a draft")
    press(page, "Keep as a draft")
    expect(page.locator("#notice")).to_contain_text("Kept as a draft.")
    press(page, "Add a file or a photo")
    expect(page).to_have_url(re.compile("/files$"))
    tab(page, named("file"))
    tab(page, saying("Add it"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="en-GB",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=False,
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_on_a_phone_without_javascript(served: Served, phone: Page) -> None:
    """What a button brings is on the screen, not somewhere below; nothing is wider than the phone."""
    process, name = prioritised(served)
    title, story, change = known(served)
    phone.goto(served.address)
    phone.get_by_label("Your e-mail address").fill("zaid@pilotage.example")
    phone.get_by_label("Your password").fill(DEMO_PASSWORD)
    phone.get_by_role("button", name="Sign in").tap()
    phone.get_by_role("link", name="Start an idea").tap()
    phone.get_by_label("Process", exact=True).select_option(str(process))
    phone.get_by_role("button", name="Show what customers say of it").tap()
    told = phone.locator("#guide").get_by_role("link", name=name)
    expect(told).to_be_visible()
    assert told.evaluate(IN_SIGHT)
    phone.get_by_role("link", name="Go on writing").tap()
    assert phone.get_by_label("Title").evaluate(IN_SIGHT)
    phone.get_by_label("Title").fill(title)
    phone.get_by_label("What hurts customers today").fill(story)
    phone.get_by_label("What would be different").fill(change)
    phone.locator("label:has([value=incremental])").tap()
    assert phone.evaluate(STICKS_OUT) <= 0
    phone.get_by_role("button", name="Submit to the committee").tap()
    held = phone.get_by_text("Before you submit it")
    expect(held).to_be_visible()
    assert held.evaluate(IN_SIGHT)
    assert phone.evaluate(STICKS_OUT) <= 0
    expect(phone.get_by_label("What would be different")).to_have_value(change)
    phone.get_by_role("button", name="Submit it all the same").tap()
    expect(phone.locator("#notice")).to_contain_text("Submitted to the committee.")
    assert served.demo.rows("select stage from idea order by id desc limit 1")[0].stage == "submitted"
