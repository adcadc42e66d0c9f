"""Letters: words that are checked, remarks that are chosen, sent together, once to each author, kept as they went."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.ideas.models import Idea, Stage
from app.main import Pilotage, all_tasks
from app.notices.actions import read_record
from app.outbox import Job, Task, finish, run_all, take
from app.people.actor import find_actor
from app.people.models import Person
from app.record.chain import digest
from app.record.models import Entry, Salt
from app.review.letters import queries, rules
from app.review.letters.jobs import run as send_one
from app.review.letters.models import Sent, SentTo
from app.review.models import Decision, Round, Verdict
from app.review.outcomes import outcome_for
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.forms import forms_of
from tests.makers import a_committee
from tests.people.makers import Mailbox, a_mailbox
from tests.review.makers import SOON, admitted, closed_round, decide, move

As = Callable[[Person | None], Browser]


def test_placeholders_are_checked() -> None:
    good = "Why: {reason}"
    assert rules.mistakes("{title}", good) == {}
    assert "no placeholder {author}" in rules.mistakes("{author}", good)["subject"]
    assert "no placeholder {reason.__class__}" in rules.mistakes("T", good + "{reason.__class__}")["body"]
    assert "A brace stands alone" in rules.mistakes("T", good + " {")["body"]
    assert "write {reason}" in rules.mistakes("T", "No.")["body"]
    for subject, body in rules.PRESET.values():
        assert rules.mistakes(subject, body) == {}


def test_filling_reads_nothing_twice_and_leaves_empty_paragraphs_out() -> None:
    values = {"title": "{reason}", "reason": "Why", "conditions": "", "day": ""}
    words = "{title}: {reason}\n\nThese:\n{conditions}\n\nPlain.\n\nUntil {day}, {reason}"
    assert rules.filled(words, values) == "{reason}: Why\n\nPlain.\n\nUntil , Why"
    assert rules.one_line("{title}  {reason}", values | {"title": "Two\nlines"}) == "Two lines Why"


@pytest.fixture
def box(both: Database) -> Any:
    with a_mailbox() as made:
        address = SecretStr(f"smtp://127.0.0.1:{made.port}")
        both.known["settings"] = both.known["settings"].model_copy(update={"smtp_url": address})
        yield made


def a_published(both: Database, **over: Any) -> tuple[Cast, int, int]:
    """An idea of a team and one of zaid's, both decided; the round is published. Cast and the two ideas."""
    with both.writing() as db:
        cast = the_cast(db)
        team = admitted(db, cast, cast.amal, team_id=cast.team.id)
        alone = admitted(db, cast, cast.zaid, **over)
        round_ = closed_round(db, cast, team, alone)
        decide(db, cast, round_, team, condition_1="The owner lends two people.")
        decide(db, cast, round_, alone, "decline")
        move(db, cast, round_, "publish")
        return cast, team.id, alone.id


def to(box: Mailbox) -> list[str]:
    return sorted(str(mail["To"]) for mail in box.mails if str(mail["Subject"]).startswith("Your idea"))


def test_letters_go_together_once_to_each_author(both: Database, box: Mailbox) -> None:
    cast, team, alone = a_published(both)
    read_record(both)
    with both.reading() as db:
        assert len(db.scalars(select(Sent)).all()) == 2
    run_all(both, all_tasks())
    for _ in range(2):
        with both.writing() as db:  # a job whose mail went is made again: nothing goes
            db.execute(update(Job).values(done_at=None, leased_until=None, attempts=0, due=now()))
            db.execute(update(Job).where(col(Job.kind) == "decision letter").values(payload=payload(cast.zaid.id, 2)))
        with both.reading() as db:
            jobs = len(db.scalars(select(Job).where(col(Job.kind) == "decision letter")).all())
        run_all(both, {"decision letter": all_tasks()["decision letter"]} | nothing())
    assert jobs == 3
    assert to(box) == [str(person.email) for person in (cast.amal, cast.badr, cast.zaid)]
    first = next(mail for mail in box.mails if mail["To"] == cast.amal.email)
    body = first.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "The owner lends two people." in body
    assert "> Measure it first." in body
    assert f"/ideas/{team}" in body
    for name in ("Amal", "Badr", "Sami", "Dina", "Noor", "Calm corners"):
        assert name not in str(first["Subject"]) + body
    assert alone


