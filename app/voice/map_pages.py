"""The page on which a person says what each column of a file is, a part of the columns at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db import Db
from app.people.actor import Employee
from app.voice import following, uploads
from app.voice.actions import same_bytes
from app.voice.audiences import AUDIENCES, audiences_of
from app.voice.coming import TheUpload, upload_stage_is
from app.voice.filled import drafted
from app.voice.importing.kinds import kind_of
from app.voice.importing.limits import Unreadable
from app.voice.importing.mapfile import WrongMap, from_toml, to_toml
from app.voice.importing.maps import SurveyMap
from app.voice.mapping import AUDIENCES as AUDIENCE_FIELDS
from app.voice.mapping import OUTCOMES, Columns, Texts, at, columns_of, known_fields
from app.voice.models import Audience, Source, SourceStage, Upload, UploadStage
from app.web import Fields, Request, Response, Typed, page, router, see

routes = router()
PER_PAGE = 100  # of nine fields each: a form of more than a thousand is not read
MOST_LISTS = 20
FORM_BYTES = 12 * 1000 * 1000
SHOWS = (("all", "all columns"), ("used", "what is used"), ("aside", "what is left aside"))
GROUPS = (
    ("outcome", "outcomes", tuple(OUTCOMES)),
    ("rating", "ratings", ("touchpoint",)),
    ("segment", "segments", ("segment",)),
    ("column of comments", "columns of comments", ("comment", "coded")),
    ("theme column", "theme columns", ("theme", "themes")),
    ("other", "others", ("date", "weight", "respondent", "account", "part", "score")),
    ("left aside", "left aside", ("",)),
)


@dataclass(frozen=True)
class Part:
    """Which columns the page shows: their places, and where that is among the pages."""

    places: Sequence[int]
    show: str
    number: int
    pages: int
    counts: Sequence[tuple[str, str, int]]


def ask(
    request: Request,
    db: Session,
    upload: Upload,
    columns: Columns | None = None,
    *,
    show: str = "all",
    number: int = 1,
    status: int = 200,
) -> Response:
    proposal = json.loads(upload.proposal)
    like = like_of(db, upload)
    columns = columns or whole_form(proposal, upload, like)
    return page(
        request,
        "voice/map.html",
        status=status,
        upload=upload,
        proposal=proposal,
        seen=proposal["columns"],
        columns=columns,
        part=part_of(columns, show, number),
        like=like,
        lacks=following.lacking(like[1], [column["name"] for column in proposal["columns"]]) if like else [],
        fresh=fresh(proposal, columns) if like else [],
        lists=list_options(proposal),
        known=same_bytes(db, upload.file_hash),
        audiences=AUDIENCES[::-1],  # the narrowest first: it is chosen where none was
        shows=SHOWS,
        outcome_uses=(*OUTCOMES, "touchpoint"),
    )


def whole_form(proposal: Mapping[str, Any], upload: Upload, like: tuple[Source, SurveyMap] | None) -> Columns:
    columns = columns_of(proposal, upload, like[1] if like else None)
    if like and not upload.map and "source" not in json.loads(upload.said or "{}"):
        years = [year for column in proposal["columns"] if column["use"] == "date" for year in column["years"]]
        columns.texts = {**columns.texts, "source": following.next_name(like[0].name, upload.file_name, years)}
    return columns


def like_of(db: Session, upload: Upload) -> tuple[Source, SurveyMap] | None:
    """The wave whose map this file follows."""
    source = db.get(Source, upload.like_id) if upload.like_id else None
    survey_map = following.read_map(source) if source and source.stage is SourceStage.TAKEN else None
    return (source, survey_map) if source and survey_map else None


def part_of(columns: Columns, show: str, number: int) -> Part:
    used = columns.used()
    show = show if show in dict(SHOWS) else "all"
    wanted = [place for place, use in enumerate(used) if show == "all" or bool(use) == (show == "used")]
    pages = max(-(-len(wanted) // PER_PAGE), 1)
    number = min(max(number, 1), pages)
    counted = [(one, many, sum(use in uses for use in used)) for one, many, uses in GROUPS]
    return Part(wanted[(number - 1) * PER_PAGE : number * PER_PAGE], show, number, pages, counted)


def fresh(proposal: Mapping[str, Any], columns: Columns) -> list[str]:
    """Columns that look like questions and that the earlier wave's map did not use."""
    used = columns.used()
    asked = ("touchpoint", "outcome", "comment")
    return [seen["name"] for place, seen in enumerate(proposal["columns"]) if not used[place] and seen["use"] in asked]


def list_options(proposal: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{name}|{question}", f"{name}, {question}" if question else name)
        for name, told in proposal.get("lists", {}).items()
        for question in told["questions"]
    ]


