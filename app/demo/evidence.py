"""The voice in two waves, the processes behind the touchpoints, and what the committee put first."""

import hashlib
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlmodel import col

from app.columns import as_of
from app.demo.content import PROCESSES
from app.demo.survey import Survey, Wave, draw
from app.demo.world import World
from app.processes.models import Process, ProcessDepartment, ProcessTouchpoint
from app.record.actions import write
from app.voice.actions import Taking, take
from app.voice.importing.checking import apply
from app.voice.importing.mapfile import from_toml
from app.voice.importing.reading import read_table
from app.voice.models import Audience, Touchpoint


def waves(world: World) -> tuple[Wave, Wave]:
    """About a year apart, four weeks each; the second ended three weeks ago."""
    ends = world.day(21)
    first_end = ends - timedelta(days=364)
    four_weeks = timedelta(days=27)
    return (
        Wave("first", f"Passenger survey {first_end:%B %Y}", first_end - four_weeks, first_end, 2702, 0.38, 0.21, 25),
        Wave("second", f"Passenger survey {ends:%B %Y}", ends - four_weeks, ends, 2914, 0.41, 0.20, 26),
    )


def hear(world: World, wave: Wave, days_ago: float) -> None:
    """Import a wave as its file would be imported."""
    survey: Survey = draw(wave)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        file.write_text(survey.csv)
        survey_map = from_toml(survey.map)
        checked = apply(read_table(file), survey_map)
    digest = hashlib.sha256(survey.csv.encode()).hexdigest()
    taking = Taking(checked, survey_map, f"{wave.key}.csv", digest, world.people["noor"], rows_for=Audience.COMMITTEE)
    with as_of(world.moment(days_ago)):
        world.sources[wave.key] = take(world.database, taking)


def register(world: World, days_ago: float) -> None:
    """The processes behind the touchpoints that the first wave named."""
    with world.scene("noor", days_ago) as (db, actor):
        places = dict(db.execute(select(col(Touchpoint.name), col(Touchpoint.id))).all())
        for work in PROCESSES:
            process = Process(
                name=work.name,
                purpose=work.purpose,
                owner_id=world.people[work.owner],
                committee_id=world.committee,
                factor=work.factor,
                journey="Through the airport",
                stage=work.stage,
                desired=work.desired,
                promised=work.promised,
                provided=work.provided,
            )
            db.add(process)
            db.flush()
            world.processes[work.key] = process.id
            for name in work.departments:
                db.add(ProcessDepartment(process_id=process.id, department_id=world.departments[name]))
            for place in work.places:
                db.add(ProcessTouchpoint(process_id=process.id, touchpoint_id=places[place.name]))
            write(db, actor.id, "register", process.ref)
