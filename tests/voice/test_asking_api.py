"""Answers sent by programs: who may, what is stored, what is refused and how, and that nothing is stored twice."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import func, select
from sqlmodel import col

from app.columns import now
from app.db import Database
from app.main import Pilotage, create_app
from app.people.actions import disable
from app.people.actor import find_actor
from app.people.models import Person
from app.people.tokens.caller import PACE
from app.people.tokens.models import Scope, Token
from app.voice.answers import answers as all_answers
from app.voice.answers import uses_of
from app.voice.asking.actions import close
from app.voice.asking.models import Asking, Batch
from app.voice.importing.packing import Scale
from app.voice.indices import mean, nps
from app.voice.models import Outcome, Remark, Response, Source
from tests.bench.counting import statements
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.voice.asking import SEND, Program, a_token, answer, collecting, day, source_of


@pytest.fixture
def program(app: Pilotage, database: Database, cast: Cast) -> Program:
    """Noor's, who keeps a source that collects."""
    return Program(app, a_token(database, cast.noor))


def batch(*responses: dict[str, Any], source: object = "Lounge cards") -> dict[str, Any]:
    return {"source": source, "responses": list(responses)}


def stored(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Response)) or 0


def problem(answer: Any, status: int) -> dict[str, Any]:
    """An answer that is a problem, and nothing that is ours alone."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not any(inside in answer.text for inside in ("<html", "Traceback", "SELECT", ".py"))
    told: dict[str, Any] = answer.json()
    assert (told["status"], told["type"]) == (status, "about:blank")
    assert told["request"] == answer.headers["x-request-id"]
    return told


def test_a_batch_is_stored_with_all_that_it_says(program: Program, database: Database, cast: Cast) -> None:
    asking = collecting(database, cast.noor)
    done = program.send(batch(answer("r1", weight=1.5, account="Acme", date=day().isoformat()), answer("r2")))
    assert done.status_code == 200
    source = source_of(database, asking)
    assert done.json() == {"source": source.id, "stored": 2, "skipped": 0, "responses": 2}
    with database.reading() as db:
        told = all_answers(db, source.id)
        assert told.outcomes.tolist() == [[9, 4], [9, 4]]
        assert told.percent[0, 0] == 75
        assert told.labels == (("T1",),)
        row = db.scalars(select(Response).where(col(Response.respondent) == "r1")).one()
        assert (row.weight, row.account, row.on) == (1.5, "Acme", day())
        assert db.scalars(select(col(Remark.words))).all() == ["More seats.", "More seats."]
        (recommend, overall) = db.scalars(select(Outcome).order_by(col(Outcome.place))).all()
        assert (recommend.n, recommend.value, recommend.promoters, recommend.weighted) == (2, 100, 2, 100)
        assert (overall.mean, overall.top_two) == (4, 1)
        uses = [(use.n, use.not_applicable, use.missing) for use, _ in uses_of(db, source.id)]
        assert uses == [(2, 0, 0), (0, 2, 0), (0, 0, 2)]
    assert (source.version, source.responses, source.weighted) == (2, 2, True)


def test_the_same_key_and_body_gets_the_same_answer_and_stores_nothing_twice(
    program: Program, database: Database, cast: Cast
) -> None:
    asking = collecting(database, cast.noor)
    first = program.send(batch(answer()))
    again = program.send(batch(answer()))
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert stored(database) == 1
    with database.writing() as db:
        close(db, find_actor(db, cast.noor.id), db.get_one(Asking, asking))
    assert program.send(batch(answer())).json() == first.json(), "after the end too"
    assert "another body" in problem(program.send(batch(answer("r2"))), 422)["detail"]
    assert "Idempotency-Key" in problem(program.send(batch(answer()), key=""), 422)["detail"]
    assert "Idempotency-Key" in problem(program.send(batch(answer()), key="x" * 201), 422)["detail"]


def test_who_answered_before_is_skipped_or_refused(program: Program, database: Database, cast: Cast) -> None:
    collecting(database, cast.noor)
    program.send(batch(answer("r1")), key="1")
    done = program.send(batch(answer("r1"), answer("r2")), key="2").json()
    assert (done["stored"], done["skipped"], done["responses"]) == (1, 1, 2)
    others: list[dict[str, Any]] = [
        answer("r1", outcomes={"Recommend": 3}),
        answer("r1", comments=[{"text": "Fewer seats."}]),
        answer("r1", segments={"Terminal": "T2"}),
        answer("r1", weight=2),
    ]
    for place, other in enumerate(others):
        told = problem(program.send(batch(answer("r3"), other), key=f"3{place}"), 422)
        (part,) = told["errors"]
        assert (part["index"], part["field"], part["value"]) == (1, "respondent", "r1")
    assert stored(database) == 2, "all or nothing"


WRONG: list[tuple[dict[str, Any], str, object, str]] = [
    (answer(outcomes={"Recomend": 9}), "outcomes.Recomend", "Recomend", 'The nearest is "Recommend".'),
    (answer(ratings={"Parkin": 3}), "ratings.Parkin", "Parkin", 'The nearest is "Parking".'),
    (answer(segments={"Termnal": "T1"}), "segments.Termnal", "Termnal", 'The nearest is "Terminal".'),
    (answer(outcomes={"Recommend": 11}), "outcomes.Recommend", 11, "from 0 to 10"),
    (answer(outcomes={"Recommend": 8.5}), "outcomes.Recommend", 8.5, "whole number"),
    (answer(outcomes={"Recommend": "9"}), "outcomes.Recommend", "9", "from 0 to 10"),
    (answer(outcomes={"Recommend": True}), "outcomes.Recommend", True, "number"),
    (answer(outcomes={"Recommend": "not applicable"}), "outcomes.Recommend", "not applicable", "from 0 to 10"),
    (answer(outcomes={"Recommend": 10**400}), "outcomes.Recommend", "a very large number", "from 0 to 10"),
    (answer(ratings={"Parking": 0}), "ratings.Parking", 0, "from 1 to 5, or “not applicable”"),
    (answer(ratings={"Parking": "n/a"}), "ratings.Parking", "n/a", "“not applicable”"),
    (answer(ratings={"Parking": [4]}), "ratings.Parking", "a list", "number"),
    (answer(ratings=[]), "ratings", "a list", "object"),
    (answer(date="2026-13-01"), "date", "2026-13-01", "2026-11-26"),
    (answer(date=20261101), "date", 20261101, "2026-11-26"),
    (answer(date=day(2).isoformat()), "date", day(2).isoformat(), "future"),
    (answer(date=day(-9).isoformat()), "date", day(-9).isoformat(), "asks from"),
    (answer(weight=0), "weight", 0, "more than 0"),
    (answer(weight=-1), "weight", -1, "more than 0"),
    (answer(weight="1"), "weight", "1", "number"),
    (answer(weight=True), "weight", True, "number"),
    (answer(7), "respondent", 7, "text"),
    (answer(""), "respondent", "", "needed"),
    (answer("   "), "respondent", "   ", "needed"),
    (answer("r" * 201), "respondent", "r" * 80 + "…", "200 characters"),
    (answer("a\x00b"), "respondent", "a\x00b", "NUL"),
    (answer("a\ud800b"), "respondent", "a?b", "half a character"),
    (answer(comments=[{"text": "x" * 1_000_000}]), "comments.0.text", "x" * 80 + "…", "10,000 characters"),
    (answer(comments=[{"text": "a\x00"}]), "comments.0.text", "a\x00", "NUL"),
    (answer(comments=[{"words": "a"}]), "comments.0.text", "an object", "needed"),
    (answer(segments={"Terminal": "t" * 201}), "segments.Terminal", "t" * 80 + "…", "200 characters"),
    (answer(mood="fine"), "mood", "fine", "no such field"),
    (answer(outcomes={}, ratings={}, comments=[]), "outcomes", None, "says nothing"),
]


@pytest.mark.parametrize(("wrong", "field", "value", "words"), WRONG, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_named_by_index_field_and_value(
    program: Program, database: Database, cast: Cast, wrong: dict[str, Any], field: str, value: object, words: str
) -> None:
    collecting(database, cast.noor)
    told = problem(program.send(batch(answer("fine"), wrong)), 422)
    part = told["errors"][0]
    assert (part["index"], part["field"], part["value"]) == (1, field, value)
    assert words in part["detail"]
    assert stored(database) == 0


BODIES: list[tuple[bytes, str]] = [
    (b"", "not JSON"),
    (b"{", "not JSON: line 1, column 2"),
    (b"[" * 100_000, "nested deeper"),
    (b'{"source": 1, "source": 2, "responses": []}', "stands twice"),
    (b'{"source": NaN, "responses": []}', "NaN is not a number"),
    (b'{"source": ' + b"9" * 5_000 + b', "responses": []}', "too many digits"),
    (b"\xff\xfe", "not UTF-8"),
    (b"null", "wrong"),
    (b'{"source": "Lounge cards", "responses": []}', "wrong"),
    (b'{"source": true, "responses": [{}]}', "wrong"),
    (b'{"responses": [{"respondent": "a"}]}', "wrong"),
    (
        json.dumps({"source": "Lounge cards", "responses": [{"respondent": str(n)} for n in range(1_001)]}).encode(),
        "wrong",
    ),
]


@pytest.mark.parametrize(("body", "words"), BODIES, ids=lambda value: str(value)[:30])
def test_a_body_that_is_no_batch_is_refused_in_words(
    program: Program, database: Database, cast: Cast, body: bytes, words: str
) -> None:
    collecting(database, cast.noor)
    assert words in problem(program.send(body), 422)["detail"]


def test_a_body_that_is_too_large_and_addresses_that_are_none(program: Program, database: Database, cast: Cast) -> None:
    problem(program.send(b"x" * (4 * 1024 * 1024 + 1)), 413)
    problem(program.get("/api/v1/nothing"), 404)
    problem(program.get("/api/"), 404)
    problem(program.get(SEND), 405)
    problem(program.get("/api/v1/voice/sources/99"), 403)


def test_a_number_too_large_for_any_source_is_an_absent_one(program: Program, cast: Cast) -> None:
    problem(program.send(batch(answer(), source=2**70)), 404)


def test_it_needs_a_token_that_lives_and_is_for_this(app: Pilotage, database: Database, cast: Cast) -> None:
    collecting(database, cast.noor)
    sent = batch(answer())
    told = Program(app, "").send(sent)
    assert problem(told, 401)["detail"].startswith("Send your personal token")
    assert told.headers["www-authenticate"].startswith("Bearer")
    problem(Program(app, "pilotage_wrong").send(sent), 401)
    problem(Program(app, a_token(database, cast.noor, Scope.READ)).send(sent), 403)
    problem(Program(app, a_token(database, cast.gita)).send(sent), 404)
    secret = a_token(database, cast.noor)
    assert Program(app, secret).send(sent).status_code == 200
    with database.writing() as db:
        db.scalars(select(Token).order_by(col(Token.id).desc())).first().revoked_at = now()  # type: ignore[union-attr]
    problem(Program(app, secret).send(sent, key="2"), 401)


def test_a_disabled_person_s_token_stops_at_once_and_for_good(app: Pilotage, database: Database, cast: Cast) -> None:
    collecting(database, cast.noor)
    program = Program(app, a_token(database, cast.noor))
    assert program.send(batch(answer())).status_code == 200
    with database.writing() as db:
        disable(db, cast.root.id, db.get_one(Person, cast.noor.id))
    problem(program.send(batch(answer("r2")), key="2"), 401)
    with database.writing() as db:
        db.get_one(Person, cast.noor.id).disabled_at = None
    problem(program.send(batch(answer("r2")), key="2"), 401)


def test_an_expired_token_is_no_token(app: Pilotage, database: Database, cast: Cast) -> None:
    program = Program(app, a_token(database, cast.noor, Scope.READ))
    assert program.get("/api/v1/voice/sources").status_code == 200
    with database.writing() as db:
        db.scalars(select(Token)).one().expires_at = now()
    problem(program.get("/api/v1/voice/sources"), 401)


MAY_SEND = {"noor", "sami", "layla", "root", "huda"}


@pytest.mark.parametrize("name", ["noor", "sami", "layla", "root", "huda", "tariq", "gita"])
def test_who_may_send_into_whose_source(app: Pilotage, database: Database, cast: Cast, name: str) -> None:
    """Layla leads, Root administers, Huda is in the department that keeps it; Tariq is not."""
    collecting(database, cast.noor, department_id=cast.department.id)
    told = Program(app, a_token(database, getattr(cast, name))).send(batch(answer()))
    assert told.status_code == (200 if name in MAY_SEND else 404 if name == "gita" else 403)


def test_a_source_that_is_hidden_is_absent(app: Pilotage, database: Database, cast: Cast) -> None:
    collecting(database, cast.noor, figures_for="committee")
    told = problem(Program(app, a_token(database, cast.tariq)).send(batch(answer())), 404)
    other = problem(Program(app, a_token(database, cast.tariq)).send(batch(answer(), source="Nothing")), 404)
    assert told["detail"].replace("Lounge cards", "Nothing") == other["detail"], "absent and hidden alike"


def test_only_into_what_collects(program: Program, database: Database, cast: Cast) -> None:
    closed = collecting(database, cast.noor, name="Closed")
    collecting(database, cast.noor, name="Early", opens_on=day(2))
    collecting(database, cast.noor, name="Over", closes_on=day(-1))
    with database.writing() as db:
        close(db, find_actor(db, cast.noor.id), db.get_one(Asking, closed))
    for name, words in (("Closed", "is closed"), ("Early", "opens on"), ("Over", "took answers until")):
        assert words in problem(program.send(batch(answer(), source=name), key=name), 409)["detail"]
    assert 'nearest is "Over"' in problem(program.send(batch(answer(), source="Ovr"), key="x"), 404)["detail"]


def test_a_cookie_is_nobody_to_the_api(
    app: Pilotage, database: Database, cast: Cast, as_: Callable[[Person], Browser]
) -> None:
    """Nor does a token make a stranger's page a page of ours while the cookie comes along."""
    problem(as_(cast.noor).http.post(SEND, json=batch(answer())), 401)
    browser = as_(cast.noor)
    browser.http.headers.pop("origin")
    headers = {"authorization": f"Bearer {a_token(database, cast.noor)}", "sec-fetch-site": "cross-site"}
    problem(browser.http.post(SEND, json=batch(answer()), headers=headers), 403)
    assert browser.http.get("/api/v1/voice/sources").status_code == 401


