"""Derives ``matcher/language/roles_fr.tsv``, the gender lexicon, from ESCO and ROME title lists.

Both lists write titles as "masculine / feminine". The two halves are aligned word by word; a pair is kept
when it obeys one of the regular suffix families of French, which drops the lists' typing errors. Titles
without a slash give the nouns that have one form for all (epicene).

The *kind* of a word says how much context :func:`matcher.language.text.neutral` wants before it
touches the word:

``role``     names a person wherever it stands: ``développeuse``
``adj``      also said of things ("stratégie commerciale"): needs a determiner before it, or to open the text
``thing``    also a machine or another thing ("une perceuse"): only when it opens the text
``mod``      an adjective of titles ("principale"): only beside a person
``epicene``  one form for all: ``architecte``; its determiner and adjectives still agree
``head``     stands unchanged before the noun of a title: ``aide``, ``garde``, ``technico``
``title``    a whole title whose genders no rule joins: ``femme de chambre`` -> ``valet de chambre``
``english``  head of an English title: ``data scientist``; the words that may stand before it are ``before``
"""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from functools import cache
from pathlib import Path

from matcher.language.inflection import are_genders
from matcher.language.lexicon import lexicon
from matcher.language.text import neutral

_PERSON_ENDING = re.compile(
    r"(iste|yste|logue|graphe|thérapeute|iatre|naute|aire|nome|ecte|ienne|mètre|pathe|able|plaste|peintre|juge|clown"
    r"|médecin|capitaine|interprète|secrétaire|cadre|pilote|géomètre|concierge|détective|ministre|gendarme|arbitre"
    r"|orfèvre|vétérinaire|thérapeute|chimiste|pédicure|mannequin|membre|coach|juriste|responsable|philosophe|dircom)$"
)
_ENGLISH = re.compile(
    r"^(manager|designer|engineer|scientist|developer|owner|officer|analyst|planner|buyer|trader|master|leader|tester"
    r"|strategist|specialist|administrator|consultant|producer|writer|hunter|steward|coach|lead|hacker|skipper|webmaster"
    r"|merchandiser|performer|reporter|backliner|stylist|artist|editor|devops|architect|evangelist|advocate|recruiter)$"
)
_DOUBTFUL = re.compile(r"(trice|ante|ente|éate|ée|oyenne)$")  # "entreprise utilisatrice", "équipe dirigeante"
_ADJECTIVE = re.compile(
    r"(ale|elle|ive|que|ante|ente|ière|ienne|ine|aine|trice|ère|ète|éate|ée|ouse|oyenne)$"
)
_NOT_TITLE = re.compile(
    r" / |/ |/(expansion|gradation|carton|français|clinicienne)|\""
)  # the slash parts something else
Row = tuple[str, str, str]


