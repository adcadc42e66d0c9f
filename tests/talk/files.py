"""Files as people choose them: photos with what a camera writes into them, documents with their writers' names."""

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pikepdf
from PIL import Image

# 64 by 32 pixels, blue left and red right, with "taken at home" and a place in its EXIF; made by libheif.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAD0AAgAAAAACHwABAAAAAAAAAHQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAA"
    "ABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAuW1kYXQAAAA5KAGvWOb06r//7+15H5OPf/Lrn1f/Nz6/7efa/rQUDVaJatGTZx3c"
    "PHBO734rwf6aN46bSOdNsKuAAAAABkV4aWYAAE1NACoAAAAIAAIBDgACAAAADgAAACaIJQAEAAAAAQAAADQAAAAAdGFrZW4gYXQg"
    "aG9tZQAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAUgAAAAAAAAA0AAAAAQAAAB8AAAABAAAADAAAAAE="
)
SECRET = b"taken at home"


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (640, 320), *, turned: bool = False, **how: Any) -> bytes:
    """Blue left, red right; with a place and words in its EXIF. turned: on its side, with a mark that says so."""
    image = Image.new(how.pop("mode", "RGB"), size, (200, 30, 30))
    image.paste((20, 40, 200), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    if turned:
        exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, kind, exif=exif.tobytes(), **how)
    return out.getvalue()


def a_pdf(author: str = "Amal Said") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Author"] = author
        with document.open_metadata() as told:
            told["dc:creator"] = [author]
        document.save(out)
    return out.getvalue()


def a_docx(author: str = "Amal Said", **more: bytes) -> bytes:
    parts: Mapping[str, bytes] = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": f'<w:document><w:ins w:author="{author}">Words</w:ins></w:document>'.encode(),
        "docProps/core.xml": f"<cp:coreProperties><dc:creator>{author}</dc:creator></cp:coreProperties>".encode(),
        **more,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
