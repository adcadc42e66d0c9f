"""The home page's answer, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.people.actor import Actor
from app.todo import Todo
from app.web.rendering import spelt
from app.work.processes import Need


def answer(todos: Sequence[Todo], day: date, needs: Sequence[Need] = ()) -> str:
    """Six things in the next fortnight, one of them late."""
    if not todos:
        return nothing_but(needs)
    every = sum(todo.things for todo in todos)
    soon = sum(todo.things for todo in todos if todo.due is not None and todo.due < day + timedelta(days=14))
    late = sum(todo.things for todo in todos if todo.late)
    things = f"{spelt(every).capitalize()} {'thing' if every == 1 else 'things'}"
    if every == 1:
        return f"{things}, and it is late." if late else f"{things}{' in the next fortnight' if soon else ''}."
    if soon == every:
        return f"{things} in the next fortnight{f', {spelt(late)} of them late' if late else ''}."
    if not soon:
        return f"{things}, none of them with a day in the next fortnight."
    return f"{things}, {spelt(soon)} in the next fortnight{f' and {spelt(late)} of them late' if late else ''}."


def nothing_but(needs: Sequence[Need]) -> str:
    if not needs:
        return "Nothing waits for you."
    if len(needs) == 1:
        return f"Nothing yet, but {needs[0].name} needs ideas."
    return f"Nothing yet, but {spelt(len(needs))} processes need ideas, {needs[0].name} most."


@dataclass(frozen=True)
class Empty:
    title: str
    text: str
    href: str
    label: str


def nothing(actor: Actor, *, evidence: bool, prioritised: bool) -> Empty:
    """What belongs here, and the one thing to do (the page's main action), for who has nothing waiting."""
    if not evidence and (actor.administrator or actor.chairs_one):
        text = "Everything begins with what customers say. With a first survey the loop has something to turn on."
        return Empty("No survey yet", text, "/voice/import", "Import a survey")
    if actor.chairs_one and not prioritised:
        text = "Ideas can be submitted for prioritised processes alone. Open a round, and the committee ranks them."
        return Empty("No process is prioritised", text, "/processes", "Look at the processes")
    if actor.on_a_committee:
        text = "Here stand the ideas that you are to screen, score or decide on, and the gates that you keep, by date."
        return Empty("Nothing waits", text, "/review", "Look at the review")
    if actor.leader:
        text = "Here stand the gates that you keep and what your pilots ask of you. How all of them do is on one page."
        return Empty("Nothing waits", text, "/leaders", "Look at the pilots")
    if actor.administrator:
        text = "Here would stand what is asked of you as a colleague. People and settings are in the administration."
        return Empty("Nothing waits", text, "/admin", "Look at the administration")
    text = "Here stand your drafts, what comes back to you with advice, and the steps of your pilots, by date."
    if not prioritised:
        return Empty("Nothing waits", text, "/voice", "See what customers say")
    return Empty("Nothing waits", text, "/ideas/new", "Start an idea")