def payload(person: int, letter: int) -> str:
    return json.dumps({"letter": letter, "person": person, "id": "a" * 32, "at": now().isoformat()})


def nothing() -> dict[str, Any]:
    """Every other kind of job, done without doing anything."""
    return {kind: Task(kind, lambda *_: None) for kind in all_tasks() if kind != "decision letter"}


def test_a_worker_that_is_killed_sends_none_twice_and_forgets_none(both: Database, box: Mailbox) -> None:
    cast, _, _ = a_published(both)
    jobs = {"decision letter": all_tasks()["decision letter"]} | nothing()
    taken = None
    while taken is None or taken[1] != "decision letter":  # killed after taking the job, before sending
        taken = take(both)
        assert taken is not None
        if taken[1] != "decision letter":
            finish(both, taken[0])
    assert box.mails == []
    second = take(both)  # killed after the mail went and was noted, before the job was
    while second is not None and second[1] != "decision letter":
        finish(both, second[0])
        second = take(both)
    assert second is not None
    send_one(both, second[2])
    assert len(box.mails) == 1
    with both.writing() as db:
        db.execute(update(Job).where(col(Job.done_at).is_(None)).values(leased_until=None))
    run_all(both, jobs)
    run_all(both, jobs)
    assert to(box) == [str(person.email) for person in (cast.amal, cast.badr, cast.zaid)]
    assert len({mail["Message-ID"] for mail in box.mails}) == 3
    with both.reading() as db:
        assert all(one.sent_at for one in db.scalars(select(SentTo)))


def test_of_a_decision_its_author_gets_the_letter_and_no_notice_by_mail(both: Database, box: Mailbox) -> None:
    cast, _, _ = a_published(both)
    read_record(both)
    run_all(both, all_tasks())
    subjects = [str(mail["Subject"]) for mail in box.mails if mail["To"] == cast.zaid.email]
    assert len(subjects) == 1
    assert subjects[0].startswith("Your idea is declined: ")


def test_who_writes_without_a_name_reads_it_in_the_app_alone(both: Database, box: Mailbox) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid, custodian_id=cast.root.id)
        round_ = closed_round(db, cast, idea)
        decide(db, cast, round_, idea, "decline")
        move(db, cast, round_, "publish")
        number = idea.id
    read_record(both)
    run_all(both, all_tasks())
    assert [mail for mail in box.mails if mail["To"] == cast.zaid.email] == []
    with both.reading() as db:
        one = db.scalars(select(SentTo)).one()
        assert (one.person_id, one.mailed) == (cast.zaid.id, False)
        told = outcome_for(db, find_actor(db, cast.zaid.id), db.get_one(Idea, number))
        assert told is not None
        assert told.letter is not None
        other = outcome_for(db, find_actor(db, cast.amal.id), db.get_one(Idea, number))
        assert other is not None
        assert other.letter is None


def test_a_letter_is_sealed_in_the_record_and_a_superseding_decision_has_its_own(both: Database) -> None:
    cast, _, alone = a_published(both)
    with both.writing() as db:
        first = db.scalars(select(Sent).where(col(Sent.idea_id) == alone)).one()
        entry = db.scalars(select(Entry).where(col(Entry.ref) == first.ref)).one()
        salt = db.get_one(Salt, (entry.number, "letter"))
        assert json.loads(entry.digests)["letter"] == digest(salt.salt, f"{first.subject}\n\n{first.body}")
        round_ = db.get_one(Round, first.round_id)
        decide(db, cast, round_, db.get_one(Idea, alone), "defer", instead_of=first.decision_id, day=SOON.isoformat())
        sent = db.scalars(select(Sent).where(col(Sent.idea_id) == alone).order_by(col(Sent.id))).all()
        assert [one.body == first.body for one in sent] == [True, False]
        assert len({one.decision_id for one in sent}) == 2


