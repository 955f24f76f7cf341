"""A CV is read in a process with limits: what is seen is text, what is hidden goes, bombs are refused."""

import time
import zlib

import pytest

from matcher.hiring.candidates import CvRefused, read_cv
from training.hiring.cv_files import Line, as_docx, as_pdf, assembled, lines_of, zipped

pytestmark = pytest.mark.process  # each CV is read by a process of its own

SEEN = "Développeuse Python, 3 ans de Docker"
WRITERS = {"pdf": as_pdf, "docx": as_docx}
SECONDS = 10


@pytest.mark.parametrize("kind", WRITERS)
def test_the_visible_text_is_read_and_the_rest_dropped_and_counted(kind: str) -> None:
    lines = [Line(SEEN), Line("Kubernetes", gray=1), Line("Terraform", size=1), Line("Rust", gray=0.97)]
    found = read_cv(WRITERS[kind](lines))
    assert found.text.split() == SEEN.split()
    assert found.dropped == {"white": len("KubernetesRust"), "tiny": len("Terraform")}


def drawn(stream: str) -> bytes:
    """A PDF of one page with a state of no opacity, a veil, and what the stream draws.

    ``/Page`` and ``/Corner`` are forms that fill their frame, the page or a corner of it, with white.
    """
    states = "/ExtGState << /G0 << /ca 0 >> /Veil << /ca 0.3 >> >>"
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        f" /Resources << /Font << /F1 5 0 R >> {states} /XObject << /Page 6 0 R /Corner 7 0 R >> >> >>"
    )
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page.encode(),
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream".encode(),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            form("0 0 595 842"),
            form("400 600 500 700"),
        ]
    )


def form(frame: str) -> bytes:
    paint = "1 g 0 0 595 842 re f"
    head = f"<< /Type /XObject /Subtype /Form /BBox [{frame}] /Length {len(paint)} >>"
    return f"{head}\nstream\n{paint}\nendstream".encode()


PYTHON = "BT /F1 12 Tf 50 700 Td (Python) Tj ET"
KUBERNETES = "BT /F1 12 Tf 50 500 Td (Kubernetes) Tj ET"


AROUND_KUBERNETES = "0 490 595 30"
PICTURE = "q 500 0 0 200 0 400 cm BI /W 1 /H 1 /CS /G /BPC 8 {mask}ID A EI Q"
FULL_PICTURE = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID A EI Q"


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (f"{KUBERNETES} {PICTURE.format(mask='')} {PYTHON}", "hidden"),
        (f"{PYTHON} 3 Tr {KUBERNETES}", "hidden"),
        (f"{PYTHON} 7 Tr {KUBERNETES}", "hidden"),
        (f"{PYTHON} /G0 gs {KUBERNETES}", "hidden"),
        (f"q /G0 gs {KUBERNETES} Q {PYTHON}", "hidden"),
        (f"{KUBERNETES} 1 g 0 400 400 200 re f 0 g {PYTHON}", "hidden"),
        (f"0 g 0 400 400 200 re f {KUBERNETES} {PYTHON}", "white"),
        (f"0 g 0 400 400 200 re f 1 g 0 400 400 200 re f {KUBERNETES} 0 g {PYTHON}", "white"),
        (f"{PYTHON} 1 G 1 Tr {KUBERNETES}", "white"),
        (f"{PYTHON} q 0 0 10 10 re W n {KUBERNETES} Q", "hidden"),
        (f"{PYTHON} {KUBERNETES} q {AROUND_KUBERNETES} re W n 1 g 0 0 595 842 re f Q", "hidden"),
        (f"{PYTHON} {KUBERNETES} q 0 0 595 842 re W n {PICTURE.format(mask='')} Q", "hidden"),
    ],
)
def test_text_that_a_pdf_paints_out_of_sight_is_dropped(stream: str, why: str) -> None:
    found = read_cv(drawn(stream))
    assert (found.text.split(), found.dropped) == (["Python"], {why: len("Kubernetes")})


