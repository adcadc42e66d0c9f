"""Hostile text in every field of every form that the cast can reach: refused in words, or shown as text."""

import random
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.client import Browser
from tests.crawl import pattern, walk
from tests.demo import CAST, Demo
from tests.forms import PageForm, forms_of
from tests.hostile import PAYLOADS, UNSTORABLE, live_cells, worked
from tests.talk.files import a_photo

READERS = ("amal", "noor", "layla", "gita", "root")
# These end what the walk needs: a session, or a person.
SPARED = ("/me/sessions", "/me/password", "/erase", "/leave", "/admin/people/#/moves", "/throw-away")


def one_of_each(demo: Any) -> dict[str, tuple[str, str, PageForm]]:
    """Of each kind of form one: whose it is, and the page that it stands on."""
    chosen: dict[str, tuple[str, str, PageForm]] = {}
    for name in CAST:
        for page, form in demo.walks[name].forms:
            what = form.filled({}).get("name", [""])[0]
            if form.words and form.action.startswith("/") and not pattern(form.action).endswith(SPARED):
                chosen.setdefault(f"{pattern(form.action)} {what}", (name, page, form))
    return chosen


def anew(browser: Browser, page: str, form: PageForm) -> PageForm | None:
    """The same form with a key that is not used yet; none when what was sent before has closed it."""
    answer = browser.get(page)
    found = forms_of(answer.text) if answer.status_code == 200 else []
    what = form.filled({}).get("name")
    return next((one for one in found if one.action == form.action and one.filled({}).get("name") == what), None)


def attack(browser: Browser, page: str, form: PageForm, chance: random.Random) -> list[Any]:
    """All text fields at once, then each alone, with what the form holds in the others."""
    answers = []
    for names in (form.words, *([name] for name in sorted(form.words)[:4])):
        fresh = anew(browser, page, form)
        if fresh is None:
            break
        typed = {name: chance.choice(PAYLOADS) for name in names if name in fresh.names}
        answers.append(browser.post(form.action, fresh.filled(typed)))
    return answers


def test_hostile_text_stays_text(demo: Demo, walked: Any) -> None:
    chance = random.Random(1191)
    browsers = {name: demo.by(name) for name in CAST}
    kinds, statuses = one_of_each(walked), set[int]()
    for kind, (name, page, form) in kinds.items():
        for answer in attack(browsers[name], page, form, chance):
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (kind, answer.request.content[:300])
            assert not worked(answer.text), (kind, worked(answer.text)[:3])
    assert len(kinds) > 25
    assert statuses >= {303, 422}
    stored = 0
    for name in READERS:
        for address, answer in walk(browsers[name], each=2).answers.items():
            assert answer.status_code < 500, address
            kind = answer.headers.get("content-type", "")
            if kind.startswith("text/html"):
                assert not worked(answer.text), (name, address, worked(answer.text)[:3])
                stored += "hostile" in answer.text
            elif kind.startswith("text/csv"):
                assert not live_cells(answer.text), (name, address, live_cells(answer.text)[:3])
                stored += "hostile" in answer.text
    assert stored > 20, "the control: hostile text is in the pages"


def test_hostile_names_of_files_stay_text(demo: Demo) -> None:
    """As names, as what a photo shows, and as what is in a file; SVG and HTML under any name never come."""
    (row,) = demo.rows("select id from idea where listed and stage = 'in review' order by id limit 1")
    page, action = f"/ideas/{row.id}", f"/talk/idea:{row.id}"
    zaid, noor = demo.by("zaid"), demo.by("noor")
    kept = 0
    for payload in PAYLOADS[:-1]:
        for name, content in ((f"{payload}.txt", b"words"), (f"{payload}.jpg", a_photo(size=(8, 8)))):
            fields = {"words": payload, "alt_1": payload, "key": zaid.key(page, action)}
            answer = zaid.http.post(action, data=fields, files={"file_1": (name, content)})
            assert answer.status_code in (303, 422), (name, answer.status_code)
            kept += answer.status_code == 303
    assert kept > 20
    for bad in ("x.svg", "x.html", "x.txt\u202elmth.", "x.SVG", "x.svg.", "x.htm\x00.svg"):
        answer = zaid.http.post(
            action, data={"words": "x", "key": "k"}, files={"file_1": (bad, b"<svg onload=hostile()>")}
        )
        assert answer.status_code == 422, bad
    answer = zaid.http.post(
        action, data={"words": "x", "key": "k"}, files={"file_1": ("x.txt", b"<svg onload=hostile()>")}
    )
    assert answer.status_code == 422
    for browser in (zaid, noor):
        text, address = "", f"/talk/idea:{row.id}"
        while address:
            html = browser.get(address).text
            assert not worked(html), worked(html)[:3]
            text += html
            found = re.search(r'rel="next" href="([^"#]*)', html)
            address = unescape(found[1]) if found else ""
        assert "hostile" in text, "the control"
    for row in demo.rows("select id from file where comment_id is not null order by id desc limit 40"):
        answer = noor.get(f"/files/{row.id}")
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert not set('"<>\\\r\n') & set(answer.headers["content-disposition"])


def test_an_inspector_sees_what_would_have_worked() -> None:
    """The control: each payload, not escaped, is seen."""
    seen = [payload for payload in PAYLOADS if worked(payload.replace("7777*1191", "9262407"))]
    assert len(seen) >= 7
    assert live_cells("=1\n,@x\n") == ["=1", "@x"]
    assert not live_cells("-3.5,'=1\n")


@pytest.mark.parametrize("what", UNSTORABLE)
def test_what_cannot_be_stored_is_refused(demo: Demo, walked: Any, what: str) -> None:
    before = demo.state()
    browsers = {name: demo.by(name) for name in CAST}
    for kind, (name, _, form) in one_of_each(walked).items():
        field = sorted(form.words)[0]
        others = [(key, value) for key, values in form.filled({}).items() for value in values if key != field]
        body = f"{urlencode(others)}&{quote(field)}={UNSTORABLE[what]}"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = browsers[name].http.post(form.action, content=body, headers=headers)
        assert answer.status_code == 422, (kind, answer.status_code)
    assert demo.state() == before
