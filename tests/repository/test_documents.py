"""The documents: decision records follow one form, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.repository.modules import ROOT, name_of

DECISIONS = ROOT / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_when_and_whether_it_holds(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert len(lines) <= 41
    assert max(map(len, lines)) <= 130
    assert re.fullmatch(rf"# {path.name[:4]} .+[^.]", lines[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d · (proposed|accepted|superseded).*", lines[2])


def test_the_index_of_decisions_says_what_the_records_say() -> None:
    rows = []
    for path in RECORDS:
        title, _, state = path.read_text(encoding="utf-8").split("\n")[:3]
        number, name = title.removeprefix("# ").split(" ", 1)
        date, status = state.split(" · ")
        rows.append(f"| [{number}]({path.name}) | {name} | {date} | {status} |")
    index = (DECISIONS / "README.md").read_text(encoding="utf-8").split("\n")
    assert [line for line in index if line.startswith("| [")] == rows


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_between_files_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