def test_an_open_round_decides_at_once_and_writes_when_it_is_published(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea, other = admitted(db, cast, cast.zaid), admitted(db, cast, cast.amal)
        round_ = closed_round(db, cast, idea, other, blind="")
        decide(db, cast, round_, idea, "decline")
        assert idea.stage is Stage.DECLINED
        assert db.scalars(select(Sent)).all() == []
        last = decide(db, cast, round_, idea, "return", instead_of=1)
        decide(db, cast, round_, other)
        move(db, cast, round_, "publish")
        kept = db.scalars(select(col(Sent.decision_id)).where(col(Sent.idea_id) == idea.id)).all()
        assert list(kept) == [last.id]


def test_a_round_that_tells_reviewers_names_them_and_their_names_go_with_them(both: Database, box: Mailbox) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea, names_to_authors="on")
        made = decide(db, cast, round_, idea, "decline", reason=f"Too {rules.NAME}{cast.omar.id}{rules.NAME} dear.")
        read = queries.read(db, queries.compose(db, round_, made)).body
        assert "> Ask the night shift.\n>\n> — Dina\n\n> Measure it first.\n>\n> — Sami" in read
        assert f"Too {cast.omar.id} dear." in read
        move(db, cast, round_, "publish")
        kept = db.scalars(select(Sent)).one()
        assert "Dina" not in kept.body
    run_all(both, {"decision letter": all_tasks()["decision letter"]} | nothing())
    (mail,) = box.mails
    assert "— Dina" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    with both.writing() as db:
        db.get_one(Person, cast.dina.id).name = "Somebody who has left"
    with both.reading() as db:
        told = outcome_for(db, find_actor(db, cast.zaid.id), db.get_one(Idea, idea.id))
        assert told is not None
        assert told.letter is not None
        assert ("— Dina" in told.letter.body, "— Somebody who has left" in told.letter.body) == (False, True)
        assert sorted(one.name for one in told.remarks) == ["Sami", "Somebody who has left"]


# -- pages


def test_who_chairs_two_committees_words_the_letters_of_either(as_: As, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        second = a_committee(db, chair=cast.noor)
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea)
    noor = as_(cast.noor)
    fields = {"subject": "Second: {title}", "body": "{reason}", "version": "0"}
    kept = noor.post(f"/review/letters/decline?committee={second.id}", fields)
    assert kept.status_code == 303
    assert kept.headers["location"].endswith(f"/review/letters?committee={second.id}")
    assert "Second: {title}" in noor.get(f"/review/letters?committee={second.id}").text
    first = f"/review/letters?committee={cast.committee.id}"
    assert "Second: {title}" not in noor.get(first).text
    assert first in noor.get(f"/review/rounds/{round_.id}/letters").text
    assert as_(cast.sami).get(f"/review/letters?committee={second.id}").status_code == 404
    assert as_(cast.sami).post(f"/review/letters/decline?committee={second.id}", fields).status_code == 404


@pytest.fixture
def closed(database: Database, cast: Cast) -> Any:
    with database.writing() as db:
        idea, other = admitted(db, cast, cast.amal, team_id=cast.team.id), admitted(db, cast, cast.omar)
        round_ = closed_round(db, cast, idea, other)
        decide(db, cast, round_, idea)
        return round_.id, idea.id, other.id


def test_the_chair_words_the_letters(as_: As, database: Database, cast: Cast) -> None:
    noor, here = as_(cast.noor), "/review/letters/decline"
    assert "{reason}" in noor.get(here).text
    fields = {"subject": "No: {title}", "body": "Sorry. {reason}", "version": "0"}
    bad = noor.post(here, fields | {"body": "Sorry, {name}."})
    assert (bad.status_code, "Sorry, {name}." in bad.text, "no placeholder {name}" in bad.text) == (422, True, True)
    assert noor.post(here, fields).status_code == 303
    late = noor.post(here, fields | {"body": "Mine instead: {reason}"})
    assert (late.status_code, "Mine instead" in late.text) == (409, True)
    assert "No: {title}" in as_(cast.sami).get("/review/letters").text
    assert as_(cast.sami).get(here).status_code == 403
    assert as_(cast.sami).post(here, fields).status_code == 403
    assert as_(cast.zaid).get("/review/letters").status_code == 403
    assert as_(cast.gita).get("/review/letters").status_code == 404
    assert noor.get("/review/letters/nonsense").status_code == 404
    with database.writing() as db:
        idea = admitted(db, cast, cast.zaid)
        round_ = closed_round(db, cast, idea)
        made = decide(db, cast, round_, idea, "decline", reason="Too dear.")
        assert queries.compose(db, round_, made).body == "Sorry. Too dear."


