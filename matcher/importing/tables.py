"""One reader of the files that offices produce: header and rows of plain cells.

CSV, XLSX, the XML and HTML that some programs call ``.xls``, JSON, GeoJSON and JSON-LD. Text is UTF-8 (with
or without BOM), UTF-16 (Excel's "Unicode text") or UTF-32, else Windows-1252; the delimiter is the one most
frequent in the header. A line's number is that of a spreadsheet row: the header is line 1, empty lines count.
In JSON it is the line of the file, or the rank in a list.
"""

import re
import stat
from pathlib import Path

from matcher.importing.columns.headers import header_rank
from matcher.importing.formats import (
    read_csv,
    read_html,
    read_json,
    read_spreadsheet_xml,
    read_xlsx,
    refuse_swallowed,
)
from matcher.importing.layout import HeaderRank, Table, lay_out
from matcher.importing.report import Notice, refusal

MAX_BYTES = 64 * 2**20
"""Of a file: decoded and cut into cells, so much takes some 300 MB."""
_HEAD = 8192
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<meta|<table|<body|<style)", re.IGNORECASE)


def read_table(path: Path, rank: HeaderRank = header_rank) -> Table:
    r"""Read any office file into a header and rows.

    Parameters
    ----------
    path
        The file; its content decides the format, not its name.
    rank
        Says how much a row looks like a header. The default knows the columns of items; who reads other
        files, such as lists of participants, gives a function that knows theirs.

    Returns
    -------
    Table
        Rows in file order, at least one; a row that does not fit under the header has a fault. The notices
        say what was not read: a title above the header, other sheets, a doubtful encoding.

    Raises
    ------
    InvalidRequest
        The file as a whole cannot be read: absent, empty, too large, no table. The message names the file.

    Examples
    --------
    >>> file = getfixture("tmp_path") / "membres.csv"
    >>> _ = file.write_text("sep=,\nListe 2026\nnom,ville\nExemple,Albi\n")
    >>> table = read_table(file)
    >>> table.columns, table.rows[0].line, table.rows[0].cells, table.notices[0].en
    (['nom', 'ville'], 4, ['Exemple', 'Albi'], 'Header read on line 3; above it, not read: Liste 2026.')
    """
    data = read_bytes(path)
    if data.startswith(_OLD_EXCEL):
        raise refusal(
            f"{path.name} est à l'ancien format Excel : l'enregistrer en .xlsx ou en CSV.",
            f"{path.name} is in the old Excel format: save it as .xlsx or CSV.",
        )
    notices: list[Notice] = []
    if data.startswith(b"PK"):
        grid, notices = read_xlsx(path.name, data, rank)
        table = lay_out(path.name, grid, rank)
    elif _SPREADSHEET in data[:_HEAD].replace(b"\0", b""):  # UTF-16 has a zero beside each letter
        table = lay_out(path.name, read_spreadsheet_xml(path.name, data, rank), rank)
    else:
        text, notices = _decoded(path.name, data)
        table = _from_text(path, text, rank)
    table.notices += notices
    if not table.rows:
        raise refusal(
            f"{path.name} contient un en-tête et aucune ligne.", f"{path.name} holds a header and no rows."
        )
    return table


def _from_text(path: Path, text: str, rank: HeaderRank) -> Table:
    if text.lstrip()[:1] in ("{", "[") or path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return read_json(path.name, text)
    if _HTML.match(text):
        return lay_out(path.name, read_html(path.name, text, rank), rank)
    table = lay_out(path.name, read_csv(path.name, text, rank), rank)
    refuse_swallowed(table)
    return table


