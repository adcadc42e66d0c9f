"""Administering people: roles asked for twice, the last administrator stays, a file is kept whole or not at all."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.errors import Refused
from app.people.actor import find_actor
from app.people.importing import apply, plan
from app.people.models import Grant, Kind, Person, Post, Role, Seat
from app.people.roles import give, set_roles
from app.record.models import Entry
from app.record.queries import verify
from tests.cast import Cast, the_cast
from tests.client import Browser
from tests.makers import a_department, a_person
from tests.people.makers import PASSWORD, with_password

As = Callable[[Person | None], Browser]


@pytest.fixture
def root(database: Database, cast: Cast, as_: As) -> Browser:
    return as_(with_password(database, cast.root))


def roles(database: Database, person: Person) -> frozenset[Role]:
    with database.reading() as db:
        return find_actor(db, person.id).roles


PAGES = (
    "/admin",
    "/admin/people",
    "/admin/people/new",
    "/admin/people/import",
    "/admin/people/1",
    "/admin/departments",
    "/admin/departments/1",
    "/admin/committees/1",
    "/admin/settings",
    "/admin/mail",
    "/admin/pieces",
)


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_for_administrators(address: str, cast: Cast, root: Browser, as_: As) -> None:
    assert root.get(address).status_code == 200
    found = [as_(person).get(address).status_code for person in (None, cast.gita, cast.amal, cast.noor, cast.layla)]
    assert found == [303, 404, 403, 403, 403]


def test_posts_are_for_administrators(cast: Cast, database: Database, as_: As) -> None:
    addresses = [
        *("/admin/people/new", "/admin/people/import", "/admin/people/import/keep", f"/admin/people/{cast.zaid.id}"),
        *(f"/admin/people/{cast.zaid.id}/{part}" for part in ("roles", "moves", "erase")),
        *(
            "/admin/departments",
            "/admin/departments/1",
            "/admin/committees/1",
            f"/admin/committees/{cast.committee.id}/seats",
        ),
        *("/admin/settings", "/admin/mail"),
    ]
    with_password(database, cast.layla)
    for person, status in ((cast.layla, 403), (cast.gita, 404), (None, 401)):
        browser = as_(person)
        for address in addresses:
            assert browser.post(address, {"own_password": PASSWORD}).status_code == status, address
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_role_asks_for_ones_own_password_and_is_recorded(cast: Cast, database: Database, root: Browser) -> None:
    address = f"/admin/people/{cast.zaid.id}/roles"
    for wrong in ({}, {"own_password": "not mine"}):
        answer = root.post(address, {"roles": "leader", **wrong})
        assert answer.status_code == 422
        assert roles(database, cast.zaid) == frozenset()
    assert 'value="leader" checked' in answer.text
    assert root.post(address, {"roles": "leader", "own_password": PASSWORD}).status_code == 303
    assert roles(database, cast.zaid) == {Role.LEADER}
    assert root.post(address, {"own_password": PASSWORD}).status_code == 303
    with database.reading() as db:
        kept = [(entry.move, entry.ref, entry.before, entry.after) for entry in db.scalars(select(Entry))]
    assert kept == [("grant", cast.zaid.ref, "", "leader"), ("revoke", cast.zaid.ref, "leader", "")]


def test_the_last_administrator_stays(cast: Cast, database: Database, root: Browser) -> None:
    mine = f"/admin/people/{cast.root.id}"
    assert root.post(f"{mine}/roles", {"own_password": PASSWORD}).status_code == 422
    assert root.post(f"{mine}/moves", {"name": "disable"}).status_code == 403
    assert root.post(f"{mine}/erase", {"name": "Root", "own_password": PASSWORD}).status_code == 403
    assert roles(database, cast.root) == {Role.ADMINISTRATOR}
    with_password(database, cast.amal)
    given = {"roles": "administrator", "own_password": PASSWORD}
    assert root.post(f"/admin/people/{cast.amal.id}/roles", given).status_code == 303
    assert root.post(f"{mine}/roles", {"own_password": PASSWORD}).status_code == 303
    assert root.get("/admin").status_code == 403


def test_the_last_administrator_stays_on_both(both: Database) -> None:
    with both.writing() as db:
        cast = the_cast(db)
        give(db, None, cast.amal, "administrator")
    with pytest.raises(Refused, match="last administrator"), both.writing() as db:
        set_roles(db, None, db.get_one(Person, cast.root.id), [])
    with_password(both, cast.amal)
    with both.writing() as db:
        assert set_roles(db, None, db.get_one(Person, cast.root.id), [])


def test_one_person_is_added_once(cast: Cast, database: Database, root: Browser) -> None:
    person = {"name": "Nadia Rahal", "email": "Nadia@Pilotage.example", "kind": "employee", "key": ""}
    person["key"] = root.key("/admin/people/new")
    answers = [root.post("/admin/people/new", person) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert len({answer.headers["location"] for answer in answers}) == 1
    again = root.send("/admin/people/new", {**person, "name": "Somebody Else"})
    assert again.status_code == 422
    assert "Somebody here has this address already" in again.text
    assert 'value="Somebody Else"' in again.text


def test_no_field_but_the_forms_own(cast: Cast, root: Browser, database: Database) -> None:
    person = {"name": "Amal", "email": "amal@pilotage.example", "password": "x", "erased_at": "2026-01-01"}
    assert root.post(f"/admin/people/{cast.amal.id}", person).status_code == 422


def test_seats_ask_for_the_password_too(cast: Cast, database: Database, root: Browser) -> None:
    seat = {"person_id": str(cast.amal.id), "post": "chair"}
    assert root.post(f"/admin/committees/{cast.committee.id}/seats", seat).status_code == 422
    assert (
        root.post(f"/admin/committees/{cast.committee.id}/seats", seat | {"own_password": PASSWORD}).status_code == 303
    )
    with database.reading() as db:
        assert find_actor(db, cast.amal.id).chairs(cast.committee.id)
    assert (
        root.post(
            f"/admin/committees/{cast.committee.id}/seats", seat | {"post": "", "own_password": PASSWORD}
        ).status_code
        == 303
    )
    with database.reading() as db:
        assert not find_actor(db, cast.amal.id).on_a_committee
        ended = db.scalars(select(Seat).where(col(Seat.person_id) == cast.amal.id)).one()
    assert (ended.post, ended.until is not None) == (Post.CHAIR, True)


def test_the_committees_figures_are_recorded(cast: Cast, database: Database, root: Browser) -> None:
    form = {"name": "Innovation Committee", "quorum": "4", "promised_days": "14", "budget": "1200.50", "version": "1"}
    assert root.post("/admin/committees/1", form | {"budget": "0.001"}).status_code == 422
    assert root.post("/admin/committees/1", form).status_code == 303
    assert root.post("/admin/committees/1", form | {"quorum": "1"}).status_code == 409
    with database.reading() as db:
        entry = db.scalars(select(Entry)).one()
    assert '"quorum":[2,4]' in entry.figures
    assert '"budget":[null,120050]' in entry.figures


def test_a_department_cannot_stand_below_itself(cast: Cast, database: Database, root: Browser) -> None:
    with database.writing() as db:
        child = a_department(db, name="Gates", parent_id=cast.department.id)
    below = {"name": "Terminal operations", "parent_id": str(child.id)}
    assert root.post(f"/admin/departments/{cast.department.id}", below).status_code == 422
    assert root.post(f"/admin/departments/{child.id}", {"name": "Piers", "parent_id": ""}).status_code == 303


def test_the_list_goes_by_key_and_costs_the_same(cast: Cast, database: Database, root: Browser) -> None:
    with database.writing() as db:
        for number in range(60):
            a_person(db, f"Zed {number:02}")
    names, address = [], "/admin/people?q=zed"
    while address:
        text = root.get(address).text
        names += [line.split("<")[0] for line in text.split(">Zed ")[1:]]
        address = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in text else ""
    assert names == [f"{number:02}" for number in range(60)]


FILE = """name;address;department;manager;roles
Nadia Rahal;NADIA@pilotage.example;Terminal operations;karim@pilotage.example;leader, member
Karim Aziz;karim@pilotage.example;Finance;;
Rana Haddad;rana@supplier.example;;;guest
Amal;amal@pilotage.example;Finance;;
"""


def test_a_file_shows_what_it_does_and_is_kept_whole(both: Database) -> None:
    with both.writing() as db:
        the_cast(db)
        found = plan(db, FILE)
        assert [line.effect for line in found.lines] == [
            "new employee; becomes leader, member of the committee",
            "new employee",
            "new guest",
            "department to Finance",
        ]
        assert len(apply(db, None, found)) == 3
    with both.reading() as db:
        nadia, karim, rana = (
            db.scalars(select(Person).where(col(Person.email).startswith(name))).one()
            for name in ("nadia@", "karim@", "rana@")
        )
        assert (nadia.manager_id, rana.kind) == (karim.id, Kind.GUEST)
        assert find_actor(db, nadia.id).leader
        assert find_actor(db, nadia.id).on_a_committee
        assert [line.effect for line in plan(db, FILE).lines] == ["nothing changes"] * 4
        assert verify(db, both.known["record_keys"]).intact


MISTAKES = """name,address,department,manager,roles
,nobody,Nowhere,someone@else.example,king
Amal,amal@pilotage.example,,amal@pilotage.example,guest
Amal,amal@pilotage.example,,,chair/deputy
"""


def test_mistakes_are_named_by_row_and_column_and_nothing_is_kept(
    cast: Cast, database: Database, root: Browser
) -> None:
    with database.reading() as db:
        found = plan(db, MISTAKES)
    assert [(one.row, one.column) for one in found.mistakes] == [
        *((2, column) for column in ("address", "department", "manager", "name", "roles")),
        *((3, "manager"), (3, "roles"), (4, "address"), (4, "roles")),
    ]
    shown = root.post("/admin/people/import", {"people": MISTAKES})
    assert shown.status_code == 422
    assert "“king” is not a role" in shown.text
    kept = root.post("/admin/people/import/keep", {"people": MISTAKES, "own_password": PASSWORD, "key": "a"})
    assert kept.status_code == 422
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Person)) == 12


def test_a_file_is_kept_once_and_its_roles_ask_for_the_password(cast: Cast, database: Database, root: Browser) -> None:
    shown = root.post("/admin/people/import", {}, files={"file": ("people.csv", FILE.encode("utf-8-sig"))})
    assert shown.status_code == 200
    key = shown.text.split('name="key" value="')[1].split('"')[0]
    form = {"people": FILE, "key": key}
    assert root.post("/admin/people/import/keep", form).status_code == 422
    answers = [root.post("/admin/people/import/keep", form | {"own_password": PASSWORD}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Person)) == 15
        assert db.scalar(select(func.count()).select_from(Grant)) == 3


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b'name,address\n"x', b"name\nx", b"name,address,pay\n", b"name,address\n"]
)
def test_files_that_cannot_be_read_say_so(content: bytes, cast: Cast, root: Browser) -> None:
    answer = root.post("/admin/people/import", {"people": ""}, files={"file": ("people.csv", content)})
    assert answer.status_code == 422
    assert 'id="e-people"' in answer.text


def test_what_the_environment_sets_is_shown_without_secrets(cast: Cast, root: Browser) -> None:
    text = root.get("/admin/settings").text
    assert "PILOTAGE_SMTP_URL" in text
    assert "5e5e" not in text
    assert root.post("/admin/settings", {"name": "Other Airport"}).status_code == 303
    assert "Other Airport" in root.get("/admin").text