def test_it_is_said_how_often(app: Pilotage, database: Database, cast: Cast) -> None:
    program = Program(app, a_token(database, cast.noor, Scope.READ))
    assert program.get("/api/v1/voice/sources").status_code == 200
    for _ in range(PACE.amount - 1):  # as many requests would: on a busy machine they take longer than the minute
        assert app.state.limiter.hit(PACE, "token", "1")
    told = program.get("/api/v1/voice/sources")
    assert "240 requests" in problem(told, 429)["detail"]
    assert 0 < int(told.headers["retry-after"]) <= 60


def test_figures_are_read_as_their_source_says(app: Pilotage, database: Database, cast: Cast) -> None:
    asking = collecting(database, cast.noor, minimum_cell=3)
    Program(app, a_token(database, cast.noor)).send(batch(answer()))
    reader = Program(app, a_token(database, cast.zaid, Scope.READ))
    (listed,) = reader.get("/api/v1/voice/sources").json()["sources"]
    assert (listed["name"], listed["responses"], listed["collecting"]) == ("Lounge cards", 1, True)
    told = reader.get(f"/api/v1/voice/sources/{source_of(database, asking).id}").json()
    assert told["outcomes"][0]["value"] is None, "withheld"
    problem(reader.get("/api/v1/voice/sources/99"), 404)
    problem(Program(app, a_token(database, cast.gita, Scope.READ)).get("/api/v1/voice/sources"), 404)