def read_bytes(path: Path) -> bytes:
    """Return a file's content; InvalidRequest if absent, empty, too large, or no regular file."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) and not path.is_dir():  # a pipe would wait, /dev/zero never end
            raise refusal(f"{path} n'est pas un fichier ordinaire.", f"{path} is not a regular file.")
        if facts.st_size > MAX_BYTES:
            raise refusal(
                f"{path.name} dépasse {MAX_BYTES >> 20} Mo : le diviser.",
                f"{path.name} is larger than {MAX_BYTES >> 20} MB: split it.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise refusal(
            f"{path} ne peut pas être lu : {error.strerror}.", f"{path} cannot be read: {error.strerror}."
        ) from error
    if not data.strip(b"\xef\xbb\xbf \r\n\t"):
        raise refusal(f"{path.name} est vide.", f"{path.name} is empty.")
    return data


_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""Encodings of two or four bytes a letter, by what a file begins with; the longest first."""
_LATIN = (0x0A, 0x0D, *range(0x20, 0x7F), *range(0xC0, 0x100))
_SHIFTED = re.compile(f"[{''.join(chr(code << 8) for code in _LATIN)}]{{6}}")
"""Latin letters, their two bytes exchanged: what UTF-16 reads like once a byte is lost."""
_DAMAGED = Notice(
    "Des signes du fichier sont abîmés (« \ufffd ») : l'enregistrer de nouveau, et comparer ces lignes.",
    "Some signs of the file are damaged ('\ufffd'): save it again, and compare these rows.",
)


def _wide(data: bytes) -> str:
    """Return the encoding of a text of several bytes a letter, by its mark or its zeros; "" for any other."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    head = data[: _HEAD // 2 * 2]
    half = len(head) // 2
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > half * 3 / 4 and not head[1 - first :: 2].count(0):
            return encoding
    return ""


def _refuse_shifted(name: str, text: str) -> None:
    """Refuse a text that lost a byte: nothing after it can be read."""
    if found := _SHIFTED.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise refusal(
            f"{name} est abîmé dès la ligne {line} : un octet manque. L'enregistrer en « CSV UTF-8 ».",
            f"{name} is damaged from line {line} on: a byte is missing. Save it as 'CSV UTF-8'.",
        )


def _decoded(name: str, data: bytes) -> tuple[str, list[Notice]]:
    if wide := _wide(data):
        text = data.decode(wide, errors="replace")
        _refuse_shifted(name, text)
        return text, [_DAMAGED] if "\ufffd" in text else []
    if b"\x00" in data:
        raise refusal(
            f"{name} n'est pas un fichier texte. Donner un CSV, un XLSX ou du JSON.",
            f"{name} is not a text file. Give CSV, XLSX or JSON.",
        )
    text, notices = _text(name, data)
    if _DAMAGED not in notices and any(sign in text for sign in ("Ã©", "Ã¨", "â€™", "\ufffd")):
        notices.append(
            Notice(
                "Des accents semblent abîmés (« Ã© ») : réexporter le fichier en UTF-8.",
                "Some accents look damaged ('Ã©'): export the file again as UTF-8.",
            )
        )
    return text, notices


def _is_utf_8(mended: str) -> bool:
    """Say whether a text is UTF-8 with damage: more signs beyond ASCII were read than were not.

    Text of Windows read as UTF-8 has hardly any that was.
    """
    damaged = mended.count("\ufffd")
    return sum(not sign.isascii() for sign in mended) - damaged > damaged


def _text(name: str, data: bytes) -> tuple[str, list[Notice]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        mended = data.decode("utf-8-sig", errors="replace")
        if _is_utf_8(mended):
            return mended, [_DAMAGED]
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise refusal(
                f"{name} n'est ni en UTF-8 ni en Windows-1252 (octet {error.start}). "
                "L'enregistrer en « CSV UTF-8 ».",
                f"{name} is neither UTF-8 nor Windows-1252 (byte {error.start}). Save it as 'CSV UTF-8'.",
            ) from error
    return text, [
        Notice(
            "Accents lus comme ceux d'Excel sous Windows (Windows-1252) : un coup d'œil aux noms suffit.",
            "Accents are read as those of Excel on Windows (Windows-1252): a glance at the names is enough.",
        )
    ]
