"""One word on several ideas: what follows is shown first, and all of it is applied or nothing."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.db import Database
from app.ideas.models import Idea
from app.main import create_app
from app.people.actor import find_actor
from app.people.models import Committee, Person
from app.record.queries import verify
from app.review import conflicts
from app.review.models import Decision, Lead, Round, Verdict
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.forms import PageForm, forms_of
from tests.review.makers import admitted, closed_round, decide, decision, move, open_round, review_by
from tests.review.test_race import together

As = Callable[[Person | None], Browser]


@pytest.fixture
def three(database: Database, cast: Cast) -> Any:
    """Round, and three ideas: of a team, of zaid, of tariq."""
    with database.writing() as db:
        one = admitted(
            db, cast, cast.amal, team_id=cast.team.id, title="Bag drop before the door", cost=Decimal(80_000)
        )
        two = admitted(db, cast, cast.zaid, title="Trays in three colours", cost=Decimal(30_000))
        three = admitted(db, cast, cast.tariq, title="A desk where the queue begins")
        round_ = closed_round(db, cast, one, two, three)
        return round_.id, one.id, two.id, three.id


def typed(cast: Cast, ideas: Any, verdict: str = "decline", **over: Any) -> dict[str, Any]:
    fields = decision(cast, verdict, **over)
    return fields | {"ideas": [str(idea) for idea in ideas]}


def test_members_decide_several_at_once_where_they_lead(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        ideas = [admitted(db, cast, cast.zaid) for _ in range(3)]
        round_ = closed_round(db, cast, *ideas, led_by=Lead.MEMBERS)
        conflicts.declare(db, find_actor(db, cast.sami.id), ideas[2], "My brother sells these.")
        numbers = [idea.id for idea in ideas]
    sami, here = as_(cast.sami), f"/review/rounds/{round_.id}/batch"
    assert here in sami.get(f"/review/rounds/{round_.id}").text
    present = [str(person.id) for person in (cast.noor, cast.dina)]
    shown = look(sami, here, typed(cast, numbers, present=present))
    assert "You have a conflict with it" in shown.text
    shown = look(sami, here, typed(cast, numbers[:2], present=present))
    assert sami.post(here, applied(sami, here, shown)).status_code == 303
    with database.reading() as db:
        made = db.scalars(select(Decision)).all()
        assert {(one.idea_id, one.decided_by) for one in made} == {(number, cast.sami.id) for number in numbers[:2]}


def form_of(html: str, address: str) -> PageForm:
    return next(form for form in forms_of(html) if form.action == address)


def look(browser: Browser, address: str, fields: dict[str, Any]) -> Any:
    key = browser.key(address, address)
    return browser.post(address, fields | {"key": key, "do": "look"})


def applied(browser: Browser, address: str, shown: Any) -> dict[str, list[str]]:
    return form_of(shown.text, address).filled({}) | {"do": ["apply"]}


def test_several_ideas_are_decided_as_one_unit(as_: As, database: Database, cast: Cast, three: Any) -> None:
    round_, one, two, last = three
    noor, here = as_(cast.noor), f"/review/rounds/{three[0]}/batch"
    assert f"{here}" in noor.get(f"/review/rounds/{round_}").text
    fields = typed(cast, (one, two), **{f"reason_{two}": "Colours wear off."})
    shown = look(noor, here, fields)
    assert shown.status_code == 200
    assert "Nothing is decided yet." in shown.text
    table = shown.text.split('id="consequences"')[1].split("</section>")[0]
    assert table.count("the authors") == 2
    with database.reading() as db:
        assert db.scalars(select(Decision)).all() == []
    body = applied(noor, here, shown)
    answer = noor.post(here, body)
    assert answer.status_code == 303
    assert noor.post(here, body).headers["location"] == answer.headers["location"]
    with database.reading() as db:
        made = {one.idea_id: one for one in db.scalars(select(Decision))}
        assert set(made) == {one, two}
        assert made[two].reason == "Colours wear off."
        assert made[one].reason == fields["reason"]
        assert all(json.loads(kept.known)["people"]["present"] for kept in made.values())
        assert verify(db, database.known["record_keys"]).intact
    assert "A desk where the queue begins" in noor.get(here).text
    assert "Trays in three colours" not in noor.get(here).text.split("<main")[1]
    assert last


def test_what_changed_meanwhile_decides_nothing_and_keeps_the_text(
    as_: As, database: Database, cast: Cast, three: Any
) -> None:
    round_, one, two, last = three
    noor, here = as_(cast.noor), f"/review/rounds/{round_}/batch"
    shown = look(noor, here, typed(cast, (one, two, last), reason="All three are too early."))
    body = applied(noor, here, shown)
    with database.writing() as db:
        decide(db, cast, db.get_one(Round, round_), db.get_one(Idea, two), "return")
    late = noor.post(here, body)
    assert (late.status_code, "All three are too early." in late.text) == (409, True)
    shown = look(noor, here, typed(cast, (one, last), reason="Both are too early."))
    with database.writing() as db:  # a review counts no longer
        conflicts.declare(db, find_actor(db, cast.dina.id), db.get_one(Idea, one), "My sister wrote it.")
    late = noor.post(here, applied(noor, here, shown))
    assert (late.status_code, "Both are too early." in late.text) == (409, True)
    shown = look(noor, here, typed(cast, (last,)))
    body = applied(noor, here, shown) | {"reason": ["Another reason than the one that was shown."]}
    assert noor.post(here, body).status_code == 409
    with database.reading() as db:
        assert [kept.idea_id for kept in db.scalars(select(Decision))] == [two]


def test_what_is_lacking_is_said_and_refuses_all(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        good, poor = admitted(db, cast, cast.zaid), admitted(db, cast, cast.zaid)
        round_ = open_round(db, cast, good, poor)
        for person in (cast.sami, cast.dina):
            review_by(db, person, good)
        review_by(db, cast.sami, poor)
        move(db, cast, round_, "close")
    noor, here = as_(cast.noor), f"/review/rounds/{round_.id}/batch"
    shown = look(noor, here, typed(cast, (good.id, poor.id)))
    assert "One of two cannot be decided like this" in shown.text
    assert "2 submitted reviews are needed, and 1 is in." in shown.text
    assert 'value="apply"' not in shown.text
    forced = noor.post(here, applied(noor, here, shown))
    assert (forced.status_code, "Some of these cannot be decided" in forced.text) == (422, True)
    nobody = look(noor, here, typed(cast, (good.id,), present=[str(cast.noor.id)]))
    assert "The quorum is 2 members without a conflict" in nobody.text
    with database.reading() as db:
        assert db.scalars(select(Decision)).all() == []


def test_forms_with_mistakes_come_back(as_: As, cast: Cast, three: Any) -> None:
    round_, one, two, _ = three
    noor, here = as_(cast.noor), f"/review/rounds/{round_}/batch"
    for fields, words in (
        (typed(cast, ()), "Choose one idea at least."),
        (typed(cast, (one,), reason=""), "Give a reason"),
        (typed(cast, (one,), "defer"), "Say until which day"),
        (typed(cast, (one,), "defer", day=date.today().isoformat()), "Say until which day"),
        (typed(cast, (one,), meeting="99"), "Choose one of the committee’s meetings."),
        (typed(cast, (one,), "do it now"), "Choose one"),
    ):
        answer = look(noor, here, fields)
        assert (answer.status_code, words in answer.text) == (422, True), words
    mended = look(noor, here, typed(cast, (one,), reason="", **{f"reason_{one}": "Its own."}))
    assert mended.status_code == 200
    assert "Its own." in mended.text
    stranger = look(noor, here, typed(cast, (one, 999)))
    assert stranger.status_code == 409
    assert two


def test_who_may_and_when(as_: As, database: Database, cast: Cast, three: Any) -> None:
    round_, one, *_ = three
    here = f"/review/rounds/{round_}/batch"
    fields = typed(cast, (one,)) | {"key": "k", "do": "look"}
    for person, status in ((cast.sami, 403), (cast.zaid, 403), (cast.layla, 403), (cast.gita, 404)):
        assert as_(person).get(here).status_code == status
        assert as_(person).post(here, fields).status_code == status
        assert as_(person).post(here, fields | {"do": "apply"}).status_code == status
    assert as_(cast.noor).get("/review/rounds/99/batch").status_code == 404
    with database.writing() as db:
        idea = admitted(db, cast)
        other = open_round(db, cast, idea, name="Another")
    assert as_(cast.noor).get(f"/review/rounds/{other.id}/batch").status_code == 409
    assert as_(cast.noor).post(f"/review/rounds/{other.id}/batch", fields).status_code == 409


def test_names_show_only_where_they_are_open(as_: As, database: Database, cast: Cast, three: Any) -> None:
    round_, one, two, last = three
    noor = as_(cast.noor)
    here = f"/review/rounds/{round_}/batch"
    pages = noor.get(here).text + look(noor, here, typed(cast, (one, two, last))).text
    for name in ("Amal", "Badr", "Calm corners", "Zaid", "Tariq"):
        assert name not in "".join(part.split("</main>")[0] for part in pages.split("<main")[1:])
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        other = closed_round(db, cast, idea, name="Open", blind="")
    shown = look(noor, f"/review/rounds/{other.id}/batch", typed(cast, (idea.id,)))
    assert 'data-l="Who is told">Zaid' in shown.text


def test_money_is_added_up(as_: As, database: Database, cast: Cast, three: Any) -> None:
    round_, one, two, last = three
    with database.writing() as db:
        db.get_one(Committee, cast.committee.id).budget = Decimal(100_000)
        decide(db, cast, db.get_one(Round, round_), db.get_one(Idea, one))
    shown = look(as_(cast.noor), f"/review/rounds/{round_}/batch", typed(cast, (two, last), "approve")).text
    for words in ("30,000", "80,000", "100,000", "1 idea without a figure", "more than the committee’s budget"):
        assert words in shown, words


def test_an_idea_of_ones_own_is_left_to_the_deputy(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        own, other = admitted(db, cast, cast.noor), admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, own, other)
    noor, here = as_(cast.noor), f"/review/rounds/{round_.id}/batch"
    assert "you have a conflict with it" in noor.get(here).text
    shown = look(noor, here, typed(cast, (own.id, other.id), present=[str(cast.sami.id), str(cast.dina.id)]))
    assert "You have a conflict with it" in shown.text
    assert noor.post(here, applied(noor, here, shown)).status_code == 422
    with database.reading() as db:
        assert db.scalars(select(Decision)).all() == []


def test_a_batch_and_single_decisions_at_once(both: Database) -> None:
    """Whoever comes first wins; the batch is whole or not at all."""
    with both.writing() as db:
        cast = the_cast(db)
        found = [admitted(db, cast) for _ in range(4)]
        round_ = closed_round(db, cast, *found)
    app = create_app(settings_for(both.url), both, run_worker=False)
    noor, here = Browser(app, cast.noor), f"/review/rounds/{round_.id}/batch"
    body = applied(noor, here, look(noor, here, typed(cast, [idea.id for idea in found], "return")))
    single = f"/review/rounds/{round_.id}/ideas/{found[2].id}/decision"
    calls = [(here, body | {"key": [f"b{number}"]}) for number in range(4)]
    calls += [(single, decision(cast, key=f"s{number}")) for number in range(4)]
    statuses = together(both, cast.noor.id, "", [{"to": address, **fields} for address, fields in calls])
    assert statuses == [303] + [409] * 7
    with both.reading() as db:
        made = db.scalars(select(Decision)).all()
        assert sorted(one.verdict for one in made) in ([Verdict.APPROVE], [Verdict.RETURN] * 4)
        assert verify(db, both.known["record_keys"]).intact
