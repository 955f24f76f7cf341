"""Templates against what they are given, and sentences against their translations."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import nodes

import service.pages
from service.pages.environment import MESSAGES, environment
from service.pages.frame import Frame, Page

FOLDER = Path(service.pages.__file__).parent
TEMPLATES = FOLDER / "templates"
PAGES = sorted(Page.__subclasses__(), key=lambda page: page.__name__)
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def _attributes(template: str, name: str) -> set[str]:
    """Return the attributes of ``name`` that a template reads."""
    made = environment("fr")
    tree = made.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    found = tree.find_all(nodes.Getattr)
    return {node.attr for node in found if isinstance(node.node, nodes.Name) and node.node.name == name}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_page_is_given_what_its_template_reads(page: type[Page]) -> None:
    given = {field.name for field in fields(page)}  # type: ignore[arg-type]  # every page is a dataclass
    assert _attributes(page.template, "page") == given


def test_the_frame_is_what_the_base_template_reads() -> None:
    assert _attributes("base.html", "frame") == {field.name for field in fields(Frame)}


def test_every_template_is_used() -> None:
    pages = {page.template for page in PAGES}
    shared = {"base.html", "parts.html"}
    whole = [path for path in TEMPLATES.rglob("*.html") if not path.name.startswith("_")]
    assert {path.relative_to(TEMPLATES).as_posix() for path in whole} == pages | shared


def _sentences() -> Iterator[object]:
    options = {"**/templates/**.html": {"trimmed": "true"}}
    for _, _, sentence, _, _ in extract_from_dir(FOLDER, METHODS, options, keywords=KEYWORDS):
        yield sentence


def test_every_sentence_has_its_english() -> None:
    with MESSAGES.open("rb") as file:
        translated = {message.id: message.string for message in read_po(file) if message.id}
    assert set(translated) == set(_sentences())
    untranslated = [text for text, english in translated.items() if not english or not all(english)]
    assert untranslated == []
