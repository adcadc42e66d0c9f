"""Chromium for tests that need a real browser. It reaches this machine's loopback and nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.demo import Demo
from tests.robust.serving import thread

PATIENCE = 30_000  # milliseconds: other work may have the machine
FLAGS = [
    "--no-sandbox",  # root, and machines without user namespaces
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# Where the keyboard is: what it stands on, whether a ring says so, and whether it is on the screen.
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return {tag: e.tagName, name: e.name || e.id, words: e.innerText || e.value || e.getAttribute('aria-label') || e.name,
          ring: parseFloat(s.outlineWidth) > 0 && s.outlineStyle != 'none' || s.boxShadow != 'none'
            || parseFloat(getComputedStyle(e.querySelector('.ball') || e).strokeWidth) >= 3,
          seen: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight} }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file of tests: while Playwright is there, nothing else on this thread can run a loop of its own."""
    program = shutil.which(os.environ.get("PILOTAGE_CHROMIUM") or "chromium")
    if program is None:
        pytest.fail("No browser: python3 manage.py test brings one, or PILOTAGE_CHROMIUM names one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor of one's own: no cookies of other tests. English, in UTC, on a desk's screen."""
    context = browser.new_context(
        locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class Served:
    """A demo of one's own on a free port of this machine."""

    def __init__(self, demo: Demo, port: int) -> None:
        self.demo = demo
        self.address = f"http://127.0.0.1:{port}"

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """Without the page for it."""
        context.clear_cookies()
        context.add_cookies([{"name": "pilotage", "value": self.demo.token(name), "url": self.address}])


@pytest.fixture
def served(demo: Demo) -> Iterator[Served]:
    with thread(demo.app) as port:
        yield Served(demo, port)


@pytest.fixture(scope="module")
def read_only(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for all tests of a file that change nothing."""
    demo = Demo(demo_template, tmp_path_factory.mktemp("served"))
    with thread(demo.app) as port:
        yield Served(demo, port)


@pytest.fixture
def without_scripts(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What a browser writes into its console as an error, on any page of the context."""
    heard: list[str] = []
    context.on(
        "console",
        lambda said: heard.append(f"{said.page and said.page.url} {said.text}") if said.type == "error" else None,
    )
    context.on("weberror", lambda error: heard.append(str(error.error)))
    return heard
