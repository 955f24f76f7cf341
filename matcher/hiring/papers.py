"""Papers on the matching of candidates, from the system's own facts: card, DPIA annex, record, AI file.

They are drafts for the person who answers for the processing: what a person has to decide is marked so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from matcher.hiring.candidates.candidate import CONFIRMED_WITHIN, KEPT_FOR
from matcher.hiring.candidates.gate import Gate
from matcher.hiring.candidates.notice import CURRENT
from matcher.hiring.shortlists.match import CHANCES, LEAST, MODEL, MOST, WEIGHTS
from matcher.hiring.shortlists.relatedness import SUPPORT
from matcher.rights import Processing

PAPERS = ("annexe_aipd.md", "dossier_technique_ia.md", "fiche_modele_et_donnees.md", "registre.md")
_TEMPLATES = Path(__file__).with_name("paper_templates")


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the papers are made from.

    ``release`` is that of the product, ``skills_version`` of the lists of skills; ``processings`` are those
    of the notice, of which the ones that hold candidates are quoted.
    """

    cluster: str
    release: str
    made_on: date
    skills_version: str
    gate: Gate
    processings: Sequence[Processing]


def papers(facts: PaperFacts) -> Mapping[str, str]:
    """Return the texts of the papers in French, Markdown, by file name; the same for the same facts.

    >>> made = papers(PaperFacts("Cluster", "0.1", date(2026, 12, 1), "abc", Gate(), ()))
    >>> sorted(made)
    ['annexe_aipd.md', 'dossier_technique_ia.md', 'fiche_modele_et_donnees.md', 'registre.md']
    """
    held = [one for one in facts.processings if any(map(_is_of_candidates, one.tables))]
    known = {
        "facts": facts,
        "held": held,
        "model": MODEL,
        "notice": CURRENT,
        "weights": {weight.value: value for weight, value in WEIGHTS.items()},
        "chances": CHANCES,
        "support": SUPPORT,
        "least": LEAST,
        "most": MOST,
        "kept_for": KEPT_FOR,
        "confirmed_within": CONFIRMED_WITHIN,
    }
    environment = _environment()
    return {name: environment.get_template(name).render(known) for name in PAPERS}


def _is_of_candidates(table: str) -> bool:
    return table.startswith(("candidate", "shortlist"))


@cache
def _environment() -> Environment:
    # Markdown for a person to complete, never shown by a browser as HTML: nothing to escape.
    return Environment(  # noqa: S701
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
