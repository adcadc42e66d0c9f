"""A few days at work in a real browser, with JavaScript and without: the same steps come to the same."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.settings import DEMO_PASSWORD
from tests.browser.conftest import PATIENCE, Served

expect.set_options(timeout=PATIENCE)
MARK = "document.body.marked = true"
MARKED = "document.body.marked === true"


@pytest.fixture(params=["scripts", "no scripts"])
def hand(request: pytest.FixtureRequest) -> Page:
    """The page that a person holds; `scripted(page)` says with what."""
    name = "page" if request.param == "scripts" else "without_scripts"
    held: Page = request.getfixturevalue(name)
    held.scripted = request.param == "scripts"  # type: ignore[attr-defined]
    return held


def scripted(page: Page) -> bool:
    return bool(page.scripted)  # type: ignore[attr-defined]


def sign_in(page: Page, served: Served, name: str, to: str = "/") -> None:
    """By the page for it, from the address that was asked for."""
    page.context.clear_cookies()
    page.goto(served.address + to)
    page.get_by_label("Your e-mail address").fill(f"{name}@pilotage.example")
    page.get_by_label("Your password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(served.address + to)


def mark(page: Page) -> None:
    """Stays as long as the page is not loaded anew."""
    if scripted(page):
        page.evaluate(MARK)


def assert_only_a_block_was_swapped(page: Page) -> None:
    if scripted(page):
        assert page.evaluate(MARKED)


def number(served: Served, query: str, **given: Any) -> int:
    return int(served.demo.rows(query, **given)[0][0])


def test_a_list_is_narrowed(served: Served, hand: Page) -> None:
    """With scripts only the list is swapped; the address says what is shown, and Back goes back."""
    sign_in(hand, served, "amal", "/ideas")
    ideas = hand.locator("#ideas")
    before = ideas.inner_text()
    mark(hand)
    hand.get_by_label("Stage").select_option("in review")
    if not scripted(hand):
        hand.get_by_role("button", name="Show").click()
    expect(hand).to_have_url(re.compile("stage=in(%20|[+])review"))
    expect(hand.locator("#ideas .set")).to_contain_text("In review")
    expect(ideas).not_to_have_text(before, use_inner_text=True)
    assert_only_a_block_was_swapped(hand)
    hand.go_back()
    expect(hand).to_have_url(served.address + "/ideas")
    expect(ideas).to_have_text(before, use_inner_text=True)  # Back changes the address first, then the list


def test_an_idea_is_written_supported_and_talked_about(served: Served, hand: Page) -> None:
    sign_in(hand, served, "zaid", "/ideas/new")
    hand.locator("form[data-draft]").evaluate(
        "form => form.noValidate = true"
    )  # a browser that does not know `required`
    hand.get_by_role("button", name="Submit to the committee").click()
    expect(hand.locator(".mistake").first).to_be_visible()
    assert hand.locator("[aria-invalid=true]").count() >= 1
    hand.locator("select[name=process]").select_option(index=1)
    hand.locator("input[name=novelty]").first.check(force=True)
    hand.get_by_label("Title").fill("Stools <b>along</b> the rope")
    hand.get_by_label("What hurts customers today").fill("My mother stood for **half an hour**.")
    hand.get_by_label("What would be different").fill("Ten stools.")
    hand.get_by_role("button", name="Submit to the committee").click()
    expect(hand.locator("#notice")).to_contain_text("Submitted to the committee.")
    expect(hand.locator("main")).to_contain_text("Stools <b>along</b> the rope")
    expect(hand.locator("main strong").first).to_have_text("half an hour")
    here = hand.url

    sign_in(hand, served, "badr", here.removeprefix(served.address))
    mark(hand)
    hand.get_by_role("button", name="Support it").click()
    expect(hand.locator("#support .big")).to_contain_text("you too")
    assert_only_a_block_was_swapped(hand)
    assert number(served, "select support from idea where title like 'Stools%'") == 1
    hand.locator("form[action*='/talk/idea'] textarea").first.fill("Where would they stand?")
    hand.locator("form[action*='/talk/idea']:has(textarea) button").first.click()
    expect(hand.locator(".thread")).to_contain_text("Where would they stand?")


def test_an_idea_is_scored(served: Served, hand: Page) -> None:
    """By keys where there are scripts: each score is kept at once, and the sum follows."""
    sami = served.demo.ids["sami"]
    idea = number(
        served,
        "select i.idea_id from round_idea i join round r on r.id = i.round_id where r.stage = 'open' and not exists"
        " (select 1 from review v where v.idea_id = i.idea_id and v.reviewer_id = :me) order by i.idea_id",
        me=sami,
    )
    sign_in(hand, served, "sami", f"/review/ideas/{idea}")
    scales = hand.locator("[data-scale]")
    count = scales.count()
    assert count >= 4
    hand.get_by_role("button", name="Submit my review").click()
    expect(hand.locator(".mistake").first).to_be_visible()
    hand.get_by_label("No, I can judge it").check()
    for place in range(count):
        if scripted(hand):
            scales.nth(place).locator("input").first.focus()
            hand.keyboard.press("4")
            assert scales.nth(place).locator("input[value='4']").is_checked()
        else:
            scales.nth(place).locator("input[value='4']").check(force=True)
    if scripted(hand):
        expect(hand.locator("#sum")).to_contain_text(f"{count} of {count} answered and kept")
    hand.get_by_role("button", name="Submit my review").click()
    hand.wait_for_url(lambda address: not address.endswith(f"/review/ideas/{idea}"))
    query = "select total, stage from review where idea_id = :idea and reviewer_id = :me"
    ((total, stage),) = served.demo.rows(query, idea=idea, me=sami)
    assert (float(total), stage) == (4.0, "submitted")


def test_two_at_once_are_told(served: Served, hand: Page) -> None:
    """An idea that moved on meanwhile: the one who is late reads what happened, and nothing happens twice."""
    (row,) = served.demo.rows("select id from idea where stage = 'submitted' order by id limit 1")
    sign_in(hand, served, "noor", f"/ideas/{row.id}")
    admit = hand.get_by_role("button", name="Admit")
    expect(admit).to_be_visible()
    tamer = served.demo.by("tamer")
    tamer.http.headers["origin"] = served.address
    assert tamer.move(f"/ideas/{row.id}", "admit").status_code == 303
    with hand.expect_response(lambda answer: answer.request.method == "POST") as late:
        admit.click()
    assert late.value.status == 409
    expect(hand.locator("main .answer")).not_to_be_empty()
    assert number(served, "select count(*) from record where move = 'admit' and ref = :ref", ref=f"idea:{row.id}") == 1
