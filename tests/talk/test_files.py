"""Files on comments and ideas: what may come, what is made of it, who opens it, and what a revision keeps."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from app.columns import as_of, now
from app.db import Database
from app.ideas.models import Idea, Stage, Veil
from app.talk.actions import erase_words
from app.talk.files.actions import sweep
from app.talk.files.kinds import Unfit, cleaned
from app.talk.files.models import File
from app.talk.files.reading import Ready, taken_in
from app.talk.files.store import Bucket, Folder, digest, store_of
from tests.cast import Cast
from tests.client import Browser
from tests.conftest import settings_for
from tests.makers import an_idea
from tests.talk.files import HEIC, SECRET, a_docx, a_pdf, a_photo

As = Callable[..., Browser]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def take(content: bytes, name: str, home: Path) -> Ready:
    return taken_in(io.BytesIO(content), name, home)[0]


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (a_photo(turned=True, size=(320, 640)), "IMG 1.JPG"),
        (HEIC, "IMG_0001.HEIC"),
        (a_photo("WEBP"), "x.webp"),
        (a_photo("PNG"), "x.png"),
    ],
)
def test_a_photo_is_drawn_anew_without_what_a_camera_wrote(content: bytes, name: str, tmp_path: Path) -> None:
    assert SECRET in content, "the control"
    ready = take(content, name, tmp_path)
    assert ready.preview
    for path in (ready.content, ready.preview):
        written = path.read_bytes()
        assert SECRET not in written
        with Image.open(path) as photo:
            assert not dict(photo.getexif())
            assert not {"exif", "comment", "icc_profile", "xmp"} & photo.info.keys()
            if not name.endswith("JPG"):
                left, right = (photo.convert("RGB").getpixel((at, photo.height // 2)) for at in (4, photo.width - 5))
                assert left[2] > 120 > left[0]
                assert right[0] > 120 > right[2]
    assert ready.type == "image/jpeg"
    assert ready.name.endswith(".jpg")


def test_a_photo_stands_upright_and_is_made_smaller(tmp_path: Path) -> None:
    ready = take(a_photo(size=(4000, 3000), turned=True), "big.jpeg", tmp_path)
    assert (ready.width, ready.height) == (1536, 2048)
    assert ready.preview
    with Image.open(ready.preview) as small:
        assert max(small.size) == 480


def test_a_moving_picture_is_its_first_frame_and_what_is_clear_stays_clear(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("#0000ff", "#ff0000")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    with Image.open(take(out.getvalue(), "moving.webp", tmp_path).content) as photo:
        assert getattr(photo, "n_frames", 1) == 1
        assert photo.convert("RGB").getpixel((20, 20))[2] > 200
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 255, 90)).save(out, "PNG")
    ready = take(out.getvalue(), "clear.png", tmp_path)
    assert (ready.type, ready.name) == ("image/webp", "clear.webp")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", "of a kind that is not kept"),
        (b"<!doctype html><script>1</script>", "page.html", "of a kind that is not kept"),
        (b"MZ", "run.exe", "of a kind that is not kept"),
        (b"x", "no ending", "of a kind that is not kept"),
        (b"<svg onload=x>", "words.txt", "web page or a drawing"),
        (b"\xef\xbb\xbf \n<HTML>", "words.csv", "web page or a drawing"),
        (b"<svg onload=x>", "photo.jpg", "no photo"),
        (a_photo()[:300], "broken.jpg", "no photo"),
        (b"GIF89a" + b"\x00" * 40, "moving.png", "no photo"),
        (png_that_claims(60_000, 60_000), "bomb.png", "million pixels"),
        (b"%PDF-1.7 nothing more", "broken.pdf", "cannot be read"),
        (a_photo(), "photo.pdf", "called a PDF"),
        (a_pdf(), "paper.docx", "cannot be read as one"),
        (a_docx(), "table.xlsx", "is none"),
        (a_docx(**{"word/vbaProject.bin": b"x"}), "paper.docx", "macros"),
        (a_pdf(), "words.txt", "holds something else"),
        (b"a\x00b", "words.txt", "holds something else"),
        (b"sch\xf6n", "words.txt", "not UTF-8"),
        (b"", "words.txt", "empty"),
        (b"x" * 10_000_001, "words.txt", "10 MB"),
    ],
)
def test_what_may_not_come_is_refused_in_words(content: bytes, name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match=words):
        take(content, name, tmp_path)
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_a_bomb_of_an_archive_is_refused(tmp_path: Path) -> None:
    bomb = a_docx(**{"word/media/zeros": b"\x00" * 301_000_000})
    assert len(bomb) < 1_000_000
    with pytest.raises(Unfit, match="unpacks to more"):
        take(bomb, "paper.docx", tmp_path)


def test_names_lose_paths_and_marks() -> None:
    assert cleaned("../../etc/passwd.txt") == "passwd.txt"
    assert cleaned("C:\\Users\\Amal\\plan.pdf") == "plan.pdf"
    assert cleaned("plan\u202efdp.exe.pdf") == "planfdp.exe.pdf"
    assert cleaned("a\x00\r\n\tb.txt") == "ab.txt"
    assert cleaned('<img src=x onerror="1">.csv') == "-img src=x onerror=-1--.csv"
    assert cleaned("مرحبا 你好.pdf") == "مرحبا 你好.pdf"
    assert len(cleaned("x" * 900 + ".pdf")) == 100
    assert cleaned("x" * 900 + ".pdf").endswith(".pdf")
    assert cleaned("..") == cleaned("") == ""


def test_a_document_has_a_copy_that_names_nobody(tmp_path: Path) -> None:
    paper = take(a_pdf(), "paper.pdf", tmp_path)
    assert paper.cleaned
    with pikepdf.open(paper.content) as whole, pikepdf.open(paper.cleaned) as clean:
        assert str(whole.docinfo["/Author"]) == "Amal Said"
        assert "/Info" not in clean.trailer or "/Author" not in clean.docinfo
        assert "/Metadata" not in clean.Root
    assert b"Amal" not in paper.cleaned.read_bytes()
    text = take(a_docx(), "paper.docx", tmp_path)
    assert text.cleaned
    with zipfile.ZipFile(text.cleaned) as clean_parts:
        parts = {name: clean_parts.read(name) for name in clean_parts.namelist()}
    assert b"Words" in parts["word/document.xml"]
    assert not [name for name, content in parts.items() if b"Amal" in content]


# On pages


@pytest.fixture
def idea(database: Database, cast: Cast) -> Idea:
    with database.writing() as db:
        made: Idea = an_idea(db, cast.process, cast.amal, stage=Stage.SUBMITTED)
    return made


def say(browser: Browser, words: str, *files: tuple[str, bytes], **more: Any) -> Any:
    sent = {f"file_{place}": (name, content) for place, (name, content) in enumerate(files, 1)}
    fields = {"words": words, "key": browser.key("/ideas/1", "/talk/idea:1"), **more}
    return browser.http.post("/talk/idea:1", data=fields, files=sent)


def test_a_comment_with_a_photo_and_a_file(cast: Cast, idea: Idea, as_: As, database: Database, tmp_path: Path) -> None:
    zaid = as_(cast.zaid)
    answer = say(
        zaid, "Look", ("IMG.HEIC", HEIC), ("Counts.csv", b"day,n\nFri,=1+1\n"), alt_1="The rope, seen from above"
    )
    assert answer.status_code == 303
    page = as_(cast.sami).get("/ideas/1").text
    assert '<img src="/files/1/preview" alt="The rope, seen from above" width="64" height="32"' in page
    assert "Counts.csv" in page
    photo = as_(cast.gita).get("/files/1/photo")
    assert photo.status_code == 404, "a guest who was not invited"
    photo = as_(cast.sami).get("/files/1/photo")
    assert (photo.headers["content-type"], photo.headers["content-disposition"]) == ("image/jpeg", "inline")
    assert SECRET not in photo.content
    table = as_(cast.sami).get("/files/2")
    assert table.content == b"day,n\nFri,=1+1\n"
    assert table.headers["content-disposition"] == "attachment; filename*=UTF-8''Counts.csv"
    for one in (photo, table):
        assert one.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["cache-control"] == "private, no-cache"
    again = as_(cast.sami).get("/files/2", headers={"if-none-match": table.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert as_(cast.sami).get("/files/2/photo").status_code == 404, "nothing but photos is shown in place"
    assert as_(None).get("/files/2").status_code == 303
    assert as_(cast.sami).get("/files/99").status_code == 404
    assert list((tmp_path / "incoming").iterdir()) == [], "what was looked at is gone"


def test_a_photo_without_words_comes_back(cast: Cast, idea: Idea, as_: As, database: Database, tmp_path: Path) -> None:
    zaid = as_(cast.zaid)
    answer = say(zaid, "Typed with care", ("a.jpg", a_photo()), alt_1=" ")
    assert answer.status_code == 422
    assert "Typed with care" in answer.text
    assert "Say what the photo shows" in answer.text
    assert "Choose the file again" in answer.text
    answer = say(zaid, "Typed with care", ("a.svg", b"<svg/>"))
    assert answer.status_code == 422
    assert "of a kind that is not kept" in answer.text
    with database.reading() as db:
        assert db.scalars(select(File)).all() == []
    assert not list(tmp_path.glob("files/*/*")), "nothing went to the store"


def test_who_is_not_signed_in_has_nothing_looked_at(as_: As, cast: Cast, idea: Idea, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.talk.files.receiving.taken_in", lambda *_: pytest.fail("looked at"))
    sent = {"file_1": ("a.jpg", a_photo())}
    assert as_(None).http.post("/talk/idea:1", data={"words": "x"}, files=sent).status_code == 401


def test_more_than_fits_is_refused_while_it_comes(as_: As, cast: Cast, idea: Idea) -> None:
    zaid = as_(cast.zaid)
    assert say(zaid, "x", ("a.txt", b"x" * 10_000_001)).status_code == 422
    assert say(zaid, "x", ("a.txt", b"x" * 33_000_000)).status_code == 413


def test_a_file_taken_down_or_on_a_hidden_comment_opens_for_few(cast: Cast, idea: Idea, as_: As) -> None:
    zaid, sami, noor = as_(cast.zaid), as_(cast.sami), as_(cast.noor)
    say(zaid, "One", ("a.txt", b"one"))
    say(zaid, "Two", ("b.txt", b"two"))
    assert sami.post("/talk/comments/1/files/1/withdraw").status_code == 403
    assert zaid.post("/talk/comments/2/files/1/withdraw").status_code == 404
    assert zaid.post("/talk/comments/1/files/1/withdraw").status_code == 303
    assert zaid.post("/talk/comments/1/files/1/withdraw").status_code == 409
    assert noor.post("/talk/comments/2/moderation", {"do": "hide", "reason": "No", "version": 1}).status_code == 303
    for number in (1, 2):
        statuses = [browser.get(f"/files/{number}").status_code for browser in (sami, zaid, noor)]
        assert statuses == [404, 200, 200]


def add(browser: Browser, name: str, content: bytes, alt: str = "", idea: int = 1) -> Any:
    page = f"/ideas/{idea}/files"
    fields = {"alt": alt, "key": browser.key(page)}
    return browser.http.post(page, data=fields, files={"file": (name, content)})


def test_a_revision_keeps_the_files_that_it_had(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT)
    amal, noor = as_(cast.amal), as_(cast.noor)
    assert add(amal, "never.txt", b"never").status_code == 303
    assert amal.post("/ideas/1/files/1/withdraw").status_code == 303
    assert add(amal, "first.txt", b"first").status_code == 303
    assert add(amal, "photo.jpg", a_photo()).status_code == 422
    assert add(amal, "photo.jpg", a_photo(), "The rope").status_code == 303
    assert amal.move("/ideas/1", "submit").status_code == 303
    assert amal.get("/ideas/1/files").status_code == 403
    assert amal.post("/ideas/1/files/2/withdraw").status_code == 403
    assert noor.move("/ideas/1", "send_back", "More figures").status_code == 303
    assert noor.post("/ideas/1/files/2/withdraw").status_code == 403
    assert amal.post("/ideas/1/files/2/withdraw").status_code == 303
    assert add(amal, "second.txt", b"second").status_code == 303
    assert amal.move("/ideas/1", "submit").status_code == 303
    shown = {page: noor.get(f"/ideas/1{page}").text for page in ("", "/revisions/1", "/revisions/2")}
    names = {page: {n for n in ("never", "first", "second", "The rope") if n in text} for page, text in shown.items()}
    assert names == {
        "": {"second", "The rope"},
        "/revisions/1": {"first", "The rope"},
        "/revisions/2": {"second", "The rope"},
    }
    assert "taken down since" in shown["/revisions/1"]
    assert [noor.get(f"/files/{number}").status_code for number in range(1, 5)] == [404, 200, 200, 200]
    assert "A file added" in shown[""]


def test_a_drafts_files_are_its_authors_alone(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT)
    assert add(as_(cast.amal), "plan.txt", b"plan").status_code == 303
    for person in (cast.zaid, cast.noor, cast.root, cast.gita):
        assert as_(person).get("/files/1").status_code == 404
        assert as_(person).get("/ideas/1/files").status_code == 404


def test_to_a_blind_reader_a_file_tells_nothing_of_its_writer(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT)
    amal = as_(cast.amal)
    for name, content, alt in (
        ("Amal's drawing.jpg", a_photo(), "The rope"),
        ("Plan by Amal.pdf", a_pdf("Amal"), ""),
        ("Amal.docx", a_docx("Amal"), ""),
    ):
        assert add(amal, name, content, alt).status_code == 303
    amal.move("/ideas/1", "submit")
    say(amal, "A table", ("Amal's table.csv", b"a,b\n"))
    with database.writing() as db:
        db.add(Veil(person_id=cast.sami.id, idea_id=1, round_id=1))
    sami, zaid = as_(cast.sami), as_(cast.zaid)
    for page in ("/ideas/1", "/ideas/1/revisions/1", "/talk/idea:1"):
        assert "Amal" not in sami.get(page).text, page
        assert "Amal" in zaid.get(page).text or page.endswith("1/revisions/1"), "the control"
    page = sami.get("/ideas/1").text
    assert ("File 2.pdf" in page, "File 3.docx" in page, "File 1.csv" in page) == (True, True, True)
    for number in range(1, 5):
        answer = sami.get(f"/files/{number}")
        assert b"Amal" not in answer.content
        assert "Amal" not in str(answer.headers)
    assert "Amal" in zaid.get("/files/2").headers["content-disposition"]
    assert zaid.get("/files/2").content != sami.get("/files/2").content


def test_at_most_twenty_files_on_a_thing(database: Database, cast: Cast, as_: As) -> None:
    with database.writing() as db:
        an_idea(db, cast.process, cast.amal, stage=Stage.DRAFT)
        same = {"about": "idea:1", "kind": "document", "type": "text/plain", "size": 1, "added_by": cast.amal.id}
        for place in range(20):
            db.add(File(**same, place=place, name=f"{place}.txt", sha256="a" * 64))
    assert add(as_(cast.amal), "more.txt", b"more").status_code == 422


# Kept


def test_the_folder_and_the_bucket_keep_by_hash(tmp_path: Path) -> None:
    from obstore.store import MemoryStore

    path = tmp_path / "words"
    path.write_bytes(b"words" * 200_000)
    for store in (Folder(tmp_path / "files"), Bucket("memory:///", MemoryStore())):
        name = store.put(path)
        assert name == digest(path) == store.put(path)
        assert b"".join(store.read(name)) == path.read_bytes()
        assert [one for one, _ in store.names()] == [name]
        for odd in ("../words", "a" * 63, "A" * 64, "a" * 64):
            with pytest.raises(Exception, match="nothing here"):
                store.read(odd)
        store.remove(name)
        assert not store.has(name)
        assert list(store.names()) == []


def test_where_files_lie_is_a_setting(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'pilotage.db'}")
    for address, home in (
        ("", tmp_path / "files"),
        (str(tmp_path / "x"), tmp_path / "x"),
        (f"file://{tmp_path}/y", tmp_path / "y"),
    ):
        store = store_of(settings.model_copy(update={"files_url": address}))
        assert isinstance(store, Folder)
        assert store.home == home
    with pytest.raises(Exception, match="FILES_URL"):
        store_of(settings.model_copy(update={"files_url": "ftp://elsewhere"}))


def test_bytes_that_no_row_names_are_swept_after_a_day(both: Database, tmp_path: Path) -> None:
    store = Folder(tmp_path / "kept")
    for words in ("named", "orphan"):
        (tmp_path / words).write_text(words)
    named, orphan = (store.put(tmp_path / words) for words in ("named", "orphan"))
    from tests.cast import the_cast

    with both.writing() as db:
        cast = the_cast(db)
        same = {"about": "idea:1", "kind": "document", "type": "text/plain", "size": 1, "added_by": cast.amal.id}
        db.add(File(**same, place=1, name="a.txt", sha256="b" * 64, cleaned=named))
    with both.reading() as db:
        assert sweep(db, store) == 0, "a change that puts them may not have committed yet"
    with as_of(now() + timedelta(days=2)), both.reading() as db:
        assert sweep(db, store) == 1
    assert (store.has(named), store.has(orphan)) == (True, False)


def test_whoever_is_erased_takes_their_files_along(database: Database, cast: Cast, idea: Idea, as_: As) -> None:
    say(as_(cast.zaid), "Mine", ("Zaid at home.jpg", a_photo()), alt_1="Zaid")
    with database.writing() as db:
        erase_words(db, cast.zaid.id)
    with database.reading() as db:
        (file,) = db.scalars(select(File)).all()
        assert (file.name, file.alt, file.sha256, file.standing) == ("Photo 1.jpg", "", "", False)
        with as_of(now() + timedelta(days=2)):
            assert sweep(db, store_of(database.known["settings"])) == 2
    for person in (cast.sami, cast.noor):
        assert as_(person).get("/files/1").status_code == 404
