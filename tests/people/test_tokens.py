"""Personal tokens: made with one's password, shown once, kept as a hash, revoked, gone with their person."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.people.actions import disable, erase
from app.people.models import Person
from app.people.passwords import hasher
from app.people.tokens.models import Scope, Token
from app.record.models import Entry
from app.record.queries import verify
from tests.cast import Cast
from tests.client import Browser
from tests.voice.asking import Program, a_token

PASSWORD = "three slow grey herons"
As = Callable[[Person | None], Browser]
NEW = "/me/tokens/new"
ASKED = {"name": "Till at gate B", "scope": "send answers", "days": "90", "own_password": PASSWORD}


@pytest.fixture
def noor(database: Database, cast: Cast, as_: As) -> Browser:
    with database.writing() as db:
        db.get_one(Person, cast.noor.id).password = hasher.hash(PASSWORD)
    return as_(cast.noor)


def tokens(database: Database) -> list[Token]:
    with database.reading() as db:
        return list(db.scalars(select(Token).order_by(col(Token.id))))


def secret_in(html: str) -> str | None:
    found = re.search(r"<code>(pilotage_[\w-]{43})</code>", html)
    return found[1] if found else None


def test_it_is_shown_once_and_kept_as_a_hash(noor: Browser, database: Database, cast: Cast) -> None:
    answer = noor.send(NEW, ASKED)
    (token,) = tokens(database)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/me/tokens/{token.id}")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("token="))
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/me/tokens/", "Max-Age=120"))
    shown = noor.get(f"/me/tokens/{token.id}")
    secret = secret_in(shown.text)
    assert secret
    assert token.key == sha256(secret.encode()).hexdigest()
    assert shown.headers["cache-control"] == "no-store"
    assert secret_in(noor.get(f"/me/tokens/{token.id}").text) is None, "once"
    with database.reading() as db:
        entry = db.scalars(select(Entry).order_by(col(Entry.number).desc())).first()
        assert entry
        assert (entry.move, entry.ref, entry.actor_id) == ("make_token", f"person:{cast.noor.id}", cast.noor.id)
        assert "Till" not in entry.figures
        assert verify(db, db.info["record_keys"]).intact


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"own_password": "wrong and wrong"}, "This is not your password."),
        ({"own_password": ""}, "Your own password is needed for this."),
        ({"name": " "}, "This is needed."),
        ({"scope": "everything"}, "Choose one of the offered answers."),
        ({"days": "4000"}, "Not more than 366."),
        ({"person_id": "1"}, "This form has no such field."),
    ],
)
def test_what_is_wrong_is_said(noor: Browser, database: Database, over: dict[str, str], words: str) -> None:
    answer = noor.send(NEW, ASKED | over)
    assert answer.status_code == 422
    assert words in answer.text
    assert tokens(database) == []


def test_the_same_form_sent_twice_makes_one(noor: Browser, database: Database) -> None:
    typed = {**ASKED, "key": noor.key(NEW)}
    assert {noor.post(NEW, typed).status_code for _ in range(3)} == {303}
    assert len(tokens(database)) == 1


def test_it_is_listed_used_and_revoked(noor: Browser, app: Pilotage, database: Database, cast: Cast) -> None:
    program = Program(app, a_token(database, cast.noor, Scope.READ))
    assert program.get("/api/v1/voice/sources").status_code == 200
    page = noor.get("/me").text
    assert "Till" in page
    assert "Works" in page
    (token,) = tokens(database)
    assert noor.post(f"/me/tokens/{token.id}/revoke").status_code == 303
    assert program.get("/api/v1/voice/sources").status_code == 401
    assert "Revoked" in noor.get("/me").text
    assert noor.post(f"/me/tokens/{token.id}/revoke").status_code == 409


def test_nobody_else_s(noor: Browser, database: Database, cast: Cast, as_: As) -> None:
    a_token(database, cast.noor)
    (token,) = tokens(database)
    for person in (cast.root, cast.zaid, cast.gita):
        browser = as_(person)
        assert browser.get(f"/me/tokens/{token.id}").status_code == 404
        assert browser.post(f"/me/tokens/{token.id}/revoke").status_code == 404
    assert as_(cast.gita).get(NEW).status_code == 404, "a guest has nothing that a program could do"
    assert "Tokens" not in as_(cast.gita).get("/me").text
    assert tokens(database)[0].revoked_at is None


@pytest.mark.parametrize("end", [disable, erase])
def test_they_go_with_their_person(database: Database, cast: Cast, app: Pilotage, end: Callable[..., Any]) -> None:
    program = Program(app, a_token(database, cast.noor, Scope.READ))
    with database.writing() as db:
        end(db, cast.root.id, db.get_one(Person, cast.noor.id))
    assert program.get("/api/v1/voice/sources").status_code == 401
    (token,) = tokens(database)
    assert token.revoked_at is not None
    assert (token.name == "Till") == (end is disable), "the name that an erased person gave is gone"
    with database.reading() as db:
        assert verify(db, db.info["record_keys"]).intact


def test_rights_are_those_of_the_moment(app: Pilotage, database: Database, cast: Cast) -> None:
    """The token adds nothing: what its person may not see, it does not see."""
    from tests.voice.asking import collecting

    collecting(database, cast.noor, figures_for="committee")
    seen = {
        name: len(
            Program(app, a_token(database, getattr(cast, name), Scope.READ))
            .get("/api/v1/voice/sources")
            .json()["sources"]
        )
        for name in ("noor", "sami", "zaid")
    }
    assert seen == {"noor": 1, "sami": 1, "zaid": 0}
