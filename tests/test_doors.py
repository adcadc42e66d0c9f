"""Every address and form of each of the cast, tried by each other and by a stranger: no read, no write too many."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.crawl import NUMBER, pattern, reached
from tests.demo import CAST, Demo
from tests.forms import PageForm
from tests.oracle import READ, SEND, Person, may

EACH = 4  # things of each kind, of all that anybody saw
# Pages that only a person outside sees, that need a link from a mail, or that no link of a browser leads to.
ELSEWHERE = {"/sign-in", "/reset", "/healthz", "/readyz", "/metrics"}
ELSEWHERE |= {"/api/v1/voice/sources", "/api/v1/voice/sources/{id}"}  # for programs: tests/voice/test_asking_api.py
OPEN = {"/openapi.json"}  # linked from a page, and for everybody
ELSEWHERE |= {"/api/v1/search"}  # for programs: tests/search
ELSEWHERE |= {"/notices/count"}  # which a page that lies open asks for: tests/notices/test_choosing.py
# A round that is being prepared or closed, talk that has more than one page, no diagnosis: the demo has none of them.
RARE = {"/review/rounds/{id}/batch", "/review/rounds/{id}/edit", "/talk/{ref}", "/voice/diagnosis/new"}
# What is drawn in a page, or stands on one of its comments: tests/talk.
# Two very near ideas that nobody has proposed to join.
RARE |= {"/ideas/{id}/join"}
# Passing an idea on takes a second committee.
RARE |= {"/review/ideas/{id}/pass-on"}
# An idea that was submitted twice is one of many.
RARE |= {"/ideas/{id}/revisions", "/ideas/{id}/revisions/{one}/{other}"}
RARE |= {"/files/{id}", "/files/{id}/preview", "/talk/comments/{id}/before"}
# A meeting that is running; a motion on what waits for a decision; a stream, which a page opens by itself.
RARE |= {"/review/meetings/{id}/live", "/review/rounds/{id}/ideas/{idea_id}/motion"}
ELSEWHERE |= {"/review/meetings/{id}/live/stream"}  # tests/review/test_live.py
# Both rounds of the demo are reviewed by everybody: tests/review/assignment.
RARE |= {f"/review/rounds/{{id}}/{page}" for page in ("assignment", "assignment/plan", "preferences")}
# A round that is prepared: tests/review/test_switches.py. A call that has not begun: tests/ideas/test_calls.py.
RARE |= {"/review/rounds/{id}/as-reviewer", "/calls/{id}/edit"}
# A sixth step whose run has not begun: tests/pilots/test_plans.py.
RARE |= {"/pilots/{id}/measures/new"}
TOKENS = ("{token}", "/voice/import/{id}")


def addresses(walked: Demo) -> list[str]:
    """Of every kind a few, with each person's first of it, without the many ways of asking the same page."""
    chosen: dict[str, None] = {}
    taken = Counter[str]()
    for name in CAST:
        first = set[str]()
        for address in walked.walks[name].answers:
            kind = NUMBER.sub("#", urlsplit(address).path)
            plain = urlsplit(address).path if "?" in address and kind != "/pilots/new" else address
            if plain not in chosen and (taken[kind] < EACH or kind not in first):
                taken[kind] += 1
                chosen[plain] = None
            first.add(kind)
    return list(chosen)


@pytest.mark.parametrize("name", CAST)
def test_each_address_opens_for_whom_the_rules_name(walked: Any, name: str) -> None:
    browser, person = walked.by(name), Person(walked, name)
    wrong = []
    for address in addresses(walked):
        answer = walked.walks[name].answers.get(address) or browser.get(address)
        right = (200, 303) if may(READ, person, address) else (403, 404)
        if answer.status_code not in right:
            wrong.append((address, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("name", CAST)
def test_no_link_leads_nowhere(walked: Any, name: str) -> None:
    """Nobody is shown a way that they may not go."""
    answers = walked.walks[name].answers
    assert len(answers) >= 8
    assert not [address for address, answer in answers.items() if answer.status_code not in (200, 303)]


def test_no_address_opens_for_a_stranger(walked: Any) -> None:
    stranger = walked.by("")
    for address in addresses(walked):
        if address in OPEN:
            continue
        answer = stranger.get(address)
        assert (answer.status_code, answer.headers["location"].split("=")[0]) == (303, "/sign-in?next"), address


def test_the_walks_come_to_every_kind_of_page(walked: Any) -> None:
    seen = reached(walked.app, [address for name in CAST for address in walked.walks[name].answers])
    routes = {route.path for route in walked.app.routes if "GET" in (getattr(route, "methods", None) or ())}
    left = {path for path in routes - seen - ELSEWHERE if not any(part in path for part in TOKENS)}
    assert left <= RARE


def forms(walked: Demo) -> list[tuple[str, PageForm]]:
    """Everybody's forms; where many differ only in the thing that they are about, a few."""
    chosen: dict[tuple[str, str], PageForm] = {}
    taken = Counter[str]()
    for name in CAST:
        for _, form in walked.walks[name].forms:
            what = form.filled({}).get("name", [""])[0]
            kind = f"{pattern(form.action)} {what}"
            if form.action.startswith("/") and (form.action, what) not in chosen and taken[kind] < EACH:
                taken[kind] += 1
                chosen[form.action, what] = form
    return [(action, form) for (action, _), form in chosen.items()]


def sent(form: PageForm) -> dict[str, list[str]]:
    """The form as it stands, with the button that a person would press, and a reason where one is asked."""
    values = form.filled({"note": "For a reason."} if "note" in form.names else {})
    for name, value, _ in form.buttons[:1]:
        if name:
            values[name] = [value]
    return values


@pytest.mark.parametrize("name", [*CAST, ""])
def test_no_form_works_for_whom_the_rules_do_not_name(demo: Demo, walked: Any, name: str) -> None:
    browser, person = demo.by(name), Person(demo, name)
    before, wrong, tried = demo.state(), [], 0
    for action, form in forms(walked):
        if name and may(SEND, person, action):
            continue
        tried += 1
        answer = browser.post(action, sent(form))
        if answer.status_code not in ((403, 404) if name else (401,)) or demo.state() != before:
            wrong.append((action, answer.status_code, demo.state() != before))
            before = demo.state()
    assert not wrong
    assert tried > 5
