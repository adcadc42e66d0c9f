"""The process that opens a stranger's file: `python -m app.talk.files.reader`, started by reading.py.

It knows no secrets, has bounded memory, processor time and output, and answers with one line of JSON: what the file
is, or `unfit` with its sentence. A photo is drawn anew in two sizes, without anything that a camera wrote beside it;
a document gets a copy without what its properties say of people.
"""

import io
import json
import re
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

from app.talk.files.kinds import PHOTO, Unfit

LARGE, SMALL = 2048, 480
PIXELS = 110 * 1000 * 1000
UNPACKED = 300 * 1000 * 1000
MEMBERS = 5000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # a JPEG of several pictures is opened as its first
BROKEN = "The photo cannot be read: it is damaged, or no photo."
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
ODF = {b"application/vnd.oasis.opendocument." + word for word in (b"text", b"spreadsheet", b"presentation")}
MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|object|embed|meta|link|style)\b", re.I)
# In the parts of office files: who wrote, who changed, who remarked.
NAMING = re.compile(rb'((?:\w+:)?(?:author|initials|lastEditedUserName|displayName|userId|providerId))="[^"]*"', re.I)
REMARKS = re.compile(rb"(<(?:\w+:)?(?:creator|author|initial-creator)>)[^<]*(?=</)", re.I)
PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
EMPTY = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"/>',
}


def bound(memory: int, seconds: int) -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 60 * 1000 * 1000, 60 * 1000 * 1000),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def photo(path: Path, folder: Path) -> dict[str, Any]:
    """Two fresh drawings of the first frame, upright, in sRGB."""
    import pi_heif
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # ours is asked before anything is unpacked
    try:
        with Image.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS:
                raise Unfit(f"The photo has more than {PIXELS // 10**6} million pixels.")
            if opened.format in ("JPEG", "MPO"):
                opened.draft("RGB", (LARGE * 2, LARGE * 2))
            upright: Any = ImageOps.exif_transpose(opened)
            large = smaller(in_srgb(upright), LARGE)
    except Unfit:
        raise
    except MemoryError:
        raise Unfit("The photo needs more memory to be read than there is for one.") from None
    except Exception:
        raise Unfit(BROKEN) from None
    see_through = large.mode == "RGBA"
    ending, told = ("webp", "image/webp") if see_through else ("jpg", "image/jpeg")
    how: dict[str, Any] = {"quality": 88, "method": 4} if see_through else {"quality": 86, "optimize": True}
    for name, drawing in (("large", large), ("small", smaller(large, SMALL))):
        bare(drawing).save(folder / name, format="WEBP" if see_through else "JPEG", **how)
    return {"type": told, "ending": ending, "width": large.width, "height": large.height}


def in_srgb(image: Any) -> Any:
    """Colours as every screen shows them; phones write wider ones."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    target = "RGBA" if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info else "RGB"
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA" if target == "RGBA" else "RGB") if image.mode != "CMYK" else image
    if profile and image.mode in ("RGB", "RGBA"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    image = image.convert(target)
    return image.convert("RGB") if target == "RGBA" and image.getextrema()[3][0] == 255 else image


def smaller(image: Any, side: int) -> Any:
    from PIL import Image

    copy = image.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def bare(image: Any) -> Any:
    """The pixels and nothing else: no camera's notes, no place, no comment, no profile."""
    from PIL import Image

    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def pdf(path: Path, folder: Path) -> None:
    import pikepdf

    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Unfit("The file is called a PDF and is none.")
    try:
        with pikepdf.open(path) as document:
            if "/Info" in document.trailer:
                del document.trailer["/Info"]
            if "/Metadata" in document.Root:
                del document.Root["/Metadata"]
            for page in document.pages:
                for note in page.get("/Annots", []):
                    for key in ("/T", "/NM"):
                        if key in note and note.get("/Subtype") != "/Widget":
                            del note[key]
            document.save(folder / "cleaned", deterministic_id=True)
    except pikepdf.PasswordError:
        raise Unfit("The PDF asks for a password. Save it without one and choose it again.") from None
    except pikepdf.PdfError:
        raise Unfit("The PDF cannot be read: it is damaged, or no PDF.") from None


def office(path: Path, folder: Path, kind: str) -> None:
    """An office file is a zip archive with a part that names its kind, and without programs."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            check_archive(archive, kind)
            with zipfile.ZipFile(folder / "cleaned", "w", zipfile.ZIP_DEFLATED) as copy:
                for name in names:
                    how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                    copy.writestr(zipfile.ZipInfo(name), without_names(name, archive.read(name)), how)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError):
        raise Unfit(f"The file is called .{kind} and cannot be read as one.") from None


def check_archive(archive: zipfile.ZipFile, kind: str) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MEMBERS or sum(part.file_size for part in parts) > UNPACKED:
        raise Unfit("The file unpacks to more than can be looked at.")
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("Basic/") for name in names):
        raise Unfit("The file holds macros. Save it without them and choose it again.")
    if kind == "odf":
        if "mimetype" not in names or archive.read("mimetype").strip() not in ODF:
            raise Unfit("The file is called an OpenDocument file and is none.")
    elif not {"[Content_Types].xml", PARTS[kind]} <= names:
        raise Unfit(f"The file is called .{kind} and is none.")


def without_names(name: str, content: bytes) -> bytes:
    if name in EMPTY:
        return EMPTY[name]
    if name.startswith(("docProps/thumbnail", "Thumbnails/")):
        return b""
    if name.endswith((".xml", ".rels")):
        return REMARKS.sub(rb"\1", NAMING.sub(rb'\1=""', content))
    return content


def text(path: Path, folder: Path) -> None:
    import filetype

    content = path.read_bytes()
    if b"\x00" in content or filetype.guess(content[:8192]) is not None:
        raise Unfit("The file is called text and holds something else.")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unfit("The text is not UTF-8. Save it as UTF-8 and choose it again.") from None
    if MARKUP.search(content[:4096]):
        raise Unfit("The file is called text and holds a web page or a drawing.")


def look(path: Path, kind: str, folder: Path) -> dict[str, Any]:
    if kind == PHOTO:
        return photo(path, folder)
    {"pdf": pdf, "text": text}.get(kind, lambda one, to: office(one, to, kind))(path, folder)
    return {}


def main() -> None:
    ask = json.loads(sys.argv[1])
    bound(ask["memory"], ask["seconds"])
    try:
        answer = look(Path(ask["path"]), ask["kind"], Path(ask["folder"]))
    except Unfit as why:
        answer = {"unfit": why.sentence}
    except MemoryError:
        answer = {"unfit": "The file needs more memory to be read than there is for one."}
    print(json.dumps(answer))  # noqa: T201 - the answer of this process


if __name__ == "__main__":
    main()
