"""The pages of review, as people in a browser without JavaScript meet them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlmodel import col

from app.db import Database
from app.ideas.models import Conflict, Idea, Stage, Veil
from app.main import Pilotage
from app.people.actor import find_actor
from app.people.models import Person
from app.record.models import Entry
from app.review.models import Decision, Order, Review, ReviewStage, Round, RoundStage, Score, Verdict
from app.review.outcomes import outcome_for
from tests.cast import Cast
from tests.client import Browser
from tests.review.makers import MARKS, SOON, a_round, admitted, decision, move, open_round, review_by, typed_marks

As = Callable[[Person | None], Browser]


@pytest.fixture
def story(database: Database, cast: Cast) -> Any:
    """Two ideas in an open blind round: amal's team wrote the first, zaid the second."""

    class Story:
        def __init__(self) -> None:
            with database.writing() as db:
                first = admitted(db, cast, cast.amal, team_id=cast.team.id, title="Bag drop before the door")
                second = admitted(db, cast, title="Trolleys where the queue begins")
                round_ = open_round(db, cast, first, second)
                self.first, self.second, self.round = first.id, second.id, round_.id
                self.marks = dict(typed_marks(db, round_))

        def idea(self, which: int) -> Idea:
            with database.reading() as db:
                return db.get_one(Idea, which)

    return Story()


def reviewed(database: Database, cast: Cast, story: Any, *people: Person, close: bool = True) -> None:
    with database.writing() as db:
        for which in (story.first, story.second):
            for person in people:
                review_by(db, person, db.get_one(Idea, which), to_authors=f"Try it, says {which}")
        if close:
            move(db, cast, db.get_one(Round, story.round), "close")


def test_a_round_from_preparing_to_opening(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
    noor = as_(cast.noor)
    assert "Put 1 idea into a round" in noor.get("/review").text
    fields = {"name": "Autumn", "due": SOON.isoformat(), "blind": "on", "ideas": idea.id, "reviewers": cast.sami.id}
    key = noor.key("/review/rounds/new", "/review/rounds/new")
    answer = noor.post("/review/rounds/new", {**fields, "key": key})
    assert answer.status_code == 303
    again = noor.post("/review/rounds/new", {**fields, "key": key})
    assert (again.status_code, again.headers["location"]) == (303, answer.headers["location"])
    here = answer.headers["location"]
    assert "Is this round ready to open?" in noor.get(here).text
    assert as_(cast.sami).get(here).status_code == 404
    changed = noor.post(f"{here}/edit", {**fields, "name": "Late autumn", "version": 1})
    assert changed.status_code == 303
    assert noor.post(f"{here}/edit", {**fields, "version": 1}).status_code == 409
    assert noor.move(here, "open").status_code == 303
    assert noor.move(here, "open").status_code == 409
    assert as_(cast.sami).move(here, "close").status_code == 403
    assert as_(cast.sami).get(here).status_code == 200
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Round)) == 1


