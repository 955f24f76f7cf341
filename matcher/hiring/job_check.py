"""Checks the wording of a job offer against the law, from two tables that staff can read.

``job_check_rules.csv`` has the rules with their article; ``job_check_phrases.csv`` has the wordings that each
rule is about, as patterns over the folded text. A wording is left alone where the same sentence holds what
makes it lawful (the column ``unless``): "16 à 29 ans" in an offer of apprenticeship, "sans distinction
d'origine". The check advises; a person decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from matcher.hiring.apprentices import is_apprentices_age
from matcher.hiring.grounds import GroundWording, read_ground_wordings
from matcher.hiring.job_ad import JobAd
from matcher.hiring.place import NO_TOWN, stated_place
from matcher.hiring.titles import one_gender
from matcher.hiring.wordings import FoldedText, Wording, Words, longest, wording_of
from matcher.knowledge import Territory, read_territory, town_in
from matcher.knowledge.tables import Row, read_table
from matcher.language import fold

RULES, PHRASES = "job_check_rules.csv", "job_check_phrases.csv"
_ENGLISH = frozenset(
    [
        "the",
        "and",
        "you",
        "will",
        "with",
        "for",
        "our",
        "are",
        "your",
        "we",
        "have",
        "this",
        "team",
        "work",
        "skills",
        "of",
        "to",
        "in",
        "is",
    ]
)
_FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "des",
        "une",
        "vous",
        "nous",
        "avec",
        "pour",
        "notre",
        "votre",
        "dans",
        "et",
        "du",
        "de",
        "un",
        "est",
        "sur",
        "au",
    ]
)
_LIST_OF_GROUNDS = "JC01"
"""The rule with every ground of discrimination."""
_FEW_WORDS = 12
_CHANCE = 1
"""English words that a French list of skills may hold: "team" in a name, "to" in "peer to peer"."""
_BEFORE = 80
"""Characters before an age that may tell whose it is."""
_WORKPLACE = re.compile(
    r"\b(?i:postes?|basée?s?|située?s?|CDI|CDD|stage|agence|bureaux|locaux|siège|magasin|mission)\b"
    r"[^.\n]{0,40}\sà\s"
    rf"{NO_TOWN}(?=[A-ZÀ-Þ][a-zß-ÿ])"
    rf"|\b(?i:localisation|location|ville|workplace)\s?:\s?{NO_TOWN}(?=[A-ZÀ-Þ][a-zß-ÿ])"
)


class Severity(StrEnum):
    """What a finding asks for."""

    FIX = "fix"
    JUSTIFY = "justify"
    ADVICE = "advice"


_SEVERITIES = {
    "bloquer": Severity.FIX,
    "avertir": Severity.JUSTIFY,
    "recommander": Severity.ADVICE,
    "informer": Severity.ADVICE,
}
_ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of law with its article and the page it was read on."""

    id: str
    severity: Severity
    article: str
    fact_fr: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording that a rule is about, why, and what to write instead."""

    criterion: str
    rule: str
    wording: Wording
    why_fr: str
    why_en: str
    instead_fr: str


NO_WORDS = Words("", 0, 0)
"""What a finding about something missing quotes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at in an offer; ``instead_fr`` is a neutral wording, or what to write."""

    criterion: str
    severity: Severity
    article: str
    words: Words
    why_fr: str
    why_en: str
    instead_fr: str
    source_url: str


@dataclass(frozen=True, slots=True)
class _Required:
    """Something an offer must say: ``stated`` is the field of :class:`JobAd` that is true when it does."""

    stated: str
    rule: str
    criterion: str
    why_fr: str
    why_en: str
    instead_fr: str


_REQUIRED = (
    _Required(
        "dated", "JC13", "date", "L'offre n'est pas datée.", "The offer has no date.", "date de publication"
    ),
    _Required(
        "placed",
        "JC08",
        "lieu",
        "Le lieu de travail manque.",
        "The place of work is missing.",
        "lieu de travail",
    ),
    _Required(
        "contracted",
        "JC08",
        "contrat",
        "La nature du contrat manque.",
        "The kind of contract is missing.",
        "CDI, CDD et sa durée, ou alternance",
    ),
    _Required(
        "pays",
        "JC29",
        "remuneration",
        "La fourchette de salaire manque.",
        "The pay range is missing.",
        "de ... à ... € brut par an",
    ),
)


class JobCheck:
    r"""Finds in an offer what the law forbids, asks to justify or advises against.

    >>> from matcher.hiring import read_job_ad
    >>> check = read_job_check(getfixture("request").config.rootpath / "data")
    >>> ad = read_job_ad("Développeur\nUn profil jeune et dynamique, CDI à Nîmes (30000), 32 k€, le 1er mai.")
    >>> [(found.words.text, found.severity.value) for found in check.findings(ad)]
    [('Développeur', 'fix'), ('jeune et dynamique', 'fix')]
    """

    def __init__(self, rules: list[Rule], phrases: list[Phrase], territory: Territory) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._phrases = phrases
        self._territory = territory

    def findings(self, ad: JobAd) -> list[Finding]:
        """Return what was found, what must be corrected first, then by place; none for a sound offer."""
        wordings = longest(self._wordings(ad))
        found = [*wordings, *self._title(ad), *self._missing(ad), *self._language(ad)]
        return sorted(
            found, key=lambda finding: (_ORDER[finding.severity], finding.words.start, finding.criterion)
        )

    def _wordings(self, ad: JobAd) -> Iterator[Finding]:
        text, title = FoldedText(ad.text), fold(ad.title)
        for phrase in self._phrases:
            for start, words in text.found(phrase.wording):
                before = text.text[max(0, start - _BEFORE) : start]
                if phrase.criterion == "age" and is_apprentices_age(
                    title, text.text, before, fold(words.text)
                ):
                    continue
                why = phrase.why_fr, phrase.why_en
                yield self._finding(phrase.rule, phrase.criterion, why, phrase.instead_fr, words)

    def _title(self, ad: JobAd) -> Iterator[Finding]:
        named = one_gender(ad.title)
        if named is not None:
            word, both = named
            start = max(ad.text.find(word), 0)
            words = Words(word, start, start + len(word))
            why = (
                "L'intitulé ne nomme qu'un sexe : écrire les deux formes, ou (H/F).",
                "The title names one sex alone: write both forms, or (H/F).",
            )
            yield self._finding("JC03", "sexe", why, both, words)

    def _missing(self, ad: JobAd) -> Iterator[Finding]:
        ad = replace(ad, placed=ad.placed or _names_place(ad, self._territory))
        for missing in _REQUIRED:
            if not getattr(ad, missing.stated):
                why = missing.why_fr, missing.why_en
                yield self._finding(missing.rule, missing.criterion, why, missing.instead_fr)

    def _language(self, ad: JobAd) -> Iterator[Finding]:
        words = re.findall(r"[a-z]+", fold(ad.text))
        english = sum(word in _ENGLISH for word in words)
        french = sum(word in _FRENCH for word in words)
        if len(words) >= _FEW_WORDS and english > max(french, _CHANCE):
            why = (
                "Une offre diffusée en France s'écrit en français.",
                "An offer made public in France is written in French.",
            )
            yield self._finding("JC09", "langue", why, "traduire l'offre en français")

    def _finding(
        self, rule_id: str, criterion: str, why: tuple[str, str], instead_fr: str, words: Words = NO_WORDS
    ) -> Finding:
        rule = self._rules[rule_id]
        why_fr, why_en = why
        return Finding(
            criterion, rule.severity, rule.article, words, why_fr, why_en, instead_fr, rule.source_url
        )


def read_job_check(data_dir: Path) -> JobCheck:
    """Read both tables of the folder ``hr`` of the data folder, and its towns.

    NotReady or InvalidRequest name the file and the line of a fault.
    """
    folder = data_dir / "hr"
    rules = read_table(folder / RULES, ("id", "severity", "reference", "fact_fr", "source_url"), _rule)
    known = {rule.id for rule in rules}
    columns = ("criterion", "rule", "pattern", "unless", "why_fr", "why_en", "instead_fr")
    phrases = read_table(folder / PHRASES, columns, lambda row: _phrase(row, known))
    phrases += [_of_ground(one) for one in read_ground_wordings(data_dir) if one.in_offers]
    return JobCheck(rules, phrases, read_territory(data_dir / "reference"))


def _names_place(ad: JobAd, territory: Territory) -> bool:
    """Return whether an offer names a place, by the same reading as a need."""
    if any(stated_place(ad.text, territory)):
        return True
    # A town outside the region is on no list. "à Bordeaux" names one in a title or behind a word for a place
    # of work; elsewhere what follows "à" may be a tool or a person.
    return town_in(ad.title, territory) is not None or _WORKPLACE.search(ad.text) is not None


def _rule(row: Row) -> Rule:
    return Rule(row["id"], _SEVERITIES[row["severity"]], row["reference"], row["fact_fr"], row["source_url"])


def _of_ground(one: GroundWording) -> Phrase:
    """Return words about a person, such as "trop vieux", as a wording of offers."""
    ground = one.ground
    why_fr = f"La loi interdit ce critère : {ground.name_fr}."
    why_en = f"The law forbids this criterion: {ground.name_en}."
    return Phrase(ground.criterion, _LIST_OF_GROUNDS, one.wording, why_fr, why_en, "supprimer")


def _phrase(row: Row, known: set[str]) -> Phrase:
    if row["rule"] not in known:
        raise ValueError(f"the rule '{row['rule']}' is not in {RULES}")
    return Phrase(
        row["criterion"], row["rule"], wording_of(row), row["why_fr"], row["why_en"], row["instead_fr"]
    )
