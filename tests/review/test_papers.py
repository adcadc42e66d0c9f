"""What leaves the house: the entry for calendars, the pack, the minutes."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from icalendar import Calendar
from pydantic import SecretStr
from sqlalchemy import select

from app.columns import now
from app.db import Database
from app.ideas.models import Idea, Veil
from app.main import all_tasks
from app.outbox import Job, run_all
from app.people.actor import find_actor
from app.people.models import Person
from app.review.conflicts import declare
from app.review.meetings import actions, motions, moves, papers
from app.review.meetings.forms import ItemForm
from app.review.meetings.invitations import INVITATION, download
from app.review.meetings.minutes import drawn, gather, read, versions
from app.review.models import Meeting
from app.review.standing import board
from app.review.undecided import Side
from app.web.papers import blocks, pdf
from tests.cast import Cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.people.makers import Mailbox, a_mailbox
from tests.review.makers import decision
from tests.review.meeting_makers import a_closed_round, a_meeting, a_motion, close, running, say, text_of, told
from tests.review.test_standing import panel

As = Callable[..., Browser]


@pytest.fixture
def story(database: Database) -> Any:
    return told(database)


@pytest.fixture
def cast(story: Any) -> Cast:
    found: Cast = story.cast
    return found


def event_of(words: bytes) -> Any:
    (found,) = Calendar.from_ical(words).walk("VEVENT")
    return found


def test_the_entry_for_calendars_is_in_utc_under_an_id_that_stays(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first, at=now().replace(hour=9, minute=30, second=0, microsecond=0))
    here = f"/review/meetings/{meeting.id}"
    answer = as_(cast.sami).get(f"{here}/meeting.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    first = event_of(answer.content)
    assert first.decoded("dtstart") == meeting.at
    assert str(first.decoded("dtstart").tzinfo) == "UTC"
    assert b"DTSTART:" in answer.content  # and no TZID
    assert first.decoded("dtend") - first.decoded("dtstart") == timedelta(minutes=90)
    assert (str(first["summary"]), str(first["location"]), first["sequence"]) == ("December", "Room 4", 1)
    assert "Bag drop" not in answer.text
    local = meeting.at + timedelta(hours=1)
    fields = {"name": "December", "day": local.date(), "at": f"{local:%H:%M}", "minutes": 45, "place": "Room 5"}
    changed = {**fields, "ideas": story.first, "version": 1}
    assert as_(cast.noor).post(f"{here}/edit", changed).status_code == 303
    again = event_of(as_(cast.sami).get(f"{here}/meeting.ics").content)
    assert again["uid"] == first["uid"]
    assert again["sequence"] == 2
    assert again.decoded("dtend") - again.decoded("dtstart") == timedelta(minutes=45)
    assert as_(cast.zaid).get(f"{here}/meeting.ics").status_code == 403


@pytest.fixture
def box(database: Database) -> Any:
    with a_mailbox() as box:
        smtp = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{box.port}")}
        database.known["settings"] = settings_for(database.url).model_copy(update=smtp)
        yield box


def invited(database: Database, box: Mailbox) -> dict[str, Any]:
    """What each member got, by the name before the at."""
    run_all(database, all_tasks())
    got = {str(mail["to"]).partition("@")[0]: mail for mail in box.mails}
    box.mails.clear()
    return got


def test_the_invitation_reaches_each_member_and_follows_the_meeting(
    database: Database, box: Mailbox, story: Any, cast: Cast
) -> None:
    from app.main import create_app

    settings = database.known["settings"]
    app = create_app(settings, database, run_worker=False)
    noor = Browser(app, cast.noor)
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first, at=now() + timedelta(days=3))
    here = f"/review/meetings/{meeting.id}"
    assert Browser(app, cast.sami).post(f"{here}/invitation", {"version": 1}).status_code == 403
    assert noor.works(here, {}, "Send the invitation") == here
    assert noor.post(f"{here}/invitation", {"version": 1}).status_code == 409
    got = invited(database, box)
    assert set(got) == {"noor", "sami", "dina", "omar"}
    mail = got["sami"]
    assert mail["subject"] == "Invitation: December"
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    first = event_of(part.get_content().encode())
    assert str(first["attendee"]) == "mailto:sami@pilotage.example"
    assert "dina" not in mail.as_string()
    assert "Bag drop" not in mail.as_string()
    day = (now() + timedelta(days=4)).date()
    fields = {"name": "December", "day": day, "at": "10:00", "ideas": story.first, "version": 1}
    assert noor.post(f"{here}/edit", fields).status_code == 303
    assert "Changed since it was sent" in noor.get(here).text
    assert noor.works(here, {}, "Send the change") == here
    changed = invited(database, box)["omar"]
    assert changed["subject"] == "Changed: December"
    assert noor.move(here, "cancel", "The hall is taken").status_code == 303
    cancelled = invited(database, box)["dina"]
    part = next(part for part in cancelled.walk() if part.get_content_type() == "text/calendar")
    last = event_of(part.get_content().encode())
    assert part.get_param("method") == "CANCEL"
    assert (str(last["status"]), last["uid"]) == ("CANCELLED", first["uid"])
    assert last["sequence"] > first["sequence"]


def test_who_presents_is_invited_to_their_item_alone(database: Database, box: Mailbox, cast: Cast) -> None:
    from app.main import create_app

    app = create_app(database.known["settings"], database, run_worker=False)
    noor = Browser(app, cast.noor)
    with database.writing() as db:
        open_ = a_closed_round(db, cast, blind="")
        meeting = a_meeting(db, cast, open_.first, open_.second, at=now() + timedelta(days=3))
    here = f"/review/meetings/{meeting.id}"
    with database.writing() as db:
        chair = find_actor(db, cast.noor.id)
        for item in actions.items_of(db, meeting.id):
            wanted = ItemForm(minutes=15, presenters=[cast.zaid.id])
            actions.arrange(db, chair, db.get_one(Meeting, meeting.id), item.id, wanted)
        second = actions.items_of(db, meeting.id)[1]
        db.add(Veil(person_id=cast.omar.id, idea_id=actions.items_of(db, meeting.id)[0].idea_id, round_id=0))
    assert noor.works(here, {}, "Send the invitation") == here
    got = invited(database, box)
    assert set(got) == {"noor", "sami", "dina", "omar", "zaid"}
    mail = got["zaid"]
    with database.reading() as db:
        idea, other = (db.get_one(Idea, one.idea_id) for one in reversed(actions.items_of(db, meeting.id)))
    assert idea.title in mail.as_string()
    assert other.title not in mail.as_string()  # hidden from somebody: who comes for it would tell of them
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    event = event_of(part.get_content().encode())
    assert event.decoded("dtstart") == (meeting.at + timedelta(minutes=15)).replace(microsecond=0)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=15)
    assert str(event["uid"]).startswith(f"item-{second.id}@")
    assert str(event["url"]).endswith(f"/ideas/{second.idea_id}")
    assert noor.move(here, "cancel", "The hall is taken").status_code == 303
    cancelled = invited(database, box)["zaid"]
    part = next(part for part in cancelled.walk() if part.get_content_type() == "text/calendar")
    assert part.get_param("method") == "CANCEL"
    assert event_of(part.get_content().encode())["uid"] == event["uid"]


def test_a_meeting_that_was_never_sent_is_cancelled_without_a_mail(both: Database) -> None:
    story = told(both)
    with both.writing() as db:
        meeting = a_meeting(db, story.cast, story.first)
        moves.move(db, find_actor(db, story.cast.noor.id), meeting, "cancel", "Nobody has time", None)
        assert [job for job in db.scalars(select(Job)) if job.kind == INVITATION] == []
        entry = event_of(download(both.known["settings"], meeting))
        assert str(entry["status"]) == "CANCELLED"


def pack(as_: As, person: Person, meeting: Meeting) -> str:
    answer = as_(person).get(f"/review/meetings/{meeting.id}/pack.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert "no-store" in answer.headers["cache-control"]
    return text_of(answer.content)


def test_a_pack_holds_what_its_reader_may_see(as_: As, database: Database, story: Any, cast: Cast) -> None:
    with database.writing() as db:
        declare(db, find_actor(db, cast.omar.id), db.get_one(Idea, story.first), "My brother sells belts")
        meeting = a_meeting(db, cast, story.first, story.second)
    sami, omar = pack(as_, cast.sami, meeting), pack(as_, cast.omar, meeting)
    for words in (
        "Bagdropbeforethedoor",
        "Peoplewaitwherenobodyseesthem",
        "Howitstands",
        f"Cheaptotry,says{story.first}",
    ):
        assert words in sami
    assert "Securityscreening" in sami
    assert "Bagdropbeforethedoor" in omar
    assert f"Cheaptotry,says{story.first}" not in omar
    assert f"Cheaptotry,says{story.second}" in omar
    assert "youareout" in omar
    for reader in (sami, omar):
        assert "Zaid" not in reader
        assert "hiddenuntil" in reader
    assert as_(cast.zaid).get(f"/review/meetings/{meeting.id}/pack.pdf").status_code == 403
    assert as_(cast.layla).get(f"/review/meetings/{meeting.id}/pack.pdf").status_code == 403


def test_a_pack_of_an_open_round_names_who_wrote_the_ideas(as_: As, database: Database) -> None:
    story = told(database, blind="")
    with database.writing() as db:
        meeting = a_meeting(db, story.cast, story.first)
    assert "Zaid" in pack(as_, story.cast.sami, meeting)


def test_a_pack_seals_what_is_sealed(as_: As, database: Database) -> None:
    """While the reviewing is open, whoever has not submitted their own sees no score and no remark."""
    from tests.cast import the_cast
    from tests.review.makers import admitted, open_round, review_by

    with database.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast)
        open_round(db, cast, idea)
        review_by(db, cast.sami, idea, to_committee="Cheap to try")
        meeting = a_meeting(db, cast, idea.id)
    dina = pack(as_, cast.dina, meeting)
    assert "Itsreviewsaresealed" in dina
    assert "Cheaptotry" not in dina
    assert "Cheaptotry" in pack(as_, cast.sami, meeting)


def test_papers_are_accessible_and_take_any_text(database: Database) -> None:
    story = told(database)
    with database.writing() as db:
        idea = db.get_one(Idea, story.first)
        idea.title = "#let x = 1; *not bold* $a$ \\ // `raw` @ref <label> [x]"
        meeting = a_meeting(db, story.cast, idea.id)
        data = papers.pack_data(db, find_actor(db, story.cast.sami.id), meeting)
        made = pdf("pack.typ", data)
    assert "#letx=1;*notbold*$a$\\//`raw`@ref<label>[x]" in text_of(made)
    with pikepdf.open(BytesIO(made)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.Lang == "en"
        assert opened.docinfo.Title == "December"
        metadata = opened.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
    data["title"] = "手荷物 ☃ العربية"
    assert pdf("pack.typ", data).startswith(b"%PDF")


def test_markdown_becomes_paragraphs_and_points() -> None:
    words = "# Why\n\nIt *hurts* `most`.\n\n- one\n- two\n\n<b>x</b>"
    kinds = [(one["kind"], one["text"]) for one in blocks(words)]
    assert kinds == [("h", "Why"), ("p", "It hurts most."), ("li", "one"), ("li", "two"), ("p", "<b>x</b>")]


def held(database: Database, story: Any, *, secret: str = "") -> Meeting:
    """Closed, with a motion that Sami voted against, and said so."""
    cast = story.cast
    with database.writing() as db:
        meeting = running(db, cast, story.first, story.second)
        motion = a_motion(db, cast, story.round, story.first, meeting, secret=secret)
        say(db, motion, yes=(cast.noor, cast.dina), no=cast.sami)
        close(db, cast, motion)
        motions.dissent(db, find_actor(db, cast.sami.id), motion, "It was tried in 2019.")
        actions.take_up(db, meeting, None)
        moves.move(db, find_actor(db, cast.noor.id), meeting, "hold", "", None)
    return meeting


def minutes(as_: As, person: Person, meeting: Meeting, more: str = "") -> str:
    answer = as_(person).get(f"/review/meetings/{meeting.id}/minutes.pdf{more}")
    assert answer.status_code == 200
    return text_of(answer.content)


def test_minutes_say_who_came_what_was_moved_and_how_it_was_voted(as_: As, database: Database) -> None:
    story = told(database, blind="")
    meeting = held(database, story)
    words = minutes(as_, story.cast.dina, meeting)
    for part in ("Minutes:December", "Version1", "Noor", "Carried", "2yes,1no,0abstained"):
        assert part in words
    assert "Omar" not in words
    assert words.split("Byname")[1].startswith("Samino,Dinayes,Nooryes")
    assert "DissentofSami:Itwastriedin2019." in words
    assert "3presentwithoutaconflict" in words
    assert "Nothingwasmoved" in words  # of the second idea


def test_minutes_of_what_is_hidden_name_nobody_beside_votes_or_ideas(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    meeting = held(database, story)
    words = minutes(as_, cast.dina, meeting)
    assert "Zaid" not in words
    assert "Byname" not in words
    assert "presentwithout" not in words
    assert "2yes,1no" in words


def test_minutes_of_a_secret_vote_hold_the_sums_alone(as_: As, database: Database) -> None:
    story = told(database, blind="")
    words = minutes(as_, story.cast.dina, held(database, story, secret="on"))
    assert "insecret" in words
    assert "Byname" not in words


def test_minutes_leave_out_what_a_reader_has_a_conflict_with(as_: As, database: Database) -> None:
    story = told(database, blind="")
    meeting = held(database, story)
    with database.writing() as db:
        declare(db, find_actor(db, story.cast.omar.id), db.get_one(Idea, story.first), "My brother sells belts")
    words = minutes(as_, story.cast.omar, meeting)
    assert "Bagdropbeforethedoor" in words
    assert "Youhaveaconflict" in words
    assert "Carried" not in words
    assert "2019" not in words


def test_minutes_are_a_draft_then_frozen_and_written_anew_beside_the_old(
    as_: As, database: Database, story: Any, cast: Cast
) -> None:
    with database.writing() as db:
        draft = running(db, cast, story.second, name="Another")
        moves.move(db, find_actor(db, cast.noor.id), draft, "hold", "", None)
        meeting = running(db, cast, story.first)
        motion = a_motion(db, cast, story.round, story.first, meeting)
        say(db, motion, yes=(cast.noor, cast.dina, cast.sami))
        close(db, cast, motion)
    here, noor = f"/review/meetings/{meeting.id}", as_(cast.noor)
    assert "Draft" in minutes(as_, cast.dina, meeting)
    assert noor.post(f"{here}/minutes", {"why": "Too early", "version": 0}).status_code == 409
    assert noor.move(here, "hold").status_code == 303
    first = minutes(as_, cast.dina, meeting)
    fields = decision(cast, reason="Cheap to try.", meeting=meeting.id)
    assert noor.send(f"/review/rounds/{story.round}/ideas/{story.first}/decision", fields).status_code == 303
    assert minutes(as_, cast.dina, meeting) == first
    assert as_(cast.sami).post(f"{here}/minutes", {"why": "With decisions", "version": 1}).status_code == 403
    assert noor.post(f"{here}/minutes", {"why": "With decisions", "version": 1}).status_code == 303
    assert noor.post(f"{here}/minutes", {"why": "With decisions", "version": 1}).status_code == 409
    assert "Decision:approveforapilot" in minutes(as_, cast.dina, meeting)
    assert "Decision:" not in minutes(as_, cast.dina, meeting, "?version=1")
    assert as_(cast.dina).get(f"{here}/minutes.pdf?version=9").status_code == 404


def test_the_pack_says_how_an_idea_stands_as_the_page_of_its_round_does(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        round_ = panel(db, cast)
        round_.capacity = 4
        noor = find_actor(db, cast.noor.id)
        row = next(row for row in board(db, noor, round_).rows if row.side is Side.UNDECIDED)
        meeting = a_meeting(db, cast, row.idea_id)
        (item,) = papers.pack_data(db, noor, meeting)["items"]
    facts = dict(next(part["facts"] for part in item["parts"] if part["title"] == "How it stands"))
    one = row.calibrated
    assert one
    assert facts["Calibrated score, 1 to 5"] == f"{one.adjusted:.2f} ({one.low:.2f} to {one.high:.2f})"
    assert facts["Could have the places"] == f"{one.rank_low} to {one.rank_high}"
    assert facts["Against the line"] == "undecided"


def test_minutes_that_named_people_name_nobody_once_the_idea_is_reviewed_blind_again(database: Database) -> None:
    story = told(database, blind="")
    cast = story.cast
    with database.writing() as db:
        meeting = a_meeting(db, cast, story.first)
        item = actions.items_of(db, meeting.id)[0]

        actions.arrange(
            db, find_actor(db, cast.noor.id), meeting, item.id, ItemForm(minutes=5, presenters=[cast.zaid.id])
        )
        moves.move(db, find_actor(db, cast.noor.id), meeting, "hold", "", None)
        sami = find_actor(db, cast.sami.id)
        kept = read(versions(db, meeting.id)[0])
        assert drawn(db, sami, kept)["items"][0]["presenters"] == ["Zaid"]
        from app.ideas.models import Veil

        db.add(Veil(person_id=cast.sami.id, idea_id=story.first, round_id=story.round))
        db.flush()
        assert drawn(db, sami, kept)["items"][0]["presenters"] == []
        assert gather(db, meeting)["items"][0]["presenters"] == []


def test_somebody_who_is_erased_leaves_the_minutes(database: Database) -> None:
    story = told(database, blind="")
    meeting = held(database, story)
    with database.writing() as db:
        db.get_one(Person, story.cast.sami.id).erased_at = now()
        db.flush()
        kept = versions(db, meeting.id)[0]
        assert "Sami" not in kept.told
        shown = drawn(db, find_actor(db, story.cast.dina.id), read(kept))
        assert "somebody who was erased" in {one["name"] for one in shown["came"]}
