"""A round's switches: sight, dates that come by themselves, presets, rehearsal; scales; amending; more questions."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of, now
from app.db import Database
from app.errors import Stale
from app.ideas.models import Idea, Stage
from app.people.actor import find_actor
from app.record.models import Entry
from app.review import by_date, conflicts, late, queries, reviewing, rounds, standing
from app.review.letters.queries import taken
from app.review.meetings import moves
from app.review.meetings.actions import set_agenda
from app.review.models import FiledReview, Lead, Meeting, Preset, Review, Round, RoundStage, Sight
from app.review.scoring import on_five
from tests.cast import Cast, the_cast
from tests.makers import a_seat
from tests.review.makers import MARKS, SOON, a_round, admitted, move, open_round, review_by, typed_marks
from tests.review.meeting_makers import a_meeting

TODAY = date.today()
DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo("UTC"))


def test_until_all_are_in_the_last_review_opens_the_others(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea, sight=Sight.ALL)
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
            assert not reviewing.case(db, find_actor(db, person.id), idea.id).reviews
        conflicts.declare(db, find_actor(db, cast.omar.id), idea, "My sister runs it.")
        seen = reviewing.case(db, find_actor(db, cast.sami.id), idea.id)
        assert [one.name for one in seen.reviews] == [cast.dina.name]


def test_an_author_among_the_reviewers_of_a_blind_round_keeps_it_sealed(both: Database) -> None:
    """Else what opens early would say that one of those who review wrote the idea."""
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.omar)
        round_ = open_round(db, cast, idea, sight=Sight.ALL)
        for person in (cast.sami, cast.dina):
            review_by(db, person, idea)
        sami = find_actor(db, cast.sami.id)
        assert not reviewing.case(db, sami, idea.id).reviews
        (row,) = standing.board(db, sami, round_).rows
        assert row.sealed
        move(db, cast, round_, "close")
        assert reviewing.case(db, sami, idea.id).reviews


def test_until_the_meeting_nobody_sees_scores_and_the_meeting_opens_them(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, sight=Sight.MEETING)
        review = review_by(db, cast.sami, idea)
        review_by(db, cast.dina, idea)
        move(db, cast, round_, "close")
        for person in (cast.sami, cast.noor):
            assert not reviewing.case(db, find_actor(db, person.id), idea.id).reviews
        (row,) = standing.board(db, find_actor(db, cast.noor.id), round_).rows
        assert (row.sealed, row.mean, row.n) == (True, None, None)
        dina = find_actor(db, cast.dina.id)
        seen = select(col(Review.id)).where(queries.reviews_visible_to(dina), col(Review.id) == review.id)
        assert db.scalar(seen) is None
        made = Meeting(committee_id=cast.committee.id, name="Forum", at=noon(TODAY + DAY))
        db.add(made)
        db.flush()
        set_agenda(db, made, [idea.id])
    with as_of(noon(TODAY + DAY) - timedelta(minutes=1)):
        assert by_date.keep_time(both) == 0
    with as_of(noon(TODAY + DAY)):
        assert by_date.keep_time(both) == 1
        assert by_date.keep_time(both) == 0
    with both.reading() as db:
        assert reviewing.case(db, find_actor(db, cast.noor.id), idea.id).reviews
        assert db.scalar(seen) == review.id


@pytest.mark.parametrize("begun", ["before its time", "before the closing", "over before the closing"])
def test_a_meeting_opens_scores_from_when_its_chair_begins_it(database: Database, begun: str) -> None:
    """Also where the reviewing is closed while it is on; one that was over by then opens nothing."""
    with database.writing() as db:
        cast = the_cast(db)
        noor = find_actor(db, cast.noor.id)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, sight=Sight.MEETING)
        review_by(db, cast.sami, idea)
        early = begun == "before its time"
        if early:
            move(db, cast, round_, "close")
        meeting = a_meeting(db, cast, idea.id, at=now() + timedelta(hours=3))
    assert by_date.keep_time(database) == 0
    with database.writing() as db:
        meeting = db.get_one(Meeting, meeting.id)
        moves.move(db, noor, meeting, "begin", "", None)
        if begun == "over before the closing":
            moves.move(db, noor, meeting, "hold", "", None)
        if not early:
            move(db, cast, db.get_one(Round, round_.id), "close")
    assert by_date.keep_time(database) == (begun != "over before the closing")
    with database.reading() as db:
        shown = db.get_one(Round, round_.id).revealed_at is not None
        assert shown is (begun != "over before the closing")


def test_the_chair_opens_what_is_sealed_until_the_meeting_once(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        round_ = move(db, cast, open_round(db, cast, admitted(db, cast), sight=Sight.MEETING), "close")
    address = f"/review/rounds/{round_.id}/reveal"
    assert "Open the scores for the meeting" in as_(cast.noor).get(f"/review/rounds/{round_.id}").text
    assert as_(cast.sami).post(address).status_code == 403
    assert as_(cast.noor).post(address).status_code == 303
    assert as_(cast.noor).post(address).status_code == 409


def test_a_round_opens_and_closes_on_its_days(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        both.known["settings"].time_zone = "UTC"
        idea, gone = admitted(db, cast), admitted(db, cast)
        round_ = a_round(db, cast, idea, opens_on=TODAY + DAY, due=TODAY + 3 * DAY, closes_itself="on")
        never = a_round(db, cast, gone, opens_on=TODAY + DAY, due=TODAY + 3 * DAY)
        gone.stage = Stage.WITHDRAWN
    days = {0: RoundStage.PREPARED, 1: RoundStage.OPEN, 3: RoundStage.OPEN, 4: RoundStage.CLOSED, 9: RoundStage.CLOSED}
    for later, stage in days.items():
        with as_of(noon(TODAY + later * DAY)):
            by_date.keep_time(both)
        with both.reading() as db:
            assert db.get_one(Round, round_.id).stage is stage
            assert db.get_one(Round, never.id).stage is RoundStage.PREPARED
    with both.reading() as db:
        assert db.get_one(Idea, idea.id).stage is Stage.IN_REVIEW
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == round_.ref, col(Entry.actor_id).is_(None)))
        assert sorted(moves) == ["close", "open"]


def test_a_round_waits_for_who_was_given_longer(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        both.known["settings"].time_zone = "UTC"
        round_ = a_round(db, cast, admitted(db, cast), opens_on=TODAY, due=TODAY + DAY, closes_itself="on")
    with as_of(noon(TODAY)):
        by_date.keep_time(both)
    with both.writing() as db:
        late.extend(db, find_actor(db, cast.noor.id), db.get_one(Round, round_.id), cast.sami.id, TODAY + 3 * DAY)
    for later, stage in {2: RoundStage.OPEN, 3: RoundStage.OPEN, 4: RoundStage.CLOSED}.items():
        with as_of(noon(TODAY + later * DAY)):
            by_date.keep_time(both)
        with both.reading() as db:
            assert db.get_one(Round, round_.id).stage is stage


def test_members_lead_a_round_that_says_so(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        heads_only = open_round(db, cast, admitted(db, cast))
        round_ = open_round(db, cast, admitted(db, cast), led_by=Lead.MEMBERS)
    assert as_(cast.sami).move(f"/review/rounds/{heads_only.id}", "close").status_code == 403
    assert as_(cast.zaid).move(f"/review/rounds/{round_.id}", "close").status_code == 404
    assert as_(cast.sami).move(f"/review/rounds/{round_.id}", "close").status_code == 303
    assert as_(cast.noor).move(f"/review/rounds/{heads_only.id}", "close").status_code == 303
    for closed, idea in ((heads_only, 1), (round_, 2)):
        page = as_(cast.sami).get(f"/review/rounds/{closed.id}/ideas/{idea}/decision").text
        assert ("Record the decision" in page) == (closed is round_)


@pytest.mark.parametrize("preset", Preset)
def test_a_preset_fills_the_form_and_the_round_keeps_it(
    database: Database, cast: Cast, as_: Any, preset: Preset
) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        before = open_round(db, cast, idea)
        review_by(db, cast.sami, idea)
        rounds.cancel(db, find_actor(db, cast.noor.id), before, "Too early", None)
        admitted(db, cast)
    page = as_(cast.noor).get("/review/rounds/new", params={"preset": preset.value})
    assert f'name="preset" value="{preset.value}"' in page.text
    again = preset is Preset.AGAIN
    assert (f'name="reviewers" value="{cast.dina.id}" checked' in page.text) != again
    assert f'name="reviewers" value="{cast.sami.id}" checked' in page.text
    ticked = {number for number in (1, 2) if f'name="ideas" value="{number}" checked' in page.text}
    assert ticked == ({1} if again else {1, 2})


def test_a_rehearsal_is_what_a_reviewer_sees_and_keeps_nothing(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        first, second = admitted(db, cast, cast.zaid), admitted(db, cast)
        round_ = a_round(db, cast, first, second, asks_confidence="on", asks_forecast="on")
    here = f"/review/rounds/{round_.id}/as-reviewer"
    page = as_(cast.noor).get(here).text
    for words in ("Author not shown", "How sure are you?", "where it runs?", "Customer-experience impact"):
        assert words in page
    assert cast.zaid.name not in page.split("<main", 1)[1]
    assert "Submit my review" not in page
    assert "hx-post" not in page.split('id="score"', 1)[1].split("</form>", 1)[0]
    assert as_(cast.noor).get(f"{here}?idea={second.id}").status_code == 200
    assert as_(cast.noor).get(f"{here}?idea=99").status_code == 404
    assert as_(cast.sami).get(here).status_code == 404
    with database.writing() as db:
        move(db, cast, db.get_one(Round, round_.id), "open")
    assert as_(cast.noor).get(here).status_code == 409
    assert as_(cast.sami).get(here).status_code == 403


def test_a_filed_review_is_amended_until_another_can_be_seen(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea)
        review_by(db, cast.sami, idea, (5, 5, 5, 5, 5), to_authors="Splendid")
    with both.writing() as db:
        made = review_by(db, cast.sami, idea, (1, 1, 1, 1, 1), to_authors="On second thought", do="amend", filed=1)
        assert (made.filed, float(made.total or 0), made.to_authors) == (2, 1.0, "On second thought")
        kept = db.scalars(select(FiledReview)).one()
        assert (kept.number, float(kept.total or 0)) == (1, 5.0)
        assert "Splendid" in kept.said
        with pytest.raises(Stale):
            review_by(db, cast.sami, idea, MARKS, do="amend", filed=1)
        with pytest.raises(Stale):
            review_by(db, cast.sami, idea, MARKS)
    with both.writing() as db:
        review_by(db, cast.dina, idea)
        with pytest.raises(Stale, match="see another"):
            review_by(db, cast.sami, idea, MARKS, do="amend", filed=2)
        moves = db.scalars(select(col(Entry.move)).where(col(Entry.ref) == made.ref).order_by(col(Entry.number)))
        assert list(moves) == ["review", "amend"]


def test_the_page_amends_and_shows_both_versions(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea)
        fields = typed_marks(db, round_)
    sami, here = as_(cast.sami), f"/review/ideas/{idea.id}"
    assert sami.post(here, {**fields, "do": "submit"}).status_code == 303
    assert "Amend it" in sami.get(here).text
    form = sami.get(f"{here}?amend=true").text
    assert 'name="filed" value="1"' in form
    lower = dict.fromkeys(fields, "1") | {"free": "on"}
    assert sami.post(here, {**lower, "do": "amend", "filed": "1"}).status_code == 303
    again = sami.post(here, {**lower, "do": "amend", "filed": "1"})
    assert again.status_code == 409
    page = sami.get(here).text
    assert "1.00 of 5" in page
    assert "Before: 3.35 of 5" in page


def test_confidence_and_forecast_are_asked_for_where_the_round_says_so(
    database: Database, cast: Cast, as_: Any
) -> None:
    with database.writing() as db:
        plain, asking = admitted(db, cast), admitted(db, cast)
        open_round(db, cast, plain)
        round_ = open_round(db, cast, asking, asks_confidence="on", asks_forecast="on")
        fields = typed_marks(db, round_)
    sami = as_(cast.sami)
    told = {"confidence": "2", "forecast_low": "-1", "forecast": "2.5", "forecast_high": "6", "do": "submit"}
    for wrong in ({"confidence": ""}, {"forecast_high": ""}, {"forecast": "9"}, {"confidence": "4"}):
        answer = sami.post(f"/review/ideas/{asking.id}", {**fields, **told, **wrong})
        assert answer.status_code == 422
    assert sami.post(f"/review/ideas/{asking.id}", {**fields, **told}).status_code == 303
    with database.writing() as db:
        card = dict(typed_marks(db, db.get_one(Round, 1)))
    assert sami.post(f"/review/ideas/{plain.id}", {**card, **told}).status_code == 303
    with database.reading() as db:
        rows = {
            one.idea_id: (one.confidence, one.forecast, one.forecast_low, one.forecast_high)
            for one in db.scalars(select(Review))
        }
    assert rows == {asking.id: (2, 2.5, -1.0, 6.0), plain.id: (None, None, None, None)}


def test_scales_of_any_length_meet_on_five_and_what_is_only_shown_does_not_count(
    database: Database, cast: Cast, as_: Any
) -> None:
    card = {
        "committee": cast.committee.id,
        "name": "Mixed",
        "number": 0,
        "criterion_1": "Long",
        "weight_1": 30,
        "levels_1": "\n".join("abcdefg"),
        "criterion_2": "Short",
        "weight_2": 10,
        "levels_2": "no\nyes",
        "criterion_3": "Aside",
        "weight_3": 60,
        "levels_3": "no\nyes",
        "shown_3": "on",
    }
    assert as_(cast.noor).post("/admin/scorecard", card).status_code == 303
    with database.writing() as db:
        idea = admitted(db, cast)
        open_round(db, cast, idea)
        made = review_by(db, cast.sami, idea, (4, 2, 1))
        assert float(made.total or 0) == (30 * 3 + 10 * 5) / 40
    answer = as_(cast.dina).post(f"/review/ideas/{idea.id}", {"c1": "8", "c2": "1", "c3": "1", "do": "submit"})
    assert answer.status_code == 422


def test_a_level_on_five() -> None:
    assert [on_five(level, 5) for level in range(1, 6)] == [1, 2, 3, 4, 5]
    assert [on_five(level, 2) for level in (1, 2)] == [1, 5]
    assert on_five(4, 7) == 3
    for level, levels in ((0, 5), (6, 5), (1, 1)):
        with pytest.raises(ValueError, match="scale"):
            on_five(level, levels)


def test_who_reviews_again_reads_what_they_said_last_time(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        a_seat(db, cast.committee, cast.layla)
        idea = admitted(db, cast)
        first = open_round(db, cast, idea, name="First reading")
        review_by(db, cast.sami, idea, to_committee="Ask the crews")
        rounds.cancel(db, find_actor(db, cast.noor.id), first, "Too early", None)
        open_round(db, cast, idea, name="Second reading", reviewers=[cast.sami.id, cast.layla.id])
    page = as_(cast.sami).get(f"/review/ideas/{idea.id}").text
    assert "What you said last time" in page
    assert "Ask the crews" in page
    assert "last time" not in as_(cast.layla).get(f"/review/ideas/{idea.id}").text


def test_names_to_authors_only_where_the_round_tells_them(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        round_ = open_round(db, cast, idea, names_to_authors="on")
        review_by(db, cast.sami, idea, to_authors="Try it")
        assert [(one.words, one.name) for one in taken(db, round_, idea.id)] == [("Try it", cast.sami.name)]
        round_.names_to_authors = False
        assert [(one.words, one.name) for one in taken(db, round_, idea.id)] == [("Try it", "")]


def test_dates_in_the_wrong_order_are_refused(database: Database, cast: Cast, as_: Any) -> None:
    with database.writing() as db:
        idea = admitted(db, cast)
    fields = {
        "name": "Autumn",
        "due": SOON.isoformat(),
        "opens_on": (SOON + DAY).isoformat(),
        "ideas": idea.id,
        "reviewers": cast.sami.id,
    }
    answer = as_(cast.noor).send("/review/rounds/new", fields)
    assert answer.status_code == 422
    assert "opens before" in answer.text
