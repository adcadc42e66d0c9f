"""A chair's evening in a real browser: from twelve submitted ideas to published decisions with their minutes, led by
what the pages offer; and a member who scores with the keys, and votes, without an address typed."""

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlmodel import col

from app.columns import today
from app.ideas import actions as ideas
from app.ideas.forms import IdeaForm
from app.ideas.models import Idea
from app.notices.actions import read_record
from app.people.actor import find_actor
from app.people.models import Person
from app.review.meetings import actions as meetings
from app.review.meetings import motions
from app.review.meetings.models import Motion, Say
from app.review.models import Meeting
from tests.browser.conftest import PATIENCE, Served
from tests.review.makers import review_by

expect.set_options(timeout=PATIENCE)
SENT_BACK, REFUSED = 4, 9
SURE, BAND, WEAK = range(3), range(3, 5), range(5, 10)
"""Of those that are admitted, by their places: surely above the line, about it, and below."""


def title(number: int) -> str:
    return f"Number {number} of twelve"


@pytest.fixture
def twelve(served: Served) -> Sequence[int]:
    """Written and submitted by Amal and Zaid in turn."""
    demo = served.demo
    process = int(demo.rows("select id from process where rank is not null order by rank limit 1")[0].id)
    with demo.database.writing() as db:
        for number in range(12):
            actor = find_actor(db, demo.ids[("amal", "zaid")[number % 2]])
            form = IdeaForm.model_validate(
                {
                    "process": process,
                    "title": title(number),
                    "story": f"It hurts where people wait, {number} times a day.",
                    "change": f"Desk {number} opens earlier.",
                    "novelty": "incremental",
                    "area": "service or process",
                }
            )
            ideas.make(db, actor, ideas.begin(db, actor, form), "submit", "")
    return [row.id for row in demo.rows("select id from idea where title like 'Number %' order by id")]


@pytest.fixture
def desk(browser: Browser, served: Served) -> Iterator["Desk"]:
    here = Desk(browser, served)
    yield here
    here.close()


