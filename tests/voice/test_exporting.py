"""What is taken away: the same bytes each time, numbers unrounded, formulas defused."""

import io
import json
import zipfile

from app.voice.exporting import bundle

ROWS = [("Group", "Value"), ("=1+1", 0.1 + 0.2), ('Nord, "Süd"', None)]


def told() -> dict[str, str]:
    data = bundle(
        ROWS, {"seed": 7, "of": "Empfehlung"}, "x <- 1\n", "Read me.\n", tables={"figures.csv": [("n",), (3,)]}
    )
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name).decode() for name in file.namelist()}


def test_an_analysis_is_five_files() -> None:
    files = told()
    assert set(files) == {"rows.csv", "figures.csv", "options.json", "analysis.R", "README.txt"}
    assert files["rows.csv"] == 'Group,Value\r\n\'=1+1,0.30000000000000004\r\n"Nord, ""Süd""",\r\n'
    assert json.loads(files["options.json"]) == {"seed": 7, "of": "Empfehlung"}
    assert files["figures.csv"] == "n\r\n3\r\n"


def test_the_same_analysis_is_the_same_bytes() -> None:
    assert bundle(ROWS, {"a": 1}, "", "") == bundle(ROWS, {"a": 1}, "", "")


def test_nothing_is_a_file_too() -> None:
    assert zipfile.is_zipfile(io.BytesIO(bundle([], {}, "", "")))