def figures_are_of_all(database: Database, source_id: int) -> tuple[int, float | None]:
    """The rolled-up figures against those worked out of every stored row, apart from the tallies."""
    with database.reading() as db:
        told, source = all_answers(db, source_id), db.get_one(Source, source_id)
        outcomes = db.scalars(select(Outcome).where(col(Outcome.source_id) == source_id).order_by(col(Outcome.place)))
        for estimate, outcome in zip((nps, mean), outcomes, strict=True):
            found = estimate(told.outcome(outcome.name))
            assert (found.n, outcome.n + outcome.missing) == (outcome.n, len(told.outcomes))
            for name in ("value", "low", "high"):
                assert getattr(outcome, name) == pytest.approx(getattr(found, name), abs=1e-9)
            if told.weights is not None:
                assert outcome.weighted == pytest.approx(estimate(told.outcome(outcome.name), told.weights).value)
        for place, (use, _) in enumerate(uses_of(db, source_id)):
            scale = Scale(use.worst, use.best, use.step)
            found = mean(scale.low + told.percent[:, place] / 100 * abs(scale.best - scale.worst))
            assert use.n == found.n
            assert use.n + use.not_applicable + use.missing == len(told.outcomes)
            for name in ("mean", "low", "high"):
                expected = getattr(found, name if name != "mean" else "value")
                assert getattr(use, name) == (None if expected is None else pytest.approx(expected, abs=1e-9))
        assert source.responses == source.rows == len(told.outcomes)
        return source.responses, None


