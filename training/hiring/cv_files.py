"""CVs as files, written by hand: the smallest PDF and DOCX that readers of CVs accept."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_PAGE_HEIGHT = 842
_LINES_A_PAGE = 50
_FIRST_LINE = 800
_LINE_PT = 15
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a CV. ``gray`` is its ink from 0 (black) to 1 (white); ``vanish`` hides it (DOCX alone)."""

    text: str
    size: float = 11
    gray: float = 0
    vanish: bool = False


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text in ordinary ink."""
    return [Line(line) for line in text.splitlines()]


def as_pdf(lines: Sequence[Line]) -> bytes:
    """Return a PDF of the lines, fifty a page; signs that Windows-1252 lacks become question marks.

    >>> as_pdf([Line("Python")])[:8]
    b'%PDF-1.4'
    """
    starts = range(0, max(len(lines), 1), _LINES_A_PAGE)
    streams = [zlib.compress(_drawn(lines[start : start + _LINES_A_PAGE])) for start in starts]
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, stream in enumerate(streams):
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 {_PAGE_HEIGHT}]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {first + 2 * number + 1} 0 R >>"
        )
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        objects += [page.encode(), head + stream + b"\nendstream"]
    return assembled(objects)


def assembled(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Return a PDF file of numbered objects, the first of which is its catalogue."""
    content = bytearray(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    content += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    end = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{table}\n%%EOF\n"
    return bytes(content) + end.encode()


def as_docx(lines: Sequence[Line]) -> bytes:
    """Return a DOCX with a paragraph a line.

    >>> as_docx([Line("Python")])[:2]
    b'PK'
    """
    body = "".join(_paragraph(line) for line in lines)
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_NAMESPACE}"><w:body>{body}</w:body>'
        "</w:document>"
    )
    return zipped({"[Content_Types].xml": _TYPES, "word/document.xml": document})


def zipped(parts: dict[str, str]) -> bytes:
    """Return a compressed archive of named texts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def _drawn(lines: Sequence[Line]) -> bytes:
    drawn = ["BT"]
    for number, line in enumerate(lines):
        height = _FIRST_LINE - number * _LINE_PT
        text = line.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn.append(f"/F1 {line.size} Tf {line.gray} g 1 0 0 1 50 {height} Tm ({text}) Tj")
    return "\n".join([*drawn, "ET"]).encode("cp1252", errors="replace")


def _paragraph(line: Line) -> str:
    ink = f"{round(line.gray * 255):02X}" * 3
    properties = f'<w:color w:val="{ink}"/><w:sz w:val="{round(line.size * 2)}"/>'
    if line.vanish:
        properties += "<w:vanish/>"
    text = escape(line.text)
    return f'<w:p><w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