@pytest.mark.parametrize(
    "stream",
    [
        f"0.1 0.2 0.4 rg 0 400 400 200 re f 1 g {KUBERNETES} 0 g {PYTHON}",
        f"{KUBERNETES} {PYTHON} /Veil gs 1 1 0 rg 0 400 400 200 re f",
        f"{KUBERNETES} {PYTHON} {PICTURE.format(mask='/IM true ')}",
        f"{KUBERNETES} {PYTHON} /Veil gs {PICTURE.format(mask='')}",
        f"{PICTURE.format(mask='')} {KUBERNETES} {PYTHON}",
        f"{KUBERNETES} {PYTHON} q 400 600 100 100 re W n {FULL_PICTURE} Q",
        f"{KUBERNETES} {PYTHON} q 400 650 m 400 700 500 700 500 650 c 500 600 400 600 400 650 c h W* n"
        f" {FULL_PICTURE} Q",
        f"{KUBERNETES} {PYTHON} q .5 0 0 .5 300 0 cm 200 1200 200 200 re W n 1 g -600 0 1190 1684 re f Q",
        f"q 400 600 100 100 re W n Q {KUBERNETES} {PYTHON}",
        f"{KUBERNETES} {PYTHON} /Corner Do",
    ],
    ids=[
        "white on a dark column",
        "under a veil",
        "under a mask",
        "under a faint picture",
        "on a picture",
        "beside a cropped picture",
        "beside a round picture",
        "beside a cropped box",
        "after a clip that ended",
        "beside a box that a form crops",
    ],
)
def test_text_that_is_seen_on_a_box_or_through_one_is_read(stream: str) -> None:
    found = read_cv(drawn(stream))
    assert (sorted(found.text.split()), found.dropped) == (["Kubernetes", "Python"], {})


def test_a_form_is_painted_in_the_state_of_its_page() -> None:
    found = read_cv(drawn(f"{KUBERNETES} {PYTHON} q /Veil gs /Page Do Q q 400 600 100 100 re W n /Page Do Q"))
    assert sorted(found.text.split()) == ["Kubernetes", "Python"]
    assert read_cv(drawn(f"{KUBERNETES} /Page Do {PYTHON}")).dropped == {"hidden": len("Kubernetes")}


def test_hidden_text_of_a_docx_is_dropped() -> None:
    found = read_cv(as_docx([Line(SEEN), Line("Kubernetes", vanish=True)]))
    assert (found.text.split(), found.dropped) == (SEEN.split(), {"hidden": len("Kubernetes")})


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="character" w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Pale"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Pale"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Dust"><w:basedOn w:val="Dust"/>
 <w:rPr><w:sz w:val="4"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Band"><w:basedOn w:val="Pale"/>
 <w:pPr><w:shd w:fill="102040"/></w:pPr></w:style>
