"""The page that says what each column is: real surveys and odd ones come in by it alone."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.db import Database
from app.main import Pilotage
from app.record.models import Entry
from app.voice.importing.mapfile import from_toml
from app.voice.models import Outcome, Remark, RemarkTheme, Response, Source, SourceStage, Theme, Touchpoint, Upload, Use
from app.voice.models import UploadStage as Stage
from app.voice.queries import headline
from tests.cast import Cast
from tests.client import Browser
from tests.voice.sources import a_csv, a_map, a_source, answers
from tests.voice.surveys import FILES, expected
from tests.voice.test_pages import checked, uploaded, work

As = Callable[..., Browser]
CODES = "sfo_customer_survey/comment_codes_2017.csv"


def table(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def sent(app: Pilotage, browser: Browser, name: str, body: bytes, **more: tuple[str, bytes, str]) -> str:
    files = {"file": (name, body, "text/csv"), **more}
    answer = browser.post("/voice/import", {"key": browser.key("/voice/import")}, files=files)
    assert answer.status_code == 303
    work(app)
    return str(answer.headers["location"])


def say(app: Pilotage, browser: Browser, address: str, **typed: str) -> str:
    """Type into the form, let it be checked, and read the report."""
    fields = {name.replace("_is_", "-"): value for name, value in typed.items()}
    answer = browser.fill(address, fields, "See what it would do")
    assert answer.status_code == 303, answer.text
    work(app)
    return str(browser.get(address).text)


def take(app: Pilotage, browser: Browser, address: str, **typed: str) -> int:
    answer = browser.fill(address, typed, "Take it in")
    assert answer.status_code == 303, answer.text
    work(app)
    return int(browser.get(address).headers["location"].rsplit("/", 1)[1])


def place(app: Pilotage, column: str) -> int:
    with app.state.database.reading() as db:
        upload = db.scalars(select(Upload).order_by(col(Upload.id).desc())).first()
        assert upload
        return [one["name"] for one in json.loads(upload.proposal)["columns"]].index(column)


def outcomes(database: Database, source_id: int) -> dict[str, Outcome]:
    with database.reading() as db:
        found = db.scalars(select(Outcome).where(col(Outcome.source_id) == source_id)).all()
        return {one.name: one for one in found}


def test_sfo_with_its_code_list_by_the_page(app: Pilotage, as_: As, cast: Cast, data: Path) -> None:
    noor, database = as_(cast.noor), app.state.database
    codes = ("codes.csv", (data / CODES).read_bytes(), "text/csv")
    address = sent(app, noor, "sfo.csv", (data / FILES["sfo_2017"]).read_bytes(), codes=codes)
    page = noor.get(address).text
    assert "97 columns" in page
    assert 'aria-label="Q7FOOD: 1 38, 2 217, 3 817, 4 915, 5 434, 6 341, 0 69' in page
    report = say(app, noor, address, source="SFO 2017", first_day="2017-05-01", last_day="2017-05-31")
    assert "2,831 responses" in report
    source_id = take(app, noor, address)
    wanted = expected(data, "sfo_2017")["years"]["2017"]
    nps = outcomes(database, source_id)["NETPRO"]
    assert (nps.n, nps.value) == (wanted["nps"]["n"], pytest.approx(wanted["nps"]["nps"], abs=1e-4))
    assert nps.weighted == pytest.approx(wanted["nps_weighted"]["nps"], abs=1e-4)
    assert outcomes(database, source_id)["Q7ALL"].n == sum(wanted["overall_Q7ALL"]["counts"].values())
    by_theme = mentions(database, source_id, wanted["comments_Q8"]["columns"])
    told = {theme: n for theme, n in wanted["comments_Q8"]["mentions_by_theme"].items() if theme}
    assert {theme: by_theme.get(theme, 0) for theme in told} == told


def mentions(database: Database, source_id: int, columns: list[str]) -> dict[str, int]:
    query = (
        select(col(Theme.name), func.count())
        .select_from(RemarkTheme)
        .join(Theme, col(Theme.id) == col(RemarkTheme.theme_id))
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id) == source_id, col(Remark.question).in_(columns))
        .group_by(col(Theme.name))
    )
    with database.reading() as db:
        return dict(db.execute(query).all())


def test_nhs_by_the_page_with_themes_and_sentiment(app: Pilotage, as_: As, cast: Cast, data: Path) -> None:
    noor, database = as_(cast.noor), app.state.database
    address = sent(app, noor, "nhs.csv", (data / FILES["nhs"]).read_bytes())
    assert "64 % answered 1. If that is the best answer, turn the scale round." in noor.get(address).text
    fft, spoken = place(app, "FFT categorical answer"), place(app, "Comment sentiment")
    answer, day = place(app, "FFT answer"), place(app, "Date")
    typed = {
        "source": "Friends and family",
        "first_day": "2021-01-01",
        "last_day": "2022-12-31",
        f"scale-{fft}": "1, 5",
        f"way-{fft}": "down",
        f"missing-{fft}": "6, 7",
        f"way-{spoken}": "down",
        f"missing-{answer}": "Did not answer",
        "date_order": "day first",
    }
    first = say(app, noor, address, **typed)
    import re

    print(re.sub("<[^>]+>", " ", first)[1500:6000])
    assert "289 cells stand in the way" in first
    assert "is not a date" in first
    assert noor.post(f"{address}/back").status_code == 303
    say(app, noor, address, **{f"use-{day}": ""})
    source_id = take(app, noor, address)
    wanted = expected(data, "nhs")["v6"]
    fft_told = outcomes(database, source_id)["FFT categorical answer"]
    per_person = wanted["fft_per_respondent"]
    assert (fft_told.worst, fft_told.best) == (5, 1)
    assert fft_told.n == sum(per_person["counts"][str(one)] for one in range(1, 6))
    assert fft_told.mean == pytest.approx(per_person["mean_reversed_so_5_is_best"], abs=1e-4)
    told = negative(database, source_id)
    for theme in wanted["themes_by_number_of_negative_comments"]:
        assert told[theme["theme"]] == (theme["comments"], theme["with_sentiment"], theme["negative_4_5"])
    with database.reading() as db:
        responses = select(func.count()).where(col(Response.source_id) == source_id)
        assert db.scalar(responses) == 4466


def negative(database: Database, source_id: int) -> dict[str, tuple[int, int, int]]:
    """Of each theme its comments, those with a sentiment, and those whose sentiment was 4 or 5 of 5."""
    query = (
        select(col(Theme.name), col(Remark.score))
        .select_from(RemarkTheme)
        .join(Theme, col(Theme.id) == col(RemarkTheme.theme_id))
        .join(Remark, col(Remark.id) == col(RemarkTheme.remark_id))
        .where(col(Remark.source_id) == source_id)
    )
    found: dict[str, tuple[int, int, int]] = {}
    with database.reading() as db:
        for name, score in db.execute(query):
            n, scored, low = found.get(name, (0, 0, 0))
            found[name] = (n + 1, scored + (score is not None), low + (score is not None and score <= 25))
    return found


ODD = (
    "Nr;Besuch;Wie zufrieden waren Sie insgesamt?;Freundlichkeit;Sauberkeit;Empfehlung NPS;"
    "Ausgaben amount;Ort;Kommentar",
    "1;03.10.2025;sehr zufrieden;4,5;1;10;12,50;Köln;Alles war gut und die Züge kamen heute pünktlich an",
    "",
    "2;28.10.2025;zufrieden;3,0;2;9;1.250,00;Köln;Die Schlange an der Kasse war heute leider viel zu lang",
    "3;04.10.2025;weder noch;2,5;5;3;7,00;Bonn;Das Personal war sehr freundlich und hat uns gut geholfen",
    "4;05.10.2025;unzufrieden;1,0;4;0;9,25;Bonn;Es gab keinen freien Parkplatz in der Nähe des Eingangs",
    "5;30.10.2025;sehr unzufrieden;5,0;3;7;3,10;Ulm;Bitte mehr Sitzplätze für ältere Menschen in der Halle",
    "Gesamt;;;3,2;3,0;5,8;256,37;;",
)


def test_a_survey_of_another_shape(app: Pilotage, as_: As, cast: Cast) -> None:
    """Semicolons, decimal commas, Windows-1252, words for answers, half points, a blank and a totals line."""
    noor, database = as_(cast.noor), app.state.database
    address = sent(app, noor, "Besucher.csv", "\r\n".join(ODD).encode("cp1252"))
    clean, friendly = place(app, "Sauberkeit"), place(app, "Freundlichkeit")
    page = noor.get(address).text
    assert "sehr zufrieden = 5" in page
    assert "Nr = Gesamt" in page
    typed = {
        "source": "Besucher 2025",
        "use-0": "respondent",
        "use-1": "date",
        "use-2": "overall",
        f"use-{friendly}": "touchpoint",
        f"scale-{friendly}": "1, 5, 0.5",
        f"use-{clean}": "touchpoint",
        f"scale-{clean}": "1, 5",
        f"way-{clean}": "down",
        "use-5": "nps",
        "use-6": "amount",
        "decimal": ",",
    }
    report = say(app, noor, address, **typed)
    assert "5 responses" in report
    assert "1 row left out" in report
    source_id = take(app, noor, address)
    found = outcomes(database, source_id)
    assert found["Wie zufrieden waren Sie insgesamt?"].mean == 3
    assert (found["Empfehlung NPS"].promoters, found["Empfehlung NPS"].detractors) == (2, 2)
    assert found["Ausgaben amount"].mean == pytest.approx((12.5 + 1250 + 7 + 9.25 + 3.1) / 5)
    with database.reading() as db:
        uses = {use.column: use for use in db.scalars(select(Use).where(col(Use.source_id) == source_id))}
        source = db.get_one(Source, source_id)
        assert (source.first_day.isoformat(), source.last_day.isoformat()) == ("2025-10-03", "2025-10-30")
    assert uses["Freundlichkeit"].mean == pytest.approx(3.2)
    assert (uses["Sauberkeit"].mean, uses["Sauberkeit"].best) == (3, 1)


def test_four_hundred_columns_are_said_a_page_at_a_time(app: Pilotage, as_: As, cast: Cast) -> None:
    header = ["id", "Recommend", *(f"Q{n}" for n in range(2, 400))]
    rows = [[i, i % 11, *((i * n) % 5 + 1 for n in range(2, 400))] for i in range(1, 40)]
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    noor = as_(cast.noor)
    address = sent(app, noor, "wide.csv", text.getvalue().encode())
    answer = noor.fill(address, {"source": "Wide", "use-1": "nps"}, "301–400")
    there = answer.headers["location"]
    assert "page=4" in there
    assert "Q399" in noor.get(there.partition("#")[0]).text
    fourth = noor.fill(
        there.partition("#")[0],
        {"use-399": "touchpoint", "name-399": "The last", "scale-399": "1, 5"},
        "See what it would do",
    )
    assert fourth.status_code == 422
    assert "first and the last day" in fourth.text
    done = noor.fill(address, {"first_day": "2025-01-01", "last_day": "2025-01-31"}, "See what it would do")
    assert done.status_code == 303
    work(app)
    with app.state.database.reading() as db:
        upload = db.scalars(select(Upload)).one()
        assert upload.stage is Stage.CHECKED, upload.problem
        told = from_toml(upload.map)
    assert (told.source, told.outcomes[0].column) == ("Wide", ["Recommend"])
    assert "The last" in [one.name for one in told.touchpoints]


def test_the_next_wave_follows_the_map_of_the_last(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    """Filled in as before; a renamed column is named once more, and the question stays the same one."""
    noor, database = as_(cast.noor), app.state.database
    first = a_source(database, tmp_path, a_map("Visitors 2025", 2025))
    rows = a_csv(answers(50, 3)).replace(b"QUEUE", b"QUEUING", 1)
    address = sent(app, noor, "Visitors 2026.csv", rows)
    page = noor.get(address).text
    assert "The columns are those of" in page
    assert 'value="Visitors 2026"' in page
    assert "asked and this file lacks" in page
    assert noor.fill(address, {"now-0": str(place(app, "QUEUING"))}, "Take these columns").status_code == 303
    assert "asked and this file lacks" in noor.get(address).text
    say(app, noor, address, first_day="2026-05-01", last_day="2026-05-31")
    second = take(app, noor, address)
    with database.reading() as db:
        told = from_toml(db.get_one(Source, second).map)
        assert told.touchpoints[0].column == ["QUEUING", "QUEUE"]
        assert told.series == "Visitors"
        uses = db.execute(select(col(Use.touchpoint_id), col(Use.source_id)).order_by(col(Use.id))).all()
        assert [one for one, source in uses if source == first] == [one for one, source in uses if source == second]
        assert len(db.scalars(select(Touchpoint)).all()) == 3
    again = sent(app, noor, "more.csv", rows)
    fresh = noor.fill(again, {}, "from what the columns look like")
    assert fresh.status_code == 303
    assert "The columns are those of" not in noor.get(again).text


def test_a_corrected_file_replaces_the_wave_and_the_old_figures_stay(
    app: Pilotage, as_: As, cast: Cast, tmp_path: Path
) -> None:
    noor, database = as_(cast.noor), app.state.database
    first = a_source(database, tmp_path, a_map("Visitors 2025", 2025))
    shown = noor.get(f"/voice/sources/{first}").text
    address = checked(app, noor, a_map("Visitors 2025", 2025), ("better.csv", a_csv(answers(70, 2)), "text/csv"))
    second = take(app, noor, address, replace="on")
    old, new = noor.get(f"/voice/sources/{first}"), noor.get(f"/voice/sources/{second}").text
    assert old.status_code == 200
    assert "What did Visitors 2025 say before it was corrected?" in old.text
    assert f'href="/voice/sources/{second}"' in old.text
    assert "by Noor" in old.text
    assert f'href="/voice/sources/{first}"' in new
    assert shown.split('data-l="95 % interval">')[1][:20] in old.text
    assert noor.get("/voice").text.count("Visitors 2025</a>") == 1
    assert noor.get(f"/voice/sources/{first}/rows").status_code == 404
    assert [as_(one).get(f"/voice/sources/{first}").status_code for one in (cast.zaid, cast.gita)] == [200, 404]
    with database.reading() as db:
        assert db.get_one(Source, first).stage is SourceStage.REPLACED
        told = headline(db)
        assert told is not None
        assert told.source_id == second
        entry = db.scalars(select(Entry).where(col(Entry.move) == "replace")).one()
        assert (entry.ref, entry.actor_id, f"source:{second}" in entry.figures) == (
            f"source:{first}",
            cast.noor.id,
            True,
        )


def test_a_break_is_said_before_and_after(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    noor, database = as_(cast.noor), app.state.database
    a_source(
        database,
        tmp_path,
        a_map("Visitors 2024", 2024).replace('column = "QUEUE"', 'column = "QUEUE"\nquestion = "How was the queue?"'),
    )
    changed = a_map("Visitors 2025", 2025).replace(
        'column = "QUEUE"\nscale = [1, 5]', 'column = "QUEUE"\nquestion = "How long was the queue?"\nscale = [5, 1]'
    )
    address = checked(app, noor, changed, ("next.csv", a_csv(answers(60, 1)), "text/csv"))
    report = noor.get(address).text
    assert "Asked otherwise than in Visitors 2024" in report
    assert "5 was the best answer before, 1 is now" in report
    source_id = take(app, noor, address)
    page = noor.get(f"/voice/sources/{source_id}").text
    assert page.count("asked otherwise before") == 1
    assert "How long was the queue?" in page


def test_the_wrong_wave_is_noticed(app: Pilotage, as_: As, cast: Cast, tmp_path: Path) -> None:
    noor, database = as_(cast.noor), app.state.database
    a_source(database, tmp_path, a_map("Visitors 2024", 2024))
    rows = [*answers(), (61, 9, 5, 5, 5, 5, "A", "")]
    address = checked(app, noor, a_map("Visitors 2025", 2025), ("again.csv", a_csv(rows), "text/csv"))
    assert "gave the very same answers in Visitors 2024" in noor.get(address).text
    refused = noor.fill(address, {}, "Take it in")
    assert refused.status_code == 422
    assert take(app, noor, address, sure="on")


def test_days_outside_the_period_are_noticed(app: Pilotage, as_: As, cast: Cast) -> None:
    rows = table("When,NPS", *(f"2025-06-{day:02},{day % 11}" for day in range(1, 29)))
    told = '[[outcomes]]\nname="N"\ncolumn="NPS"\nkind="nps"\n'
    noor = as_(cast.noor)
    said = f'source="W"\ndate="When"\nperiod=["2025-05-01","2025-06-03"]\n{told}'
    address = checked(app, noor, said, ("days.csv", rows, "text/csv"))
    assert "25 of 28 days lie outside the period from 2025-05-01 to 2025-06-03" in noor.get(address).text
    address = checked(
        app,
        noor,
        f'source="W"\ndate="When"\n{told}',
        ("next.csv", rows.replace(b"2025-06-28", b"2062-06-28"), "text/csv"),
    )
    assert "It lies in the future." in noor.get(address).text
    late = checked(app, noor, f'source="W"\nperiod=["2062-01-01","2062-02-01"]\n{told}', ("last.csv", rows, "text/csv"))
    assert "lies in the future" in noor.get(late).text


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["1,7,x"] * 6, "name the same one"),
        (
            [f"{n},30,x" for n in range(9)],
            "nothing in column &#34;R&#34; is on the scale from 1 to 5; it holds &#34;30&#34;",
        ),
    ],
)
def test_what_a_whole_column_says(app: Pilotage, as_: As, cast: Cast, rows: list[str], sentence: str) -> None:
    said = 'source="W"\nrespondent="id"\nperiod=["2025-05-01","2025-06-03"]\n'
    said += '[[touchpoints]]\nname="R"\ncolumn="R"\nscale=[1,5]\n'
    noor = as_(cast.noor)
    address = checked(app, noor, said, ("w.csv", table("id,R,said", *rows), "text/csv"))
    assert sentence in noor.get(address).text


def test_a_constant_column_is_noted(app: Pilotage, as_: As, cast: Cast) -> None:
    said = 'source="W"\nperiod=["2025-05-01","2025-06-03"]\n[[touchpoints]]\nname="R"\ncolumn="R"\nscale=[1,5]\n'
    noor = as_(cast.noor)
    address = checked(app, noor, said, ("w.csv", table("id,R", *(f"{n},4" for n in range(9))), "text/csv"))
    assert "every answer is the same (&#34;4&#34;)" in noor.get(address).text
    assert noor.get(f"/voice/sources/{take(app, noor, address)}").status_code == 200


def test_a_broken_code_list_says_so(app: Pilotage, as_: As, cast: Cast) -> None:
    noor = as_(cast.noor)
    address = uploaded(app, noor)
    files = {"codes": ("list.csv", b"number,words\n1,x\n", "text/csv")}
    answer = noor.post(f"{address}/map", {"go": "list"}, files=files)
    assert answer.status_code == 303
    work(app)
    assert "needs the columns code and label" in noor.get(address).text
    assert noor.post(f"{address}/map", {"go": "list"}).status_code == 422
    assert noor.post(f"{address}/throw-away").status_code == 303


def test_a_left_import_is_found_again(app: Pilotage, as_: As, cast: Cast) -> None:
    noor: Any = as_(cast.noor)
    address = uploaded(app, noor)
    page = noor.get("/voice/import").text
    assert f'href="{address}"' in page
    assert "waits for you to say what its columns are" in page
    assert address not in as_(cast.sami).get("/voice/import").text
