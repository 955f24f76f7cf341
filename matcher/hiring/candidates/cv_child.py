"""Reads a CV in a process of its own: a program, run by its path, that sees nothing of the product.

It takes the bytes of a PDF, a DOCX or a text on standard input and writes one line of JSON to standard
output: ``{"text": ..., "dropped": {...}, "pages": n}`` or ``{"refused": code}``. It limits its own memory,
processor time and open files, and may write no file at all, before it imports a parser: what a hostile file
makes of a parser stays in here. It is no module of the package: nothing imports it, and it imports nothing of
the product.
"""

import io
import json
import math
import re
import resource
import sys
import zipfile
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
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
"""Of 1: lighter ink than this on white paper is read by programs alone, as is any ink on its like."""
FAINT = 0.1
"""Ink of less opacity than this is not seen."""
MOST_COMPARED = 5_000_000
"""Characters times rectangles of a page."""
Box = tuple[float, float, float, float]
_EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)
_UNSEEN_MODES = frozenset({3, 7})
"""Text rendering modes of PDF that paint nothing: neither filled nor outlined."""
_OUTLINE_MODES = frozenset({1, 5})
_STYLES = "word/styles.xml"
_TEXT_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


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
    import pdfplumber.page  # noqa: PLC0415
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    _note_how_things_are_painted(pdfplumber.page)
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            # What is declared first: to list a thousand pages takes seconds.
            if _declared_pages(pdf) > MOST_PAGES or len(pdf.pages) > MOST_PAGES:
                raise Refused("pages")
            texts = [_text_of_page(page, dropped) for page in pdf.pages]
            return "\n".join(texts), len(texts)
    except PdfminerException as error:
        raise Refused(_why_unread(error.args, PDFPasswordIncorrect)) from error


def _declared_pages(pdf: Any) -> int:
    from pdfminer.pdftypes import dict_value, resolve1  # noqa: PLC0415  # after the limits

    count = resolve1(dict_value(pdf.doc.catalog.get("Pages", {})).get("Count"))
    return count if isinstance(count, int) else 0


def _why_unread(causes: tuple[object, ...], wrong_password: type[Exception]) -> str:
    """Return the code of what stopped the parser."""
    if any(isinstance(cause, wrong_password) for cause in causes):
        return "locked"
    return "too_heavy" if any(isinstance(cause, MemoryError) for cause in causes) else "broken"


def _text_of_page(page: Any, dropped: Counter[str]) -> str:
    """Return the text of the characters that a reader sees: not tiny, not of the colour under them."""
    boxes = [one for one in page.rects if one["fill"] and one.get("tag") != "veil"]
    covers = boxes + [one for one in page.images if _is_opaque(one)]
    if len(page.chars) > MOST_GLYPHS or len(page.chars) * len(covers) > MOST_COMPARED:
        raise Refused("too_heavy")
    area = tuple(float(side) for side in page.bbox)

    def is_seen(one: dict[str, Any]) -> bool:
        if one.get("object_type") != "char":
            return True
        why = _why_unseen(one, area, covers)
        if why and not one["text"].isspace():
            dropped[why] += 1
        return not why

    visible = page.filter(is_seen)
    text: str = visible.extract_text() or ""
    page.close()
    return text


def _note_how_things_are_painted(reader: Any) -> None:
    """Let the reader of pages note of each thing when it was painted (``mcid``), and how (``tag``).

    pdfminer knows the rendering mode of text and passes it on to nobody, and passes over opacity. The two
    fields that pdfplumber hands out else hold the structure of the document, which nobody asks for here.
    """
    reader.PDFPageInterpreter = _interpreter(reader.PDFPageInterpreter)
    reader.PDFPageAggregatorWithMarkedContent = _device(reader.PDFPageAggregatorWithMarkedContent)