def test_a_round_form_with_mistakes_comes_back_as_it_was(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
    noor = as_(cast.noor)
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    fields = {
        "name": "Autumn",
        "due": yesterday,
        "ideas": idea.id,
        "reviewers": cast.sami.id,
        "custodian": cast.sami.id,
    }
    answer = noor.send("/review/rounds/new", fields)
    assert answer.status_code == 422
    assert 'value="Autumn"' in answer.text
    assert "Choose a day that is still to come." in answer.text
    assert "Who may see names does not review." in answer.text


def test_strangers_guests_and_others(as_: As, cast: Cast, story: Any) -> None:
    pages = ("/review", f"/review/rounds/{story.round}", f"/review/ideas/{story.first}", "/review/rounds/new")
    for page in pages:
        assert as_(None).get(page).status_code == 303
        assert as_(cast.gita).get(page).status_code == 404
    zaid = as_(cast.zaid)
    assert [zaid.get(page).status_code for page in pages] == [200, 404, 404, 403]
    assert as_(cast.sami).get("/review/rounds/new").status_code == 403
    for page in ("/admin/scorecard", "/review/meetings/new"):
        assert zaid.get(page).status_code == 403
    assert as_(cast.root).get("/admin/scorecard").status_code == 200


def test_scoring_keeping_submitting_and_going_on(as_: As, database: Database, cast: Cast, story: Any) -> None:
    sami, here = as_(cast.sami), f"/review/ideas/{story.first}"
    page = sami.get(here).text
    assert "Author not shown" in page
    assert "Amal" not in page
    assert "Calm corners" not in page
    names = list(story.marks)
    kept = sami.post(here, {names[0]: "5", names[3]: "na", "to_authors": "Measure it first", "do": "keep"})
    assert kept.status_code == 303
    page = sami.get(here).text
    assert "2 of 5 answered and kept" in page
    assert "Measure it first" in page
    assert "<b>5.0</b> of 5 so far" in page
    missing = sami.post(here, {names[0]: "5", "to_authors": "Still here", "do": "submit"})
    assert missing.status_code == 422
    assert "This one needs a score from everybody." in missing.text
    assert "Still here" in missing.text
    assert sami.post(here, {names[0]: "6", "do": "keep"}).status_code == 422
    done = sami.post(here, {**story.marks, names[4]: "na", "do": "submit"})
    assert done.headers["location"] == f"/review/ideas/{story.second}"
    late = sami.post(here, {**story.marks, "to_authors": "A second thought", "do": "submit"})
    assert late.status_code == 409
    assert "A second thought" in late.text
    with database.reading() as db:
        review = db.scalars(select(Review)).one()
        assert review.stage is ReviewStage.SUBMITTED
        # 30 and 20 by 4, 15 and 20 by 3; the fifth is left out, not counted as 0.
        assert float(review.total or 0) == pytest.approx((50 * 4 + 35 * 3) / 85, abs=1e-4)
        assert None in db.scalars(select(col(Score.value))).all()


def test_a_late_score_is_refused_with_what_was_typed(as_: As, database: Database, cast: Cast, story: Any) -> None:
    with database.writing() as db:
        move(db, cast, db.get_one(Round, story.round), "close")
    fields = {**story.marks, "to_committee": "I was on the train", "do": "submit"}
    answer = as_(cast.sami).post(f"/review/ideas/{story.first}", fields)
    assert answer.status_code == 409
    assert "I was on the train" in answer.text
    assert as_(cast.noor).post(f"/review/ideas/{story.first}", fields).status_code == 403


def test_a_change_is_kept_by_htmx_and_answers_the_sum_alone(as_: As, cast: Cast, story: Any) -> None:
    sami, here = as_(cast.sami), f"/review/ideas/{story.first}"
    headers = {"HX-Request": "true", "HX-Target": "div#sum", "HX-Request-Type": "partial"}
    assert sami.post(here, {next(iter(story.marks)): "2"}, headers=headers).status_code == 303
    block = sami.get(here, headers=headers).text
    assert block.lstrip().startswith('<div class="sum" id="sum"')
    assert "<b>2.0</b> of 5 so far" in block


def test_a_conflict_takes_sight_and_score_away_at_once(as_: As, database: Database, cast: Cast, story: Any) -> None:
    reviewed(database, cast, story, cast.sami, cast.dina, close=False)
    sami, here = as_(cast.sami), f"/review/ideas/{story.first}"
    assert "What the others say" in sami.get(here).text
    assert sami.post(f"{here}/conflict", {"reason": " "}).status_code == 422
    assert sami.post(f"{here}/conflict", {"reason": "My wife sells these belts"}).status_code == 303
    assert sami.get(here).status_code == 403
    assert sami.post(here, {**story.marks, "do": "submit"}).status_code == 409
    assert sami.post(f"{here}/conflict", {"reason": "Again"}).status_code == 403
    with database.writing() as db:
        move(db, cast, db.get_one(Round, story.round), "close")
    row = csv_of(as_(cast.noor), story)[str(story.first)]
    assert (row["reviews"], row["expected"]) == ("1", "2")
    assert csv_of(sami, story)[str(story.first)]["mean"] == ""
    with database.reading() as db:
        assert db.scalars(select(Conflict)).one().person_id == cast.sami.id


def csv_of(browser: Browser, story: Any) -> dict[str, dict[str, str]]:
    import csv

    text = browser.get(f"/review/rounds/{story.round}/standing.csv").text
    return {row["idea"]: row for row in csv.DictReader(text.splitlines())}


def test_what_is_not_seen_is_sealed_also_in_the_export(as_: As, database: Database, cast: Cast, story: Any) -> None:
    reviewed(database, cast, story, cast.dina, cast.omar, close=False)
    assert (
        csv_of(as_(cast.sami), story)[str(story.first)] | {"mean": "", "reviews": ""}
        == csv_of(as_(cast.sami), story)[str(story.first)]
    )
    assert csv_of(as_(cast.dina), story)[str(story.first)]["mean"] == "3.35"
    assert csv_of(as_(cast.noor), story)[str(story.first)]["reviews"] == "2"
    assert csv_of(as_(cast.noor), story)[str(story.first)]["mean"] == ""


def test_a_decision_needs_the_quorum_and_the_reviews(as_: As, database: Database, cast: Cast, story: Any) -> None:
    noor = as_(cast.noor)
    here = f"/review/rounds/{story.round}/ideas/{story.first}/decision"
    assert noor.post(here, decision(cast) | {"key": "k1"}).status_code == 409  # the reviewing is open
    with database.writing() as db:
        review_by(db, cast.sami, db.get_one(Idea, story.first))
        move(db, cast, db.get_one(Round, story.round), "close")
    answer = noor.send(here, decision(cast))
    assert answer.status_code == 422
    assert "2 submitted reviews are needed, and 1 is in." in answer.text
    assert as_(cast.sami).post(here, decision(cast) | {"key": "k2"}).status_code == 403


def test_the_quorum_is_refused_with_its_figures(as_: As, database: Database, cast: Cast, story: Any) -> None:
    reviewed(database, cast, story, cast.sami, cast.dina, cast.omar)
    noor = as_(cast.noor)
    here = f"/review/rounds/{story.round}/ideas/{story.first}/decision"
    answer = noor.send(here, decision(cast, present=[str(cast.noor.id), str(cast.amal.id)]))
    assert answer.status_code == 422
    assert "The quorum is 2 members without a conflict; of those you named, 1 count." in answer.text
    assert "this is cheap to try" in answer.text
    no_day = noor.send(here, decision(cast, "defer"))
    assert "Say until which day" in no_day.text
    with database.reading() as db:
        assert db.scalars(select(Decision)).all() == []


def test_a_blind_decision_takes_effect_when_it_is_published(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    reviewed(database, cast, story, cast.sami, cast.dina, cast.omar)
    noor, round_ = as_(cast.noor), f"/review/rounds/{story.round}"
    assert noor.send(f"{round_}/ideas/{story.first}/decision", decision(cast)).status_code == 303
    assert story.idea(story.first).stage is Stage.IN_REVIEW
    assert noor.move(round_, "publish").status_code == 409
    day = (date.today() + timedelta(days=30)).isoformat()
    assert noor.send(f"{round_}/ideas/{story.second}/decision", decision(cast, "do it now", day=day)).status_code == 303
    with database.reading() as db:
        idea, amal = db.get_one(Idea, story.first), find_actor(db, cast.amal.id)
        assert outcome_for(db, amal, idea) is None
    assert noor.move(round_, "publish").status_code == 303
    with database.reading() as db:
        idea, zaid = db.get_one(Idea, story.first), find_actor(db, cast.zaid.id)
        assert (idea.stage, db.get_one(Idea, story.second).stage) == (Stage.APPROVED, Stage.TO_DO)
        told = outcome_for(db, find_actor(db, cast.badr.id), idea)
        assert told is not None
        assert (told.verdict, told.remarks) == (Verdict.APPROVE, ((f"Try it, says {story.first}", ""),) * 3)
        other = outcome_for(db, zaid, idea)
        assert other is not None
        assert other.remarks == ()
        assert db.scalars(select(Veil)).all() == []
        totals = db.scalars(select(Entry).where(col(Entry.move) == "unseal").order_by(col(Entry.number))).first()
        assert totals is not None
        assert '"totals":["3.3500","3.3500","3.3500"]' in totals.figures


def test_a_decision_of_an_open_round_is_read_at_once_and_superseded(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, blind="")
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
        move(db, cast, round_, "close")
        where = f"/review/rounds/{round_.id}/ideas/{idea.id}/decision"
    noor = as_(cast.noor)
    assert noor.send(where, decision(cast, "do it now", day=SOON.isoformat())).status_code == 303
    assert "To be done now" in outcome(database, cast, idea.id)
    assert noor.send(where, decision(cast)).status_code == 409
    with database.reading() as db:
        live = db.scalars(select(Decision)).one().id
    assert noor.send(where, decision(cast, "decline", instead_of=live)).status_code == 303
    assert "Declined" in outcome(database, cast, idea.id)
    with database.reading() as db:
        assert [one.superseded_by is None for one in db.scalars(select(Decision).order_by(col(Decision.id)))] == [
            False,
            True,
        ]
        assert db.scalars(select(Order)).one().stage.value == "recalled"
        assert db.get_one(Idea, idea.id).stage is Stage.DECLINED
    assert noor.send(where, decision(cast, instead_of=live)).status_code == 409


def outcome(database: Database, cast: Cast, idea_id: int) -> str:
    with database.reading() as db:
        told = outcome_for(db, find_actor(db, cast.zaid.id), db.get_one(Idea, idea_id))
        return told.words if told else ""


def test_an_idea_taken_out_waits_for_another_round(as_: As, database: Database, cast: Cast, story: Any) -> None:
    noor, round_ = as_(cast.noor), f"/review/rounds/{story.round}"
    assert as_(cast.sami).post(f"{round_}/ideas/{story.first}/out", {"reason": "No"}).status_code == 403
    assert noor.post(f"{round_}/ideas/{story.first}/out", {"reason": "No"}).status_code == 303
    assert noor.post(f"{round_}/ideas/{story.first}/out", {"reason": "No"}).status_code == 409
    assert as_(cast.sami).get(f"/review/ideas/{story.first}").status_code == 404
    assert "Put 1 idea into a round" in noor.get("/review").text


def test_a_reviewer_who_is_added_gets_the_ideas(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, reviewers=[cast.sami.id], custodian=cast.noor.id)
    noor, here = as_(cast.noor), f"/review/rounds/{round_.id}/reviewers"
    assert noor.post(here, {"person": cast.noor.id}).status_code == 422
    assert noor.post(here, {"person": cast.dina.id}).status_code == 303
    assert noor.post(here, {"person": cast.dina.id}).status_code == 409
    assert idea.title in as_(cast.dina).get("/review").text


def test_the_owner_says_their_word_and_does_what_was_ordered(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    huda = as_(cast.huda)
    assert "Say when it can be run" in huda.get("/review").text
    here = f"/review/ideas/{story.first}/owner"
    assert as_(cast.zaid).get(here).status_code == 404
    assert huda.send(here, {"possible": "yes", "words": ""}).status_code == 422
    fields = {"possible": "yes", "start": "from February", "cost": "86000.50", "words": "With two more people."}
    assert huda.send(here, fields).status_code == 303
    assert "from February" in as_(cast.sami).get(f"/review/ideas/{story.first}").text
    reviewed(database, cast, story, cast.sami, cast.dina)
    noor, round_ = as_(cast.noor), f"/review/rounds/{story.round}"
    for which in (story.first, story.second):
        fields = decision(cast, "do it now", day=SOON.isoformat())
        assert noor.send(f"{round_}/ideas/{which}/decision", fields).status_code == 303
    noor.move(round_, "publish")
    with database.reading() as db:
        order = db.scalars(select(Order).where(col(Order.idea_id) == story.first)).one()
    assert "Accept" in huda.get("/review").text
    there = f"/review/orders/{order.id}"
    assert as_(cast.zaid).get(there).status_code == 404
    assert noor.move(there, "accept").status_code == 403
    assert huda.move(there, "accept").status_code == 303
    assert huda.move(there, "accept").status_code == 409
    assert huda.move(there, "done").status_code == 422
    assert huda.move(there, "done", "Both belts stand.").status_code == 303
    assert "Both belts stand." in as_(cast.layla).get(there).text


def test_a_meeting_with_its_agenda_and_who_came(as_: As, database: Database, cast: Cast, story: Any) -> None:
    noor = as_(cast.noor)
    fields = {"name": "December", "day": SOON.isoformat(), "at": "09:30", "place": "Room 4", "ideas": story.first}
    answer = noor.send("/review/meetings/new", fields)
    assert answer.status_code == 303
    here = answer.headers["location"]
    assert "Bag drop before the door" in as_(cast.sami).get(here).text
    assert as_(cast.zaid).get(here).status_code == 403
    assert as_(cast.sami).post(f"{here}/attendance", {"present": cast.sami.id}).status_code == 403
    assert noor.post(f"{here}/edit", {**fields, "place": "Room 5", "version": 1}).status_code == 303
    assert noor.post(f"{here}/edit", {**fields, "version": 1}).status_code == 409
    assert noor.post(f"{here}/attendance", {"present": [cast.sami.id, cast.noor.id]}).status_code == 303
    reviewed(database, cast, story, cast.sami, cast.dina)
    number = here.rsplit("/", 1)[1]
    page = noor.get(f"/review/rounds/{story.round}/ideas/{story.first}/decision?meeting={number}").text
    assert f'value="{cast.sami.id}" checked' in page
    assert f'value="{cast.dina.id}" checked' not in page
    assert noor.move(here, "hold").status_code == 303


def test_a_scorecard_gets_versions_and_a_round_keeps_its_own(
    as_: As, database: Database, cast: Cast, story: Any
) -> None:
    noor = as_(cast.noor)
    levels = "None\nFew\nSome\nMost\nAll"
    fields = {"committee": cast.committee.id, "name": "Short", "number": 1, "criterion_1": "Effect", "weight_1": 60}
    assert noor.post("/admin/scorecard", {**fields, "levels_1": "All"}).status_code == 422
    assert noor.post("/admin/scorecard", {**fields, "levels_1": levels}).status_code == 303
    assert noor.post("/admin/scorecard", {**fields, "levels_1": levels}).status_code == 409
    assert "version 2" in noor.get("/admin/scorecard").text
    assert "Customer-experience impact" in as_(cast.sami).get(f"/review/ideas/{story.first}").text


def test_the_custodian_sees_names_and_nobody_else(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        idea = admitted(db, cast, cast.amal)
        round_ = open_round(db, cast, idea, custodian=cast.root.id)
    here = f"/review/rounds/{round_.id}/names"
    assert "Amal" in as_(cast.root).get(here).text
    assert as_(cast.noor).get(here).status_code == 403
    assert as_(cast.sami).get(here).status_code == 403
    assert "Amal" in as_(cast.root).get(f"/review/ideas/{idea.id}").text


@pytest.mark.parametrize("stage", [RoundStage.OPEN, RoundStage.CLOSED])
def test_statements_do_not_grow_with_the_rows(
    app: Pilotage, as_: As, database: Database, cast: Cast, stage: RoundStage
) -> None:
    def asked(browser: Browser, page: str) -> int:
        browser.get(page)
        said: list[str] = []
        hook = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(database.reads, "before_cursor_execute", hook)
        assert browser.get(page).status_code == 200
        event.remove(database.reads, "before_cursor_execute", hook)
        return len(said)

    def count(ideas: int) -> list[int]:
        with database.writing() as db:
            found = [admitted(db, cast) for _ in range(ideas)]
            round_ = open_round(db, cast, *found, name=f"Round of {ideas}")
            for idea in found:
                review_by(db, cast.dina, idea)
                review_by(db, cast.omar, idea)
            if stage is RoundStage.CLOSED:
                move(db, cast, round_, "close")
            pages = ("/review", f"/review/rounds/{round_.id}", f"/review/ideas/{found[0].id}")
        app.state.figures.until = float("inf")
        return [asked(as_(person), page) for person in (cast.sami, cast.noor, cast.dina) for page in pages]

    with database.reading() as db:
        app.state.figures.get(db)
    one, many = count(1), count(30)
    assert one == many
    assert max(one) <= 14


def test_marks_of_the_preset_have_their_words() -> None:
    from app.review.scorecards import PRESETS, REVIEW

    for card in PRESETS.values():
        assert card.weight == 100
        assert all(len(question.levels) == 5 for question in card.questions)
    assert [question.name for question in REVIEW.questions] == [
        "Customer-experience impact",
        "Profitability",
        "Sustainability",
        "Feasibility",
        "Novelty",
    ]
    assert len(MARKS) == len(REVIEW.questions)


def test_a_prepared_round_is_empty_of_reviews(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = a_round(db, cast, admitted(db, cast))
    page = as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert 'data-l="Reviewers">3<' in page
