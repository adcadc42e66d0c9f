"""`/processes/departments`: who must talk to whom."""

from sqlalchemy import func, select

from app.changes import counts
from app.db import Db
from app.frame import Area
from app.people.actor import Employee
from app.processes.departments import words
from app.processes.departments.queries import Told, told
from app.voice.readings.models import SourceReading
from app.web import Request, Response, download, page, router, slow, unchanged
from app.web.sheets import Cell, csv_rows

area = Area("processes", 40, "Who must talk", "/processes/departments")
routes = router()


def asked(vital: str, department: str) -> tuple[bool, int | None]:
    return vital == "yes", int(department) if department.isdecimal() and len(department) < 19 else None


@routes.get("/processes/departments")
@slow
def departments(request: Request, db: Db, actor: Employee, vital: str = "", department: str = "") -> Response:
    readings = db.scalar(select(func.count()).select_from(SourceReading))
    seen = counts(db, "voice", "processes", "people")
    if kept := unchanged(request, actor.rights, actor.department_id, readings, seen):
        return kept
    only, number = asked(vital, department)
    found = told(db, actor, vital=only, department=number)
    return page(
        request,
        "processes/departments/index.html",
        told=found,
        answer=words.answer(found),
        pairs=[(pair, words.sentence(found, pair), words.worst(pair)) for pair in found.pairs],
        unseen=[(one, words.unseen(found, one)) for one in found.unseen],
        vital=vital,
        department=number,
        listed=sorted(found.names.items(), key=lambda one: one[1].casefold()),
    )


@routes.get("/processes/departments/departments.csv")
@slow
def departments_csv(request: Request, db: Db, actor: Employee, vital: str = "", department: str = "") -> Response:
    only, number = asked(vital, department)
    found = told(db, actor, vital=only, department=number)
    header = ["Process", "Verdict", "Performance", "Low", "High", "Answers", *(found.names[n] for n in found.columns)]
    return download(csv_rows(header, rows(found)), "departments.csv")


def rows(found: Told) -> list[list[Cell]]:
    told_rows: list[list[Cell]] = []
    for work in found.works:
        figure = work.performance
        figures: list[Cell] = [figure.value, figure.low, figure.high, figure.n] if figure else [None] * 4
        marks: list[Cell] = [
            "owner" if n == work.owner else "involved" if n in work.involved else "" for n in found.columns
        ]
        told_rows.append([work.name, work.verdict, *figures, *marks])
    return told_rows