def _interpreter(base: Any) -> Any:
    """Return an interpreter of pages that knows the opacity and the clipping of what is painted."""
    from pdfminer.pdftypes import dict_value, resolve1  # noqa: PLC0415  # after the limits

    class Interpreter(base):  # type: ignore[misc]  # a class that is known after the limits alone
        def init_state(self, ctm: Any) -> None:
            super().init_state(ctm)
            # A form inherits the state in which it is painted; a page begins with none.
            self.graphicstate = self.device.state.copy() if self.device.state else _graphic_state()()

        def do_gs(self, name: Any) -> None:
            known = dict_value(self.resources.get("ExtGState", {}))
            given = dict_value(known.get(getattr(name, "name", ""), {}))
            _set_state(self.graphicstate, {key: resolve1(value) for key, value in given.items()})

        def do_W(self) -> None:  # noqa: N802  # the name of the operator
            points = [pair for step in self.curpath for pair in zip(step[1::2], step[2::2], strict=False)]
            self.graphicstate.clip = _cut(self.graphicstate.clip, _box_of(self.ctm, points))

        do_W_a = do_W  # noqa: N815  # as above

        def do_Do(self, xobjid: Any) -> None:  # noqa: N802  # as above
            self.device.state = self.graphicstate
            super().do_Do(xobjid)

        def do_EI(self, obj: Any) -> None:  # noqa: N802  # as above
            self.device.state = self.graphicstate
            super().do_EI(obj)

    return Interpreter


def _graphic_state() -> Any:
    """Return a graphics state that holds opacity, and the box outside of which nothing is painted."""
    from pdfminer.pdfinterp import PDFGraphicState  # noqa: PLC0415  # after the limits

    class GraphicState(PDFGraphicState):
        opacity: float = 1.0
        is_blended = False
        clip = _EVERYWHERE

        @property
        def is_veil(self) -> bool:
            return self.opacity < 1 or self.is_blended

        def copy(self) -> "GraphicState":
            copied = GraphicState()
            copied.__dict__.update(self.__dict__)
            return copied

    return GraphicState


def _device(base: Any) -> Any:
    """Return a device that notes of each thing when and how it was painted, and cuts it to what is seen."""

    class Device(base):  # type: ignore[misc]  # as above
        painted = 0
        how = ""
        state: Any = None

        def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
            self.state, self.how = graphicstate, _how_painted(textstate.render, graphicstate.opacity)
            super().render_string(textstate, seq, ncs, graphicstate)

        def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
            super().begin_figure(name, bbox, matrix)
            # The frame of a form clips what is in it.
            self.state = self.state.copy()
            self.state.clip = _cut(self.state.clip, self.cur_item.bbox)

        def render_image(self, name: str, stream: Any) -> None:
            self.how = "veil" if self.state.is_veil else ""
            super().render_image(name, stream)

        def paint_path(self, gstate: Any, *args: Any) -> None:
            self.state, self.how = gstate, "veil" if gstate.is_veil else ""
            super().paint_path(gstate, *args)

        def tag_cur_item(self) -> None:
            latest = self.cur_item._objs[-1:]  # as the base does
            if latest and not hasattr(latest[0], "mcid"):  # else nothing was painted
                self.painted += 1
                self.cur_mcid, self.cur_tag = self.painted, _cut_to(latest[0], self.state.clip) or self.how
                super().tag_cur_item()

    return Device


def _cut_to(item: Any, clip: Box) -> str:
    """Cut a box or a picture to what is seen of it; return "unseen" for a character outside."""
    if not hasattr(item, "get_text"):
        item.set_bbox(_cut(item.bbox, clip))
        return ""
    x, y = (item.x0 + item.x1) / 2, (item.y0 + item.y1) / 2
    return "" if clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3] else "unseen"


def _cut(box: Box, clip: Box) -> Box:
    """Return what of a box is in another; of no size where nothing is."""
    x0, y0 = max(box[0], clip[0]), max(box[1], clip[1])
    return x0, y0, max(x0, min(box[2], clip[2])), max(y0, min(box[3], clip[3]))


def _box_of(matrix: Any, points: list[Any]) -> Box:
    """Return the upright box around the points of a path; everywhere for a path of none."""
    from pdfminer.utils import apply_matrix_pt  # noqa: PLC0415  # after the limits

    if not points:
        return _EVERYWHERE
    across, down = zip(*(apply_matrix_pt(matrix, point) for point in points), strict=True)
    return min(across), min(down), max(across), max(down)


