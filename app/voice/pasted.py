"""Lines that a form brings: pasted, or in a file."""

from app.web import Fields

ROOM = 2 * 1024 * 1024


def words_of(fields: Fields) -> str:
    """What was pasted; a file, where one was chosen, stands in its place."""
    file = fields.files.get("file")
    if file is None:
        return fields.get("text")
    data = file.file.read(ROOM)
    try:
        return data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        return data.decode("windows-1252", "replace").replace("\x00", "")
