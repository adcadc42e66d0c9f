"""Writing an idea in a real browser: what is typed is never lost, and what helps stands beside it."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, Served

expect.set_options(timeout=PATIENCE)


def open_new(served: Served, page: Page, query: str = "") -> None:
    page.goto(f"{served.address}/ideas/new{query}")


def typed(page: Page, title: str) -> None:
    page.get_by_label("Title").press_sequentially(title)
    expect(page.locator("[data-saved]")).to_contain_text("Kept at")


def test_two_windows_keep_both_texts(served: Served, context: BrowserContext, page: Page) -> None:
    served.sign_in(context, "zaid")
    other = context.new_page()
    for window, title in ((page, "Stools along the rope"), (other, "A clock at the gate")):
        open_new(served, window)
        typed(window, title)
    third = context.new_page()
    open_new(served, third)
    begun = third.locator("#begun")
    expect(begun).to_contain_text("Stools along the rope")
    expect(begun).to_contain_text("A clock at the gate")
    begun.get_by_role("link", name="A clock at the gate").click()
    expect(third.get_by_label("Title")).to_have_value("A clock at the gate")
    third.locator("#begun").get_by_role("button", name="Throw it away").click()
    expect(third.locator("#begun")).not_to_contain_text("Stools along the rope")


def test_a_session_that_ends_loses_no_word(served: Served, context: BrowserContext, page: Page) -> None:
    served.sign_in(context, "zaid")
    open_new(served, page)
    context.clear_cookies()
    page.get_by_label("Title").press_sequentially("Stools along the rope")
    expect(page.locator("[data-saved]")).to_contain_text("You are signed out")
    served.sign_in(context, "zaid")
    again = context.new_page()
    open_new(served, again)
    again.get_by_role("button", name="Put it back").click()
    expect(again.get_by_label("Title")).to_have_value("Stools along the rope")


def test_without_a_connection_the_browser_keeps_it(served: Served, context: BrowserContext, page: Page) -> None:
    served.sign_in(context, "zaid")
    open_new(served, page)
    context.set_offline(True)
    page.get_by_label("Title").press_sequentially("Stools")
    expect(page.locator("[data-saved]")).to_contain_text("No connection")
    context.set_offline(False)
    page.get_by_label("Title").press_sequentially(" along the rope")
    expect(page.locator("[data-saved]")).to_contain_text("Kept at")


def test_the_guide_follows_the_process(served: Served, context: BrowserContext, page: Page) -> None:
    """Its evidence, and whether it can be submitted; comments that are ticked become evidence."""
    served.sign_in(context, "amal")
    free = served.demo.rows("select id, name from process where rank is null order by id limit 1")[0]
    asked = served.demo.rows("select id, name from process where name = 'Check-in and bag drop'")[0]
    open_new(served, page)
    page.evaluate("document.body.marked = true")
    page.get_by_label("Process", exact=True).select_option(str(free.id))
    expect(page.locator("#guide")).to_contain_text(free.name)
    expect(page.get_by_role("button", name="Keep it as a signal")).to_be_visible()
    page.get_by_label("Process", exact=True).select_option(str(asked.id))
    expect(page.locator("#guide")).to_contain_text(asked.name)
    expect(page.get_by_role("button", name="Submit to the committee")).to_be_visible()
    assert page.evaluate("document.body.marked === true")
    quoted = page.locator("#guide .said q").first.inner_text()
    page.locator("#guide input[name=cites]").first.check()
    page.locator("input[name=novelty]").first.check(force=True)
    page.get_by_label("Title").fill("Stools along the rope")
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("#evidence")).to_contain_text(quoted.strip("“”"))