def _set_state(state: Any, given: dict[str, Any]) -> None:
    """Take over what a parameter dictionary says of opacity and of mixing with what is below."""
    if "ca" in given:
        state.opacity = float(given["ca"])
    if "BM" in given:
        state.is_blended = getattr(given["BM"], "name", "") != "Normal"


def _how_painted(mode: int, opacity: float) -> str:
    if mode in _UNSEEN_MODES or opacity < FAINT:
        return "unseen"
    return "outline" if mode in _OUTLINE_MODES else ""


def _why_unseen(char: dict[str, Any], area: tuple[float, ...], covers: list[dict[str, Any]]) -> str:
    """Return why a character is not seen; "" for a visible one. ``covers`` are opaque boxes and pictures."""
    x0, top, x1, bottom = area
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    if char["tag"] == "unseen" or not (x0 <= across <= x1 and top <= down <= bottom):
        return "hidden"
    if char["size"] < TINY_PT:
        return "tiny"
    return _why_covered(char, [one for one in covers if _holds(one, across, down)])


def _why_covered(char: dict[str, Any], around: list[dict[str, Any]]) -> str:
    """Return whether something painted later is over a character, or its ink is of the colour below."""
    if any(one["mcid"] > char["mcid"] for one in around):
        return "hidden"
    # What a picture under it looks like is not known here: the box or the paper below it counts.
    boxes = [one for one in around if one["object_type"] == "rect"]
    return "white" if _is_like_paper(char, boxes) else ""


def _is_opaque(image: dict[str, Any]) -> bool:
    """Return whether a picture hides what is below: it has no mask and no transparency of its own."""
    attributes = image["stream"].attrs
    masked = any(attributes.get(name) for name in ("SMask", "Mask", "ImageMask", "IM"))
    return image.get("tag") != "veil" and not masked


def _is_like_paper(char: dict[str, Any], around: list[dict[str, Any]]) -> bool:
    """Return whether the ink is of the colour of the last box painted around it, or of white paper."""
    ink = _rgb(char["stroking_color" if char["tag"] == "outline" else "non_stroking_color"], (0, 0, 0))
    under = max(around, key=lambda one: int(one["mcid"]), default=None)
    paper = _rgb(under["non_stroking_color"], (0.5, 0.5, 0.5)) if under else (1, 1, 1)
    return _are_alike(ink, paper)


def _are_alike(ink: tuple[float, ...], paper: tuple[float, ...]) -> bool:
    return all(abs(one - other) <= 1 - LIGHT for one, other in zip(ink, paper, strict=True))


def _holds(box: dict[str, Any], across: float, down: float) -> bool:
    return bool(box["x0"] <= across <= box["x1"] and box["top"] <= down <= box["bottom"])


def _rgb(color: Any, unknown: tuple[float, float, float]) -> tuple[float, ...]:
    """Return red, green and blue, each from 0 to 1, of a gray, RGB or CMYK; ``unknown`` for a pattern."""
    parts = tuple(color) if isinstance(color, tuple | list) else (color,)
    if not all(isinstance(part, int | float) for part in parts):
        return unknown
    if len(parts) == 4:  # cyan, magenta, yellow, black
        return tuple(1 - max(part, parts[3]) for part in parts[:3])
    return {1: parts * 3, 3: parts}.get(len(parts), unknown)


def _from_docx(content: bytes, dropped: Counter[str]) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise Refused("broken") from error
    with archive:
        names = _parts_with_text(archive.infolist())
        styles = archive.read(_STYLES) if _STYLES in archive.namelist() else b""
        texts = [archive.read(name) for name in names]
    from defusedxml import DefusedXmlException  # noqa: PLC0415  # after the limits

    try:
        found: str = _beside("cv_docx").text_of(texts, styles, dropped, (TINY_PT, _are_alike))
    except DefusedXmlException as error:
        raise Refused("hostile") from error
    return found


def _beside(name: str) -> Any:
    """Return the module of a file beside this one: this program is run by its path, outside the package."""
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise Refused("broken")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


if __name__ == "__main__":
    sys.exit(main())