def varied(number: int) -> dict[str, Any]:
    return answer(
        f"r{number}",
        outcomes={"Recommend": number * 7 % 11, "Overall": None if number % 9 == 0 else 1 + number % 5},
        ratings={"Restaurants": 1 + number * 3 % 5, "Parking": "not applicable" if number % 4 else 2},
        segments={"Terminal": f"T{number % 6}"},
        weight=0.5 + number % 3,
    )


def test_what_is_acknowledged_in_twenty_parallel_posts_is_counted(both: Database) -> None:
    """Each batch is sent twice at once, as an impatient program would."""
    with both.writing() as db:
        cast = the_cast(db)
    asking = collecting(both, cast.noor)
    app = create_app(settings_for(both.url), both, run_worker=False)
    secret = a_token(both, cast.noor)
    sent = [batch(*(varied(number * 20 + n) for n in range(20))) for number in range(20)]

    def post(number: int) -> Any:
        program = Program(app, secret)
        program.http.portal = portal  # one loop for all, as one process has
        for _ in range(30):
            told = program.send(sent[number], key=f"batch {number}")
            if told.status_code not in (503, 409):
                break
            time.sleep(0.2)
        return told

    with start_blocking_portal() as portal, ThreadPoolExecutor(20) as pool:
        told = list(pool.map(post, [*range(20), *range(20)]))
    assert {one.status_code for one in told} == {200}
    assert [one.json() for one in told[:20]] == [one.json() for one in told[20:]]
    assert sum(one.json()["stored"] for one in told[:20]) == 400
    assert figures_are_of_all(both, source_of(both, asking).id)[0] == 400
    with both.reading() as db:
        assert db.scalar(select(func.count()).select_from(Batch)) == 20