"""


def document(body: str) -> bytes:
    """A DOCX of one body with :data:`STYLES`."""
    root = f'xmlns:w="{WORDS}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:s="x"'
    return zipped(
        {
            "word/styles.xml": f"<w:styles {root}>{STYLES}</w:styles>",
            "word/document.xml": f"<w:document {root}><w:body>{body}</w:body></w:document>",
        }
    )


def paragraph(text: str, style: str = "", run: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("hidden", "why"),
    [
        (paragraph("Kubernetes", run='<w:rStyle w:val="Ghost"/>'), "hidden"),
        (paragraph("Kubernetes", "Pale"), "white"),
        (paragraph("Kubernetes", "Child"), "white"),
        (paragraph("Kubernetes", "Dust"), "tiny"),
        (paragraph("Kubernetes", "Band", '<w:color w:val="102040"/>'), "white"),
        (paragraph("Kubernetes", run='<w:highlight w:val="white"/><w:color w:val="FEFEFE"/>'), "white"),
    ],
)
def test_text_that_a_style_of_a_docx_hides_is_dropped(hidden: str, why: str) -> None:
    found = read_cv(document(paragraph(SEEN) + hidden))
    assert (found.text.split(), found.dropped) == (SEEN.split(), {why: len("Kubernetes")})


PALE = paragraph("Kubernetes", "Pale")


@pytest.mark.parametrize(
    "shown",
    [
        paragraph("Kubernetes", "Band"),
        paragraph("Kubernetes", "Pale", '<w:color w:val="auto"/>'),
        paragraph("Kubernetes", run='<w:rStyle w:val="Ghost"/><w:vanish w:val="0"/>'),
        f'<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="203040"/></w:tcPr>{PALE}</w:tc></w:tr></w:tbl>',
        '<w:p><w:r><s:wsp><s:spPr><a:solidFill><a:schemeClr val="accent1"/></a:solidFill></s:spPr>'
        f"<s:txbx>{PALE}</s:txbx></s:wsp></w:r></w:p>",
        paragraph("Kubernetes", "Pale", '<w:highlight w:val="darkBlue"/>'),
    ],
    ids=[
        "paragraph on a band",
        "ink set back",
        "shown again",
        "dark cell",
        "shape of a theme",
        "highlighted",
    ],
)
def test_white_text_of_a_docx_on_a_dark_band_is_read(shown: str) -> None:
    found = read_cv(document(shown))
    assert (found.text.split(), found.dropped) == (["Kubernetes"], {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_plain_text_is_read_in_the_encodings_of_offices(encoding: str) -> None:
    assert read_cv(SEEN.encode(encoding)).text.strip("\ufeff") == SEEN


def test_the_text_of_a_cv_is_in_no_representation() -> None:
    assert "Python" not in repr(read_cv(SEEN.encode()))


def bomb_pdf() -> bytes:
    """A few kilobytes that become 600 MB."""
    inner = zlib.compressobj(1)
    chunks = [inner.compress(bytes(1_000_000)) for _ in range(600)]
    stream = zlib.compress(b"".join([*chunks, inner.flush()]))
    head = f"<< /Length {len(stream)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return assembled([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, head + stream + b"\nendstream"])


def locked_pdf() -> bytes:
    content = as_pdf(lines_of(SEEN))
    lock = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + b"x" * 32 + b") /U (" + b"y" * 32 + b") /P -4 >> "
    )
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R /ID [(a)(a)] " + lock)


XXE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><w:document xmlns:w="x">&x;</w:document>'
LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<w:document xmlns:w="x">&b;</w:document>'
)
HOSTILE = {
    "bomb": (bomb_pdf, "too_heavy"),
    "pages": (lambda: as_pdf([Line("Python")] * 50_000), "pages"),
    "locked": (locked_pdf, "locked"),
    "broken": (lambda: as_pdf(lines_of(SEEN))[:200], "broken"),
    "no PDF": (lambda: b"%PDF-1.7 nothing", "broken"),
    "external entity": (lambda: zipped({"word/document.xml": XXE}), "hostile"),
    "a billion laughs": (lambda: zipped({"word/document.xml": LAUGHS}), "hostile"),
    "zip bomb": (lambda: zipped({"word/document.xml": "0" * 25_000_000}), "too_heavy"),
    "thousand parts": (lambda: zipped({f"word/{n}.xml": "" for n in range(1_000)}), "too_heavy"),
    "no document": (lambda: zipped({"xl/workbook.xml": "<a/>"}), "unknown"),
    "deep XML": (lambda: zipped({"word/document.xml": "<a>" * 150_000}), "broken"),
    "an image": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(200), "unknown"),
    "nothing": (lambda: b" \n", "empty"),
    "only white": (lambda: as_pdf([Line("Python", gray=1)]), "empty"),
    "large": (lambda: b"a" * 5_000_001, "size"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_time_with_a_sentence(name: str) -> None:
    make, code = HOSTILE[name]
    content = make()
    start = time.monotonic()
    with pytest.raises(CvRefused) as refused:
        read_cv(content)
    assert time.monotonic() - start < SECONDS + 1
    assert refused.value.code == code
    assert len(str(refused.value)) > 30
    assert len(refused.value.french) > 30


def test_a_reader_that_takes_too_long_is_ended() -> None:
    with pytest.raises(CvRefused) as refused:
        read_cv(SEEN.encode(), deadline_s=0.01)
    assert refused.value.code == "too_heavy"
