"""Where the demo's database stands, and how it is made: beside its place first, and then moved there whole."""

import shutil
from pathlib import Path

from app import schema
from app.demo.content import PEOPLE
from app.errors import Trouble
from app.main import open_database
from app.settings import DEMO_PASSWORD, TOP, Settings, load

FOLDER = TOP / "var" / "demo"
ACCOUNTS = {
    "amal": "change agent, leads a team",
    "badr": "change agent in the same team",
    "zaid": "employee without a team",
    "sami": "committee member",
    "dina": "committee member",
    "omar": "committee member",
    "noor": "chair of the committee",
    "layla": "leader, sponsors pilots",
    "huda": "owner of two processes",
    "gita": "guest from a supplier, invited to one idea",
    "root": "administrator",
}


def demo_settings(host: str, port: int, folder: Path = FOLDER) -> Settings:
    settings = load(
        database_url=f"sqlite:///{folder / 'pilotage.db'}",
        host=host,
        port=port,
        base_url="",
        demo=True,
        record_key="",
        smtp_url="",
        files_url="",
        trusted_proxies="",
        workers=1,
    )
    if not settings.local:
        raise Trouble("The demo is for this machine alone: its accounts share one published password.")
    return settings


def make(settings: Settings, *, fresh: bool = False) -> None:
    """A demo that is there is kept, with what was entered; one that was broken off while being made is not there."""
    from app.demo.story import tell

    folder = settings.database_file.parent
    if fresh and folder.exists():
        shutil.rmtree(folder)
    if settings.database_file.exists():
        return
    making = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    database = open_database(demo_settings(settings.host, settings.port, making))
    schema.migrate(database)
    tell(database)
    database.close()
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)


def greeting(settings: Settings) -> str:
    names = {someone.key: someone.name for someone in PEOPLE}
    lines = [f"  {key}@pilotage.example  {names[key]}: {what}" for key, what in ACCOUNTS.items()]
    return "\n".join(
        [
            "",
            f"Pilotage, a demo organisation: {settings.address}",
            "",
            f"Sign in as one of these, with the password {DEMO_PASSWORD}",
            "",
            *lines,
            "",
        ]
    )