class Desk:
    """People with a browser each."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.browser, self.served, self.contexts = browser, served, []  # type: ignore[var-annotated]

    def of(self, name: str) -> Page:
        """Signed in, at the start."""
        context = self.browser.new_context(
            locale="en-GB", timezone_id="UTC", viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        self.served.sign_in(context, name)
        page = context.new_page()
        page.goto(self.served.address)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def said(page: Page, words: str) -> None:
    expect(page.locator("#notice")).to_contain_text(words)


def review(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Review").first.click()
    expect(page.locator("h1")).to_contain_text("What waits for your word?")


def screened(chair: Page) -> None:
    """Ten admitted, one sent back, one refused, one after the other on one page."""
    review(chair)
    chair.get_by_role("link", name=re.compile("^Screen 1[0-9] ideas")).click()
    chair.locator("#queue").get_by_role("link", name=title(0), exact=True).click()
    for number in range(12):
        expect(chair.locator("h2.title")).to_have_text(title(number))
        if number in (SENT_BACK, REFUSED):
            answer = "Send back with advice" if number == SENT_BACK else "Refuse"
            chair.locator("#answer summary", has_text=answer).click()
            chair.locator("#answer details[open] textarea").fill("Say what it costs.")
            chair.locator("#answer details[open]").get_by_role("button", name=answer).click()
        else:
            chair.get_by_role("button", name="Admit").click()
        said(chair, title(number))


def opened(chair: Page) -> None:
    chair.get_by_role("link", name="To the review").click()
    chair.get_by_role("link", name="Put 13 ideas into a round").click()
    for box in chair.locator("#f-ideas label").filter(has_not_text="of twelve").locator("input").all():
        box.uncheck(force=True)
    chair.get_by_label("Name", exact=True).fill("Evening round")
    chair.get_by_role("button", name="Prepare the round").click()
    said(chair, "The round is prepared.")
    chair.get_by_role("link", name="See it as a reviewer").click()
    expect(chair.locator("#main")).to_contain_text("This is how a reviewer will see Evening round.")
    chair.get_by_role("link", name="Back to the round").click()
    chair.get_by_role("button", name="Open the round").click()
    expect(chair.locator(".answer")).to_contain_text("0 of 40 reviews are in")


def scored_with_keys(member: Page) -> None:
    """From the list of what waits: a tick, five keys, a remark each way; and the next one is there by itself."""
    review(member)
    member.locator("#waits li", has_text="Evening round").get_by_role("link").first.click()
    expect(member.locator(".far")).to_contain_text("0 of 10 filed")
    first = member.locator("h2.title").inner_text()
    member.get_by_role("link", name="Score it").focus()
    for key in ("Enter", "Tab", "Space", "Tab", "Tab"):
        member.keyboard.press(key)
    for mark in "44335":
        member.keyboard.press(mark)
        member.keyboard.press("Tab")
    member.keyboard.type("Ask the night shift.")
    member.keyboard.press("Tab")
    member.keyboard.type("Cheap to try.")
    expect(member.locator("#sum")).to_contain_text("5 of 5 answered and kept")
    member.get_by_role("button", name="Submit my review").click()
    said(member, "Submitted. Here is the next one.")
    expect(member.locator(".far")).to_contain_text("1 of 10 filed")
    expect(member.locator("h2.title")).not_to_have_text(first)


def the_rest_is_scored(served: Served, numbers: Sequence[int]) -> None:
    """By all four, so that three stand out, two could be either side of five, and five are weak."""
    with served.demo.database.writing() as db:
        people = [db.get_one(Person, served.demo.ids[who]) for who in ("sami", "dina", "omar")]
        people.append(db.scalars(select(Person).where(col(Person.email) == "tamer@pilotage.example")).one())
        done = {(row.idea_id, row.reviewer_id) for row in served.demo.rows("select idea_id, reviewer_id from review")}
        for place, number in enumerate(numbers):
            level = 5 if place in SURE else 3 if place in BAND else 2
            for seat, person in enumerate(people):
                if (number, person.id) in done:
                    continue
                marks = [max(1, min(5, level - (seat == 3) + (one + place + seat) % 2)) for one in range(5)]
                review_by(db, person, db.get_one(Idea, number), marks, free="on")


def met(served: Served, chair: Page, member: Page) -> None:
    """The round is closed, a meeting planned, begun and followed; what is carried is recorded where it was voted."""
    review(chair)
    chair.locator("#waits").get_by_role("link", name="Close").click()
    expect(chair.locator(".answer")).to_contain_text("All 40 reviews are in")
    chair.get_by_role("button", name="Close the reviewing").click()
    expect(chair.locator(".answer")).to_contain_text(re.compile("(10|Ten) ideas still need a decision"))
    chair.get_by_role("link", name="Plan a meeting").click()
    chair.get_by_label("Day", exact=True).fill(today("UTC").isoformat())
    chair.get_by_label("Time", exact=True).fill("00:00")
    for label in chair.locator("#f-ideas label").all():
        label.locator("input").set_checked(any(title(number) in label.inner_text() for number in (0, 1)), force=True)
    chair.get_by_role("button", name="Plan the meeting").click()
    said(chair, "The meeting is planned.")
    chair.get_by_role("button", name="Begin the meeting").click()
    said(chair, "The meeting has begun, and you are there.")
    member.get_by_role("link", name="Pilotage").first.click()
    member.locator("li", has_text="Join").get_by_role("link").first.click()
    member.get_by_role("button", name="I am here").click()
    with served.demo.database.writing() as db:
        meeting = db.scalars(select(Meeting).where(col(Meeting.name) == "Meeting on Evening round")).one()
        meetings.come_or_go(db, find_actor(db, served.demo.ids["dina"]), meeting, here=True)
    expect(chair.get_by_label("Who is there").last).to_contain_text("3 members")


def voted(served: Served, chair: Page, member: Page, number: int, verdict: str, *, secret: bool = False) -> None:
    chair.get_by_role("button", name="Take up").click()
    expect(member.locator("section.now h3")).to_have_text(title(number))
    chair.get_by_role("link", name="Put a motion").click()
    chair.get_by_role("radio", name=verdict).check(force=True)
    chair.get_by_label("The motion, with its reason").fill(f"Desk {number} is worth it.")
    if secret:
        chair.get_by_label("A secret vote").check(force=True)
    chair.get_by_role("button", name="Open the vote").click()
    member.get_by_role("button", name="Yes", exact=True).click()
    expect(member.locator("section.now .tally").last).to_contain_text(
        "Yours is among them" if secret else "You vote yes"
    )
    with served.demo.database.writing() as db:
        motion = db.scalars(select(Motion).order_by(col(Motion.id).desc()).limit(1)).one()
        motions.vote(db, find_actor(db, served.demo.ids["dina"]), motion, Say.NO)
    chair.get_by_role("button", name="Yes", exact=True).click()
    expect(chair.locator("section.now .tally").last).to_contain_text("3 votes are in")
    chair.get_by_role("button", name="Close the vote").click()
    expect(chair.locator("section.now")).to_contain_text("2 yes, 1 no, 0 abstained")
    expect(member.locator("section.now")).to_contain_text("Carried")
    chair.get_by_role("link", name="Record the decision").click()
    expect(chair.locator("#f-reason")).to_have_value(f"Desk {number} is worth it.")
    assert chair.locator("[name=present]:checked").count() == 3
    chair.get_by_role("button", name="Record the decision").click()
    said(chair, "Recorded.")
    expect(chair).to_have_url(re.compile("/live$"))
    expect(chair.locator("section.now")).to_contain_text("The decision is recorded")


def minuted(chair: Page) -> bytes:
    chair.get_by_role("button", name="End this item").click()
    chair.get_by_role("button", name="Close the meeting").click()
    said(chair, "The meeting is closed, and its minutes are kept.")
    with chair.expect_download() as download:
        chair.get_by_role("link", name="Minutes (PDF)", exact=True).click()
    return download.value.path().read_bytes()


def the_rest_is_decided(chair: Page) -> None:
    """Several with one word: who was present is known by the meeting."""
    chair.get_by_role("link", name="To the round").click()
    chair.get_by_role("link", name="Decide several at once").click()
    for box in chair.locator("#f-ideas [name=ideas]").all():
        box.check(force=True)
    chair.get_by_role("radio", name="Decline").check(force=True)
    chair.locator("#f-reason").fill("It moves too little of what customers say.")
    chair.get_by_role("button", name="See what follows").click()
    chair.get_by_role("button", name="Decide 8 ideas").click()
    said(chair, "8 decided.")
    expect(chair.locator(".answer")).to_contain_text("All 10 are decided")


def published(chair: Page) -> None:
    chair.get_by_role("link", name="Read the letters first").click()
    chair.get_by_role("link", name="See it before it goes").first.click()
    expect(chair.locator(".letter")).to_contain_text(f"Desk {0} is worth it.")
    chair.get_by_role("link", name="The next letter").click()
    expect(chair.locator(".letter")).to_contain_text(f"Desk {1} is worth it.")
    chair.get_by_role("link", name="All letters").click()
    chair.get_by_role("button", name="Publish the decisions").click()
    said(chair, "The decisions are published.")


def test_from_twelve_ideas_to_published_decisions(served: Served, twelve: Sequence[int], desk: Desk) -> None:
    chair, member = desk.of("noor"), desk.of("sami")
    screened(chair)
    opened(chair)
    scored_with_keys(member)
    the_rest_is_scored(served, [one for place, one in enumerate(twelve) if place not in (SENT_BACK, REFUSED)])
    met(served, chair, member)
    voted(served, chair, member, 0, "Approve for a pilot")
    voted(served, chair, member, 1, "Return for changes", secret=True)
    assert minuted(chair).startswith(b"%PDF-")
    the_rest_is_decided(chair)
    published(chair)
    stages = served.demo.rows("select stage, count(*) as n from idea where title like 'Number %' group by stage")
    assert {row.stage: row.n for row in stages} == {
        "approved": 1, "returned": 1, "declined": 8, "sent back": 1, "refused": 1,
    }  # fmt: skip
    read_record(served.demo.database)  # as the worker does
    author = desk.of("zaid")
    author.get_by_role("link", name="Inbox").click()
    author.get_by_role("button", name=title(1)).first.click()
    expect(author.locator("#main")).to_contain_text("Desk 1 is worth it.")
    expect(author.locator("#main")).to_contain_text("The letter to you")