def test_a_batch_costs_the_same_whatever_is_there(program: Program, database: Database, cast: Cast) -> None:
    collecting(database, cast.noor)
    with statements(database) as first:
        program.send(batch(*(varied(n) for n in range(10))), key="a")
    program.send(batch(*(varied(n) for n in range(10, 900))), key="b")
    with statements(database) as later:
        program.send(batch(*(varied(n) for n in range(900, 910))), key="c")
    assert len(later) <= len(first)


def test_the_description_tells_of_it(app: Pilotage) -> None:
    told = Program(app, "").get("/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    send = told["paths"][SEND]["post"]
    assert {"200", "401", "403", "404", "409", "413", "422", "429"} <= set(send["responses"])
    assert send["security"] == [{"token": []}]
    parts = told["components"]["schemas"]
    wanted = {part.rpartition("/")[2] for part in refs(told)}
    assert wanted <= set(parts)
    assert parts["Sent"]["properties"]["responses"]["maxItems"] == 1000
    assert set(told["paths"]) == {SEND, "/api/v1/search", "/api/v1/voice/sources", "/api/v1/voice/sources/{id}"}


def refs(told: Any) -> set[str]:
    if isinstance(told, dict):
        own = {told["$ref"]} if isinstance(told.get("$ref"), str) else set()
        return own.union(*(refs(part) for part in told.values()))
    return set().union(*(refs(part) for part in told)) if isinstance(told, list) else set()
