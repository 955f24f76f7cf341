"""Reads a CV in a process of its own: a program, run by its path, that sees nothing of the product.

It takes the bytes of a PDF, a DOCX or a text on standard input and writes one line of JSON to standard
output: ``{"text": ..., "dropped": {...}, "pages": n}`` or ``{"refused": code}``. It limits its own memory,
processor time and open files, and may write no file at all, before it imports a parser: what a hostile file
makes of a parser stays in here. It is no module of the package: nothing imports it, and it imports nothing of
the product.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections import Counter
from typing import Any

MEMORY_BYTES = 500_000_000
SECONDS = 8
MOST_PAGES = 12
MOST_CHARS = 60_000
MOST_UNZIPPED = 20_000_000
MOST_PARTS = 400
MOST_GLYPHS = 150_000
TINY_PT = 4.0
LIGHT = 0.93
"""Of 1: lighter ink than this on white paper is read by programs alone."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LIGHT_NAMES = frozenset({"white", "auto_white"})


class Refused(Exception):
    """The file is not read; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def main() -> int:
    """Read standard input, write the answer, and return 0; after a crash the parent answers."""
    limit_itself()
    content = sys.stdin.buffer.read()
    try:
        answer = read(content)
    except Refused as refusal:
        answer = {"refused": refusal.code}
    except MemoryError:
        answer = {"refused": "too_heavy"}
    except Exception:  # noqa: BLE001  # parsers raise anything on a damaged file, RecursionError included
        answer = {"refused": "broken"}
    sys.stdout.write(json.dumps(answer))
    return 0


def limit_itself() -> None:
    """Bound memory and processor time; allow no file to be written and no core dump."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))


def read(content: bytes) -> dict[str, Any]:
    """Return the visible text of a CV and how many characters were dropped, by why; Refused for a bad one."""
    dropped: Counter[str] = Counter()
    pages = 1
    if content.startswith(b"%PDF-"):
        text, pages = _from_pdf(content, dropped)
    elif content.startswith(b"PK\x03\x04"):
        text = _from_docx(content, dropped)
    else:
        text = _from_text(content)
    text = _CONTROL.sub("", text)
    if len(text) > MOST_CHARS:
        dropped["beyond"] += len(text) - MOST_CHARS
        text = text[:MOST_CHARS]
    if not text.strip():
        raise Refused("empty")
    return {"text": text, "dropped": dict(dropped), "pages": pages}


def _from_text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("unknown")


def _from_pdf(content: bytes, dropped: Counter[str]) -> tuple[str, int]:
    import pdfplumber  # noqa: PLC0415  # after the limits
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise Refused("pages")
            texts = [_text_of_page(page, dropped) for page in pdf.pages]
            return "\n".join(texts), len(texts)
    except PdfminerException as error:
        raise Refused(_why_unread(error.args, PDFPasswordIncorrect)) from error


def _why_unread(causes: tuple[object, ...], wrong_password: type[Exception]) -> str:
    """Return the code of what stopped the parser."""
    if any(isinstance(cause, wrong_password) for cause in causes):
        return "locked"
    return "too_heavy" if any(isinstance(cause, MemoryError) for cause in causes) else "broken"


def _text_of_page(page: Any, dropped: Counter[str]) -> str:
    """Return the text of the characters that a reader sees: not tiny, not light, on the page."""
    if len(page.chars) > MOST_GLYPHS:
        raise Refused("too_heavy")
    visible = page.filter(lambda one: one.get("object_type") != "char" or not _why_unseen(one, page, dropped))
    text: str = visible.extract_text() or ""
    page.close()
    return text


def _why_unseen(char: dict[str, Any], page: Any, dropped: Counter[str]) -> str:
    """Return why a character is not seen, and count it; "" for a visible one."""
    why = ""
    x0, top, x1, bottom = (float(side) for side in page.bbox)
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    if not (x0 <= across <= x1 and top <= down <= bottom):
        why = "hidden"
    elif char["size"] < TINY_PT:
        why = "tiny"
    elif _is_light(char.get("non_stroking_color")):
        why = "white"
    if why and not char["text"].isspace():
        dropped[why] += 1
    return why


def _is_light(color: Any) -> bool:
    """Return whether ink cannot be seen on white paper; colours are gray, RGB or CMYK, each from 0 to 1."""
    if color is None:
        return False
    parts = tuple(color) if isinstance(color, tuple | list) else (color,)
    if not parts or not all(isinstance(part, int | float) for part in parts):
        return False
    if len(parts) == 4:  # cyan, magenta, yellow, black
        return all(part <= 1 - LIGHT for part in parts)
    return all(part >= LIGHT for part in parts)


def _from_docx(content: bytes, dropped: Counter[str]) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Refused("broken") from error
    with archive:
        names = _parts_with_text(archive.infolist())
        return "\n".join(_text_of_part(archive.read(name), dropped) for name in names)


def _parts_with_text(parts: list[zipfile.ZipInfo]) -> list[str]:
    """Return the names of the parts that are read; Refused for an archive that is no document, or a bomb."""
    # The sizes declared are those that zipfile reads at most: it stops there, whatever follows.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNZIPPED:
        raise Refused("too_heavy")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("locked")
    names = sorted(part.filename for part in parts if _TEXT_PARTS.fullmatch(part.filename))
    if "word/document.xml" not in names:
        raise Refused("unknown")
    return names


def _text_of_part(content: bytes, dropped: Counter[str]) -> str:
    from defusedxml import DefusedXmlException  # noqa: PLC0415  # after the limits
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Refused("hostile") from error
    return "\n".join(_text_of_paragraph(paragraph, dropped) for paragraph in root.iter(f"{_WORD}p"))


def _text_of_paragraph(paragraph: Any, dropped: Counter[str]) -> str:
    return "".join(_text_of_run(run, dropped) for run in paragraph.iter(f"{_WORD}r"))


def _text_of_run(run: Any, dropped: Counter[str]) -> str:
    signs: list[str] = []
    for child in run:
        if child.tag == f"{_WORD}t":
            signs.append(child.text or "")
        elif child.tag in {f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"}:
            signs.append("\t" if child.tag.endswith("tab") else "\n")
    text = "".join(signs)
    why = _why_run_unseen(run.find(f"{_WORD}rPr"))
    if why:
        dropped[why] += sum(not sign.isspace() for sign in text)
        return ""
    return text


def _why_run_unseen(properties: Any) -> str:
    if properties is None:
        return ""
    for name in ("vanish", "webHidden"):
        found = properties.find(f"{_WORD}{name}")
        if found is not None and found.get(f"{_WORD}val", "true") not in {"false", "0", "off"}:
            return "hidden"
    size = properties.find(f"{_WORD}sz")
    if size is not None and _number(size.get(f"{_WORD}val", "")) / 2 < TINY_PT:
        return "tiny"
    color = properties.find(f"{_WORD}color")
    if color is not None and _is_light_hex(color.get(f"{_WORD}val", "")):
        return "white"
    return ""


def _is_light_hex(value: str) -> bool:
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return value.lower() in _LIGHT_NAMES
    return all(int(value[at : at + 2], 16) / 255 >= LIGHT for at in (0, 2, 4))


def _number(value: str) -> float:
    """Return the size in half points; a size that is none counts as an ordinary one."""
    return float(value) if re.fullmatch(r"\d{1,4}(?:\.\d+)?", value) else 24.0


if __name__ == "__main__":
    sys.exit(main())