def test_remarks_are_chosen_and_the_letter_is_seen_before_it_goes(as_: As, cast: Cast, closed: Any) -> None:
    round_, idea, other = closed
    noor, here = as_(cast.noor), f"/review/rounds/{round_}/letters/{idea}"
    page = noor.get(here).text
    assert "Measure it first." in page
    assert "Ask the night shift." in page
    letter = page.split('<article class="letter text"')[1].split("</article>")[0]
    for name in ("Amal", "Badr", "Calm corners", "Sami", "Dina"):
        assert name not in letter
        assert name not in page.split("<main")[1]
    one = noor.fill(here, {}, "Keep, and see the letter")
    assert one.status_code == 303
    form = next(form for form in forms_of(noor.get(here).text) if form.action == here)
    first = form.filled({})["take"][0]
    assert noor.post(here, {"take": first, "version": "1"}).status_code == 303
    stale = noor.post(here, {"take": first, "version": "1"})
    assert stale.status_code == 409
    letter = noor.get(here).text.split('<article class="letter text"')[1].split("</article>")[0]
    assert ("Measure it first." in letter, "Ask the night shift." in letter) in ((True, False), (False, True))
    assert as_(cast.sami).get(here).status_code == 200
    assert as_(cast.sami).post(here, {"take": first, "version": "2"}).status_code == 403
    assert as_(cast.zaid).get(here).status_code == 403
    assert noor.get(f"/review/rounds/{round_}/letters/{other}").status_code == 404  # nobody has decided it
    assert noor.post(here, {"take": "x", "version": "2"}).status_code == 422


def test_who_has_a_conflict_reads_no_letter_and_a_sent_one_stays(
    as_: As, database: Database, cast: Cast, closed: Any
) -> None:
    round_, idea, other = closed
    with database.writing() as db:
        decide(db, cast, db.get_one(Round, round_), db.get_one(Idea, other), "decline")
        move(db, cast, db.get_one(Round, round_), "publish")
        title = db.get_one(Idea, other).title
    omar, where = as_(cast.omar), f"/review/rounds/{round_}/letters"
    assert omar.get(f"{where}/{other}").status_code == 403
    assert omar.get(f"{where}/{idea}").status_code == 200
    assert title not in omar.get(where).text
    noor = as_(cast.noor)
    assert "Two letters have been sent" in noor.get(where).text
    assert noor.post(f"{where}/{idea}", {"version": "0"}).status_code == 409
    page = as_(cast.badr).get(f"/ideas/{idea}").text
    assert "The letter to you" in page
    assert "approved your idea for a pilot" in page
    assert "The letter to you" not in as_(cast.zaid).get(f"/ideas/{idea}").text
    assert "The letter, sent" in noor.get(f"/review/rounds/{round_}/ideas/{idea}/decision").text


def test_what_the_chair_leaves_out_the_authors_do_not_read(
    as_: As, database: Database, cast: Cast, closed: Any
) -> None:
    round_, idea, other = closed
    noor = as_(cast.noor)
    assert noor.post(f"/review/rounds/{round_}/letters/{idea}", {"version": "0"}).status_code == 303
    with database.writing() as db:
        decide(db, cast, db.get_one(Round, round_), db.get_one(Idea, other), "decline")
        move(db, cast, db.get_one(Round, round_), "publish")
    page = as_(cast.amal).get(f"/ideas/{idea}").text
    assert "Measure it first." not in page
    assert "What reviewers say to you" not in page


def test_the_list_of_letters_says_nothing_of_authors_while_they_are_hidden(
    app: Pilotage, as_: As, database: Database, cast: Cast, closed: Any
) -> None:
    round_, idea, _ = closed
    page = as_(cast.noor).get(f"/review/rounds/{round_}/letters").text.split("<main")[1]
    assert "One letter waits" in page
    for words in ("Amal", "Badr", "Calm corners", "authors</td>"):
        assert words not in page
    assert as_(cast.zaid).get(f"/review/rounds/{round_}/letters").status_code == 403
    assert as_(cast.layla).get(f"/review/rounds/{round_}/letters").status_code == 403
    with database.reading() as db:
        assert db.scalars(select(Decision).where(col(Decision.idea_id) == idea)).one().verdict is Verdict.APPROVE
