"""Letters: keeping a template, choosing remarks, and sending, once for each decision and once to each author."""

import json

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import col

from app.columns import now
from app.db import embedded
from app.errors import Stale
from app.ideas.models import Idea
from app.outbox import later
from app.people import mail
from app.people.actor import Actor
from app.record.actions import write
from app.review.letters.models import Draft, DraftForm, Sent, SentTo, Template, TemplateForm
from app.review.letters.queries import compose, recipients, remarks
from app.review.models import Decision, Round, Verdict

LETTER_MAIL = "decision letter"
CHANGED = "Somebody changed this after you opened it. Look at it again before you go on."


def keep_template(db: Session, actor: Actor, committee_id: int, verdict: Verdict, wanted: TemplateForm) -> None:
    here = (col(Template.committee_id) == committee_id, col(Template.verdict) == verdict)
    query = select(Template).where(*here)
    found = db.scalars(query if embedded(db) else query.with_for_update()).first()
    if (found.version if found else 0) != wanted.version:
        raise Stale(CHANGED)
    one = found or Template(committee_id=committee_id, verdict=verdict, subject="", changed_by=actor.id, version=0)
    one.subject, one.body, one.changed_by, one.changed_at = wanted.subject, wanted.body, actor.id, now()
    one.version += 1
    add_once(db, one)
    words = {"subject": wanted.subject, "body": wanted.body}
    write(db, actor.id, "change", one.ref, figures={"verdict": verdict.value, "version": one.version}, words=words)


def choose(db: Session, round_: Round, idea_id: int, wanted: DraftForm) -> None:
    """Which remarks the letter takes. What comes in after this was chosen goes in as well."""
    query = select(Draft).where(col(Draft.round_id) == round_.id, col(Draft.idea_id) == idea_id)
    found = db.scalars(query if embedded(db) else query.with_for_update()).first()
    if (found.version if found else 0) != wanted.version:
        raise Stale(CHANGED)
    one = found or Draft(round_id=round_.id, idea_id=idea_id, version=0)
    there = [remark.review for remark in remarks(db, round_, idea_id)]
    one.left_out = json.dumps(sorted(set(there) - set(wanted.take)))
    one.version += 1
    add_once(db, one)


def add_once(db: Session, one: Template | Draft) -> None:
    db.add(one)
    try:
        db.flush()
    except IntegrityError as error:
        raise Stale(CHANGED) from error


def send(db: Session, actor: Actor, round_: Round, made: Decision, idea: Idea) -> Sent | None:
    """Put the letter of a decision that has taken effect into the outbox, with the change: kept as it is sent.

    The unnamed authors of an idea read theirs in the app alone: a mail would carry who wrote it past its custodian.
    """
    if db.scalar(select(col(Sent.id)).where(col(Sent.decision_id) == made.id)):
        return None
    words = compose(db, round_, made)
    sent = Sent(
        decision_id=made.id,
        idea_id=idea.id,
        round_id=round_.id,
        subject=words.subject,
        body=words.body,
        sent_by=actor.id,
    )
    db.add(sent)
    db.flush()
    mails = mail.configured(db.info["settings"]) and not idea.unnamed
    people = recipients(db, idea)
    for person, address in people:
        address_to(db, sent, person, mailed=mails and address)
    figures = {"idea": idea.id, "decision": made.id, "readers": len(people)}
    write(db, actor.id, "send", sent.ref, figures=figures, words={"letter": f"{sent.subject}\n\n{sent.body}"})
    return sent


def address_to(db: Session, sent: Sent, person: int, *, mailed: bool) -> None:
    db.add(SentTo(letter_id=sent.id, person_id=person, mailed=mailed))
    if mailed:
        later(db, LETTER_MAIL, letter=sent.id, person=person, **mail.stamp())
