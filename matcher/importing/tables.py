"""One reader of the files that offices produce, CSV, XLSX and JSON Lines: header and rows of plain cells.

Text is UTF-8 (with or without BOM), UTF-16 with BOM (Excel's "Unicode text"), else Windows-1252; the
delimiter is the one most frequent in the header. A line's number is that of a spreadsheet row: the header
is line 1, empty lines count. In JSON it is the line of the file, or the rank in a list.
"""

from pathlib import Path

from matcher.errors import InvalidRequest
from matcher.importing.headers import header_rank
from matcher.importing.layout import HeaderRank, Table, lay_out
from matcher.importing.read_csv import read_csv, refuse_swallowed
from matcher.importing.read_json import read_json
from matcher.importing.read_xlsx import read_xlsx
from matcher.importing.report import Notice

MAX_BYTES = 256 * 2**20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_table(path: Path, rank: HeaderRank = header_rank) -> Table:
    r"""Read any office file into a header and rows.

    Parameters
    ----------
    path
        A CSV, XLSX, JSON or JSON Lines file; its content decides which, not its name.
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
    data = _bytes(path)
    if data.startswith(_OLD_EXCEL):
        raise InvalidRequest(f"{path.name} is in the old Excel format: save it as .xlsx or CSV.")
    if data.startswith(b"PK"):
        grid, notices = read_xlsx(path.name, data, rank)
        table = lay_out(path.name, grid, rank)
    else:
        text, notices = _decoded(path.name, data)
        table = _from_text(path, text, rank)
    table.notices += notices
    if not table.rows:
        raise InvalidRequest(f"{path.name} holds a header and no rows.")
    return table


def _from_text(path: Path, text: str, rank: HeaderRank) -> Table:
    if text.lstrip()[:1] in ("{", "[") or path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return read_json(path.name, text)
    table = lay_out(path.name, read_csv(path.name, text, rank), rank)
    refuse_swallowed(table)
    return table


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidRequest(f"{path.name} is larger than {MAX_BYTES >> 20} MB: split it.")
        data = path.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from error
    if not data.strip(b"\xef\xbb\xbf \r\n\t"):
        raise InvalidRequest(f"{path.name} is empty.")
    return data


def _decoded(name: str, data: bytes) -> tuple[str, list[Notice]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    if b"\x00" in data:
        raise InvalidRequest(f"{name} is not a text file. Give CSV, XLSX or JSON Lines.")
    text, notices = _text(name, data)
    if any(sign in text for sign in ("Ã©", "Ã¨", "â€™", "\ufffd")):
        notices.append(
            Notice(
                "Des accents semblent abîmés (« Ã© ») : réexporter le fichier en UTF-8.",
                "Some accents look damaged ('Ã©'): export the file again as UTF-8.",
            )
        )
    return text, notices


def _text(name: str, data: bytes) -> tuple[str, list[Notice]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise InvalidRequest(
                f"{name} is neither UTF-8 nor Windows-1252 (byte {error.start}). Save it as 'CSV UTF-8'."
            ) from error
    return text, [Notice("Lu en Windows-1252 : ce n'est pas de l'UTF-8.", "Read as Windows-1252: not UTF-8.")]