@cache
def _judged(section: str) -> frozenset[str]:
    lists = ConfigParser(interpolation=None)
    lists.read(Path(__file__).with_name("roles.ini"), encoding="utf-8")
    return frozenset(lists[section]["words"].split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _column(path: Path, *columns: str) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for column in columns:
                yield from row[column].split("\n")


def aligned(titles: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Nouns and modifiers, ``{feminine: masculine}``: the first word that differs is a title's noun."""
    nouns: dict[str, str] = {}
    modifiers: dict[str, str] = {}
    for title in titles:
        left, slash, right = title.partition("/")
        masculine, feminine = _words(left), _words(right)
        if not slash or "/" in right or len(masculine) > len(feminine):
            continue
        pairs = [(m, f) for m, f in zip(masculine, feminine, strict=False) if m != f and are_genders(m, f)]
        if pairs and masculine[0] != feminine[0]:
            nouns.setdefault(pairs[0][1], pairs[0][0])
            pairs = pairs[1:]
        for m, f in pairs:
            modifiers.setdefault(f, m)
    return nouns, {f: m for f, m in modifiers.items() if f not in nouns}


def fronts(titles: Iterable[str]) -> set[str]:
    """First words of titles that stay while the second changes: "garde moniteur / garde monitrice"."""
    found = set()
    for title in titles:
        masculine, feminine = _words(title.partition("/")[0])[:2], _words(title.partition("/")[2])[:2]
        if len(masculine) == len(feminine) == 2 and masculine[0] == feminine[0]:
            found |= {masculine[0]} if are_genders(masculine[1], feminine[1]) else set()
    return found


def derive(titles: list[str], skills: Iterable[str]) -> list[Row]:
    """Rows ``(form, neutral form, kind)`` in alphabetical order."""
    nouns, modifiers = aligned([*titles, *sorted(_judged("common"))])
    said = [*skills, *(title.partition("/")[0] for title in titles if "/" in title)]
    seen = {word.removesuffix("s") for text in said for word in _words(text)}
    singles = [title for title in titles if title and "/" not in title]
    common = {pair.partition("/")[2] for pair in _judged("common")}
    nouns |= {form: to for form, to in modifiers.items() if form.endswith(("euse", "icienne"))}
    modifiers = {form: to for form, to in modifiers.items() if form not in nouns}
    rows = [(form, to, "mod") for form, to in modifiers.items()]
    for form, to in nouns.items():
        if form in _judged("never"):
            continue
        doubtful = (form in seen and form not in _judged("persons") | common) or form in _judged("things")
        doubtful = doubtful or (bool(_DOUBTFUL.search(form)) and form not in _judged("always persons"))
        kind = (
            "role"
            if not doubtful
            else "adj"
            if _ADJECTIVE.search(form) and form not in _judged("things")
            else "thing"
        )
        rows.append((form, to, kind))
    known = (
        set(nouns) | set(nouns.values()) | set(modifiers) | set(modifiers.values()) | _judged("not epicene")
    )
    first = {_words(t)[0] for t in singles if _words(t)} - known
    front = fronts(titles)
    epicene = {w for w in first | (front - known) if _PERSON_ENDING.search(w)}
    rows += [(w, w, "epicene") for w in epicene]
    rows += [(w, w, "head") for w in front - epicene - set(nouns) - set(nouns.values())]
    english = [words for words in map(_words, singles) if any(map(_ENGLISH.match, words))]
    before: set[str] = set()
    for words in english:
        at = next(i for i, word in enumerate(words) if _ENGLISH.match(word))
        rows.append((words[at], words[at], "english"))
        before.update(words[:at] if at < 3 else ())
    rows += [(w, w, "before") for w in before - set(nouns) - set(nouns.values())]
    return sorted(set(rows))


def irregular(titles: Iterable[str]) -> list[Row]:
    """Whole titles whose two halves the rules leave apart; the lists' typing errors included."""
    rows = set()
    for title in titles:
        masculine, feminine = (neutral(half).lower() for half in _halves(title))
        if masculine != feminine:
            rows.add((feminine, masculine, "title"))
    return sorted(rows)


def _halves(title: str) -> tuple[str, str]:
    """Both genders of a title said once: "chef de quai", "cheffe de quai"; two blanks where unsure."""
    left, _, right = (half.strip() for half in title.partition("/"))
    masculine, feminine = _words(left), _words(right)
    if "/" in right or not masculine or len(feminine) < len(masculine):
        return "", ""
    if len(masculine) == len(feminine) and not _NOT_TITLE.search(title):
        return left, right
    regular = all(m == f or are_genders(m, f) for m, f in zip(masculine, feminine, strict=False))
    ends = [word.end() for word in re.finditer(r"\w+", right)]
    sure = regular and len(feminine) > 1 and not re.search(r"[(\"«]", title)
    return (left + right[ends[len(masculine) - 1] :], right) if sure else ("", "")


def write(esco: Path, rome: Path, out: Path) -> int:
    """Write the lexicon read from the folders ``esco`` and ``rome``; returns the number of rows."""
    titles = list(_column(esco / "occupations_fr.2020.csv.gz", "preferredLabel", "altLabels"))
    titles += _column(rome / "appellations.v4.60.csv.gz", "libelle_appellation_long")
    rows = derive(titles, _column(esco / "skills_fr.2020.csv.gz", "preferredLabel", "altLabels"))
    notice = (
        "# form, neutral form, kind; derived by training/roles.py from ESCO and ROME 4.60 (France Travail,\n"
        "# Licence Ouverte 2.0). This service uses the ESCO classification of the European Commission.\n"
    )
    _save(out, notice, rows)
    lexicon.cache_clear()
    rows += irregular(titles)
    _save(out, notice, rows)
    lexicon.cache_clear()
    return len(rows)


def _save(out: Path, notice: str, rows: list[Row]) -> None:
    out.write_text(notice + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
