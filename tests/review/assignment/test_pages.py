"""The pages on which ideas are given out, as people in a browser without JavaScript meet them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.people.models import Person
from app.review import duty
from app.review.assignment.models import Assignment, AssignmentPlan, Expertise, Liking, Wish
from app.review.models import Reviewer, Round
from tests.cast import Cast
from tests.client import Browser
from tests.review.assignment.makers import apply, ideas_of, members, shared_round
from tests.review.makers import SOON, admitted, move, open_round, review_by
from tests.review.test_race import together

As = Callable[[Person | None], Browser]


@pytest.fixture
def story(database: Database, cast: Cast) -> Any:
    """An open round of six ideas, two reviews wanted of each, by three members and three more; sami wrote the first."""

    class Story:
        def __init__(self) -> None:
            with database.writing() as db:
                own = admitted(db, cast, cast.sami, title="Bag drop before the door")
                ideas = [own, *ideas_of(db, cast, 5)]
                round_ = shared_round(db, cast, ideas, members(db, cast, 3))
                self.ideas, self.round = [idea.id for idea in ideas], round_.id
                self.here = f"/review/rounds/{round_.id}/assignment"

        def asked(self) -> dict[int, set[int]]:
            with database.reading() as db:
                return {idea: set(people) for idea, people in duty.given_out(db, self.round).items()}

        def apply(self) -> None:
            with database.writing() as db:
                apply(db, cast, db.get_one(Round, self.round))

    return Story()


def test_a_round_is_prepared_with_ideas_to_be_given_out(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
    noor = as_(cast.noor)
    people = [cast.sami.id, cast.dina.id]
    fields = {"name": "Autumn", "due": SOON.isoformat(), "ideas": idea.id, "reviewers": people, "assigned": "on"}
    for blind, wanted, words in (("", 3, "2 review, so that no idea"), ("on", 2, "Ask for fewer than")):
        answer = noor.send("/review/rounds/new", {**fields, "wanted": wanted, "blind": blind})
        assert answer.status_code == 422
        assert words in answer.text
    answer = noor.send("/review/rounds/new", {**fields, "wanted": 1, "blind": "on"})
    assert answer.status_code == 303
    here = answer.headers["location"]
    assert "1 review of each idea" in noor.get(here).text
    assert 'name="assigned" value="on" checked' in noor.get(f"{here}/edit").text
    with database.reading() as db:
        round_ = db.scalars(select(Round)).one()
        assert (round_.assigned, round_.wanted) == (True, 1)


def test_from_wishes_to_a_plan_that_is_applied(as_: As, database: Database, cast: Cast, story: Any) -> None:
    noor, dina = as_(cast.noor), as_(cast.dina)
    assert "Say what you would read in" in dina.get("/review").text
    assert "Give out the ideas of" in noor.get("/review").text
    page = f"/review/rounds/{story.round}/preferences"
    told = {f"i{story.ideas[1]}": "want", f"i{story.ideas[2]}": "rather not", "most": "3", "areas": "product"}
    assert dina.works(page, told, "Keep this") == page
    assert "Say what you would read in" not in dina.get("/review").text
    with database.reading() as db:
        said = {row.idea_id: row.wish for row in db.scalars(select(Liking))}
        assert said == {story.ideas[1]: Wish.WANT, story.ideas[2]: Wish.RATHER_NOT}
        assert db.scalars(select(Reviewer).where(col(Reviewer.person_id) == cast.dina.id)).one().most == 3
        assert [row.area.value for row in db.scalars(select(Expertise)) if row.area] == ["product"]
    plan = f"{story.here}/plan"
    shown = noor.get(plan)
    assert "Twelve reviews would be given out, 2 to each member." in shown.text
    assert "1 of 1 wanted" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert story.asked() == {}
    assert noor.works(plan, {}, "Apply this plan") == story.here
    given = story.asked()
    assert {len(people) for people in given.values()} == {2}
    assert cast.sami.id not in given[story.ideas[0]]
    assert cast.dina.id in given[story.ideas[1]]
    assert cast.dina.id not in given[story.ideas[2]]
    page = noor.get(story.here).text
    assert "All twelve wanted reviews are given out, 2 to each member." in page
    assert "Planned anew: 12 given out" in page
    mine = [idea for idea, people in given.items() if cast.dina.id in people]
    listed = dina.get("/review").text
    assert [idea for idea in story.ideas if f'href="/review/ideas/{idea}"' in listed] == sorted(mine)


def test_the_same_key_applies_once_and_an_old_preview_not_at_all(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    noor = as_(cast.noor)
    from tests.forms import forms_of

    (form,) = (one for one in forms_of(noor.get(f"{story.here}/plan").text) if one.action.endswith("/plan"))
    fields = form.filled({})
    first, again = noor.post(form.action, fields), noor.post(form.action, fields)
    assert (first.status_code, again.status_code) == (303, 303)
    assert again.headers["location"] == first.headers["location"]
    late = noor.post(form.action, {**fields, "key": "another"})
    assert late.status_code == 409
    assert "Something changed" in late.text
    assert noor.post(form.action, {"key": "third", "way": "sideways"}).status_code == 422
    with database.reading() as db:
        assert len(db.scalars(select(AssignmentPlan)).all()) == 1


def test_of_twenty_that_apply_at_once_one_does(both: Database) -> None:
    from app.review.assignment.planning import Way, seal
    from tests.cast import the_cast
    from tests.review.assignment.makers import planned

    with both.writing() as db:
        cast = the_cast(db)
        round_ = shared_round(db, cast, ideas_of(db, cast, 4))
        fields = {"way": Way.ANEW.value, "seal": seal(db, planned(db, round_)), "version": round_.version}
    bodies = [{**fields, "key": f"key-{number}"} for number in range(20)]
    address = f"/review/rounds/{round_.id}/assignment/plan"
    assert together(both, cast.noor.id, address, bodies) == [303] + [409] * 19
    with both.reading() as db:
        assert len(db.scalars(select(AssignmentPlan)).all()) == 1
        assert len(db.scalars(select(Assignment)).all()) == 8


def test_strangers_guests_and_members(as_: As, database: Database, cast: Cast, story: Any) -> None:
    story.apply()
    pages = (story.here, f"{story.here}/plan", f"{story.here}/plan?way=repair")
    for page in pages:
        assert as_(None).get(page).status_code == 303
        assert [as_(person).get(page).status_code for person in (cast.gita, cast.zaid, cast.root)] == [404] * 3
        assert as_(cast.sami).get(page).status_code == 403
        assert as_(cast.noor).get(page).status_code == 200
    assert as_(cast.noor).get(f"{story.here}/plan?way=sideways").status_code == 422
    posts: dict[str, dict[str, Any]] = {
        f"{story.here}/plan": {"key": "k", "way": "anew", "seal": "", "version": 1},
        f"{story.here}/give": {"idea": story.ideas[1], "person": cast.omar.id},
        f"{story.here}/take": {"idea": story.ideas[1], "person": cast.omar.id, "reason": "So"},
    }
    before = story.asked()
    for address, fields in posts.items():
        assert as_(cast.zaid).post(address, fields).status_code == 404
        assert as_(cast.sami).post(address, fields).status_code == 403
    assert story.asked() == before
    wishes = f"/review/rounds/{story.round}/preferences"
    assert [as_(person).get(wishes).status_code for person in (cast.zaid, cast.noor, cast.sami)] == [404, 403, 200]


def test_where_everybody_reviews_everything_there_are_no_such_pages(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = open_round(db, cast, admitted(db, cast))
    here = f"/review/rounds/{round_.id}"
    for person in (cast.noor, cast.sami):
        for page in ("assignment", "assignment/plan", "preferences"):
            assert as_(person).get(f"{here}/{page}").status_code == 404
        assert "Who reviews what" not in as_(person).get(here).text


def test_by_hand(as_: As, database: Database, cast: Cast, story: Any) -> None:
    noor, idea = as_(cast.noor), story.ideas[1]
    page = f"{story.here}?idea={idea}"
    assert noor.works(page, {"person": cast.omar.id}, "Give").startswith(page)
    assert story.asked() == {idea: {cast.omar.id}}
    assert noor.post(f"{story.here}/give", {"idea": idea, "person": cast.omar.id}).status_code == 409
    own = noor.post(f"{story.here}/give", {"idea": story.ideas[0], "person": cast.sami.id})
    assert own.status_code == 422
    assert "Sami has a conflict with this idea." in own.text
    assert noor.post(f"{story.here}/give", {"idea": 999, "person": cast.omar.id}).status_code == 404
    without = noor.post(f"{story.here}/take", {"idea": idea, "person": cast.omar.id, "reason": " "})
    assert without.status_code == 422
    assert noor.works(page, {"reason": "Too much already"}, "Take it away from Omar").startswith(page)
    assert story.asked() == {}
    again = noor.post(f"{story.here}/take", {"idea": idea, "person": cast.omar.id, "reason": "So"})
    assert again.status_code == 409


def test_a_member_gives_an_idea_back_and_it_is_repaired(as_: As, database: Database, cast: Cast, story: Any) -> None:
    story.apply()
    mine = min(idea for idea, people in story.asked().items() if cast.dina.id in people)
    dina, noor = as_(cast.dina), as_(cast.noor)
    page, address = f"/review/ideas/{mine}", f"/review/rounds/{story.round}/ideas/{mine}/back"
    assert dina.works(page, {"reason": "I am away that week"}, action="/back") == "/review"
    assert f'href="/review/ideas/{mine}"' not in dina.get("/review").text
    assert "Give it back" not in dina.get(page).text
    assert dina.post(page, {"do": "keep"}).status_code == 403
    assert dina.post(address, {"reason": "Again"}).status_code == 409
    assert dina.post(address, {"reason": ""}).status_code == 422
    assert noor.post(address, {"reason": "Not mine"}).status_code == 404
    assert "Repair who reviews what in" in noor.get("/review").text
    assert "I am away that week" in noor.get(story.here).text
    noor.works(f"{story.here}/plan?way=repair", {}, "Apply this plan")
    assert cast.dina.id not in story.asked()[mine]
    assert len(story.asked()[mine]) == 2
    assert "Nothing: all that can be given out" in noor.get(f"{story.here}/plan?way=repair").text


def test_wishes_with_mistakes_come_back_and_late_ones_are_refused(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    sami, page = as_(cast.sami), f"/review/rounds/{story.round}/preferences"
    shown = sami.get(page).text
    assert "Your conflict" in shown
    assert f'name="i{story.ideas[0]}"' not in shown
    assert sami.post(page, {f"i{story.ideas[1]}": "love"}).status_code == 422
    wrong = sami.post(page, {f"i{story.ideas[1]}": "want", "most": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    assert sami.post(page, {f"i{story.ideas[0]}": "want"}).status_code == 422
    assert sami.post(page, {"processes": 999}).status_code == 422
    block = sami.post(page, {f"i{story.ideas[1]}": "want"}, headers={"hx-request": "true", "hx-target": "p#kept"})
    assert block.status_code == 303
    kept = sami.get(page, headers={"hx-request": "true", "hx-target": "p#kept"}).text
    assert kept.lstrip().startswith('<p id="kept"')
    with database.writing() as db:
        move(db, cast, db.get_one(Round, story.round), "close")
    late = sami.post(page, {f"i{story.ideas[1]}": "rather not"})
    assert late.status_code == 409
    assert as_(cast.noor).get(f"{story.here}/plan").status_code == 409
    assert as_(cast.noor).get(story.here).status_code == 200
    assert sami.get(page).status_code == 200


def test_the_head_hears_who_reviews_and_others_do_not(as_: As, database: Database, cast: Cast, story: Any) -> None:
    story.apply()
    page = as_(cast.noor).get(f"/review/rounds/{story.round}").text
    assert "Who reviews what" in page
    assert "missing: " in page
    seen = as_(cast.sami).get(f"/review/rounds/{story.round}").text
    assert "others’" in seen
    assert "missing: " not in seen


@pytest.mark.parametrize("name", ["noor", "sami"])
def test_statements_do_not_grow_with_the_rows(
    app: Pilotage, as_: As, database: Database, cast: Cast, name: str
) -> None:
    def count(ideas: int) -> list[int]:
        with database.writing() as db:
            found = ideas_of(db, cast, ideas)
            round_ = shared_round(db, cast, found, members(db, cast, 1), name=f"Round of {ideas}")
            apply(db, cast, round_)
            review_by(db, db.get_one(Person, min(duty.given_out(db, round_.id)[found[0].id])), found[0])
        here = f"/review/rounds/{round_.id}"
        mine = ("preferences",) if name == "sami" else ("assignment", "assignment/plan")
        app.state.figures.until = float("inf")
        return [asked(as_(getattr(cast, name)), f"{here}/{page}") for page in mine]

    def asked(browser: Browser, page: str) -> int:
        said: list[str] = []
        hook = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(database.reads, "before_cursor_execute", hook)
        assert browser.get(page).status_code == 200
        event.remove(database.reads, "before_cursor_execute", hook)
        return len(said)

    with database.reading() as db:
        app.state.figures.get(db)
    as_(cast.zaid).get("/review")  # the organisation's name is kept from then on
    one, many = count(1), count(25)
    assert one == many
    assert max(one) <= 10