@routes.post("/voice/import/{id}/map", max_body_size=FORM_BYTES)
def say_map(request: Request, db: Db, actor: Employee, upload: TheUpload, fields: Typed) -> Response:
    """What was said is kept whatever was asked for; then another part is shown, or a job holds the file against it."""
    upload_stage_is(upload, UploadStage.ASKING)
    proposal = json.loads(upload.proposal)
    go, _, which = (fields.get("go") or "check").partition("-")
    if go == "like":
        return follow(request, db, upload, proposal, which)
    like = like_of(db, upload)
    if fields.get("as_text"):
        return say_text(request, db, upload, proposal, fields)
    said = json.loads(upload.said or "{}") | known_fields(fields.texts, len(proposal["columns"]))
    upload.said = json.dumps(said | moved(fields, proposal, like), ensure_ascii=False)
    show, number = fields.get("show", "all"), one_number(fields.get("page"))
    columns = whole_form(proposal, upload, like)
    try:
        if go in ("list", "sheet"):
            return read_again(request, db, upload, proposal, fields, go)
        if go in ("page", "show", "keep"):
            show, number = (which, 1) if go == "show" else (show, one_number(which) if go == "page" else number)
            return see(request, f"/voice/import/{upload.id}?show={show}&page={number}#columns")
        text, audiences = drafted(columns, proposal["draft"], like[1] if like else None), audiences_of(fields)
    except WrongMap as error:
        columns.sentences = error.sentences
        return ask(request, db, upload, columns, show=show, number=number, status=422)
    return checking(request, db, upload, text, audiences)


def say_text(request: Request, db: Session, upload: Upload, proposal: Mapping[str, Any], fields: Fields) -> Response:
    """A map as text takes the place of all that the form says."""
    try:
        text, audiences = to_toml(from_toml(fields.get("map"))), audiences_of(fields)
    except WrongMap as error:
        columns = whole_form(proposal, upload, like_of(db, upload))
        columns.texts = {**columns.texts, **{name: fields.get(name) for name in ("map", *AUDIENCE_FIELDS)}}
        columns.sentences = error.sentences
        return ask(request, db, upload, columns, status=422)
    upload.said = "{}"
    return checking(request, db, upload, text, audiences)


def checking(request: Request, db: Session, upload: Upload, text: str, audiences: Mapping[str, Audience]) -> Response:
    db.flush()
    uploads.move(db, upload, UploadStage.CHECKING, map=text, problem="", done=0, total=0, **audiences)
    return see(request, f"/voice/import/{upload.id}")


def follow(request: Request, db: Session, upload: Upload, proposal: Mapping[str, Any], which: str) -> Response:
    """Begin again with the map of another source, or with what the columns look like."""
    offered = {str(kept["source_id"]): kept["source_id"] for kept in proposal.get("fitting", [])}
    upload.like_id, upload.said, upload.map = offered.get(which), "{}", ""
    return see(request, f"/voice/import/{upload.id}")


def moved(fields: Fields, proposal: Mapping[str, Any], like: tuple[Source, SurveyMap] | None) -> Texts:
    """Questions of the earlier wave for which a person has named the column that holds them now."""
    found: Texts = {}
    header = [column["name"] for column in proposal["columns"]]
    for number, lack in enumerate(following.lacking(like[1], header) if like else []):
        place = fields.get(f"now-{number}")
        if like and place.isdecimal() and len(place) < 6 and int(place) < len(header):
            found |= at(int(place), following.taken_from(like[1], lack))
    return found


def read_again(
    request: Request, db: Session, upload: Upload, proposal: Mapping[str, Any], fields: Fields, go: str
) -> Response:
    """Another sheet, or a code list beside the file: a job looks at the columns again."""
    if go == "sheet":
        sheet = fields.get("sheet")
        if sheet not in proposal.get("sheets", []):
            raise WrongMap([f"The workbook has no sheet {sheet}."])
        upload.said, upload.map, upload.proposal, upload.like_id = json.dumps({"sheet": sheet}), "", "", None
    else:
        file = fields.files.get("codes")
        if file is None:
            raise WrongMap(["Choose the file of the code list: a CSV with the columns code and label."])
        try:
            kind_of(name := Path(file.filename or "codes").name)
        except Unreadable as error:
            raise WrongMap([error.sentence]) from None
        if len(uploads.lists_of(upload)) >= MOST_LISTS:
            raise WrongMap([f"At most {MOST_LISTS} code lists go with one file."])
        uploads.add_list(upload, name, uploads.keep(request.app.state.settings, file.file))
    db.flush()
    uploads.move(db, upload, UploadStage.READING, problem="")
    return see(request, f"/voice/import/{upload.id}")


def one_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1
