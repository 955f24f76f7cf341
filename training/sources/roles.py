"""Derives ``matcher/language/roles_fr.tsv``, the gender lexicon, from ESCO and ROME title lists.

Both lists write titles as "masculine / feminine". The two halves are aligned word by word; a pair is kept
when it obeys one of the regular suffix families of French, which drops the lists' typing errors. Titles
without a slash give the nouns that have one form for all (epicene).

The *kind* of a word says how much context :func:`matcher.language.analyser.neutral` wants before it
touches the word:

``role``     names a person at any place: ``développeuse``
``adj``      also said of things ("stratégie commerciale"): needs a determiner before it, or to open the text
``thing``    also a machine or another thing ("une perceuse"): only when it opens the text
``mod``      an adjective of titles ("principale"): only beside a person
``epicene``  one form for all: ``architecte``; its determiner and adjectives still agree
``head``     is unchanged before the noun of a title: ``aide``, ``garde``, ``technico``
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

from matcher.language.analyser import neutral
from matcher.language.inflection import are_genders
from matcher.language.lexicon import lexicon

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
_BRACKET = re.compile(r"[(\"«]")
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
    """Return nouns and modifiers, ``{feminine: masculine}``; a title's first differing word is its noun."""
    nouns: dict[str, str] = {}
    modifiers: dict[str, str] = {}
    for title in titles:
        left, slash, right = title.partition("/")
        masculine, feminine = _words(left), _words(right)
        if not slash or "/" in right or len(masculine) > len(feminine):
            continue
        pairs = _differing(masculine, feminine)
        if pairs and masculine[0] != feminine[0]:
            m, f = pairs.pop(0)
            nouns.setdefault(f, m)
        for m, f in pairs:
            modifiers.setdefault(f, m)
    return nouns, {f: m for f, m in modifiers.items() if f not in nouns}


def _differing(masculine: list[str], feminine: list[str]) -> list[tuple[str, str]]:
    """Return the words of both halves that are the two genders of one word."""
    pairs = zip(masculine, feminine, strict=False)
    return [(m, f) for m, f in pairs if m != f and are_genders(m, f)]


def fronts(titles: Iterable[str]) -> set[str]:
    """Return first words of titles that stay while the second changes: "garde moniteur / garde monitrice"."""
    found = set()
    for title in titles:
        left, _, right = title.partition("/")
        masculine, feminine = _words(left)[:2], _words(right)[:2]
        same_front = len(masculine) == len(feminine) == 2 and masculine[0] == feminine[0]
        if same_front and are_genders(masculine[1], feminine[1]):
            found.add(masculine[0])
    return found


def derive(titles: list[str], skills: Iterable[str]) -> list[Row]:
    """Return the rows ``(form, neutral form, kind)`` in alphabetical order.

    Parameters
    ----------
    titles
        Titles of both lists, "masculine / feminine" or one form for all.
    skills
        Texts on things: a word that occurs in them is not always a person.
    """
    nouns, modifiers = _nouns_and_modifiers(titles)
    rows = [(form, to, "mod") for form, to in modifiers.items()]
    rows += _noun_rows(nouns, _words_of_things(titles, skills))
    genders = {*nouns, *nouns.values()}
    known = genders | set(modifiers) | set(modifiers.values()) | _judged("not epicene")
    singles = [_words(title) for title in titles if title and "/" not in title]
    rows += _one_form_rows(singles, fronts(titles), genders, known)
    rows += _english_rows(singles, genders)
    return sorted(set(rows))


def _one_form_rows(titles: list[list[str]], front: set[str], genders: set[str], known: set[str]) -> list[Row]:
    """Return nouns that have one form for all, and words that open a title and stay unchanged."""
    first = {words[0] for words in titles if words}
    epicene = {word for word in (first | front) - known if _PERSON_ENDING.search(word)}
    rows = [(word, word, "epicene") for word in epicene]
    return rows + [(word, word, "head") for word in front - epicene - genders]


def _nouns_and_modifiers(titles: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return both as :func:`aligned` does, with the common titles; words in -euse, -icienne are all nouns."""
    nouns, modifiers = aligned([*titles, *sorted(_judged("common"))])
    nouns |= {form: to for form, to in modifiers.items() if form.endswith(("euse", "icienne"))}
    return nouns, {form: to for form, to in modifiers.items() if form not in nouns}


def _words_of_things(titles: list[str], skills: Iterable[str]) -> set[str]:
    """Return the words of skills and of masculine titles, in the singular.

    A feminine found there is also said of a thing: "assistant de direction commerciale".
    """
    texts = [*skills, *(title.partition("/")[0] for title in titles if "/" in title)]
    words: set[str] = set()
    for text in texts:
        words.update(word.removesuffix("s") for word in _words(text))
    return words


def _noun_rows(nouns: dict[str, str], of_things: set[str]) -> Iterator[Row]:
    persons = _judged("persons") | {pair.partition("/")[2] for pair in _judged("common")}
    for form, to in nouns.items():
        if form in _judged("never"):
            continue
        doubtful = form in _judged("things") or (form in of_things and form not in persons)
        if _DOUBTFUL.search(form) and form not in _judged("always persons"):
            doubtful = True
        yield form, to, _kind(form) if doubtful else "role"


def _kind(form: str) -> str:
    """Return the kind of a noun that is not always a person."""
    return "adj" if _ADJECTIVE.search(form) and form not in _judged("things") else "thing"


def _english_rows(titles: list[list[str]], genders: set[str]) -> list[Row]:
    """Return heads of English titles, and the words before them: up to two, else the title is French."""
    rows: list[Row] = []
    before: set[str] = set()
    for words in titles:
        heads = [place for place, word in enumerate(words) if _ENGLISH.match(word)]
        if not heads:
            continue
        rows.append((words[heads[0]], words[heads[0]], "english"))
        if heads[0] < 3:
            before.update(words[: heads[0]])
    return rows + [(word, word, "before") for word in before - genders]


def irregular(titles: Iterable[str]) -> list[Row]:
    """Return whole titles whose two halves the rules do not join; the lists' typing errors included."""
    rows = set()
    for title in titles:
        masculine, feminine = (neutral(half).lower() for half in _halves(title))
        if masculine != feminine:
            rows.add((feminine, masculine, "title"))
    return sorted(rows)


def _halves(title: str) -> tuple[str, str]:
    """Return both genders of a title given once: "chef de quai", "cheffe de quai"; two blanks where unsure.

    The second half may hold the rest of the title for both: "chef / cheffe de quai".
    """
    left, _, right = (half.strip() for half in title.partition("/"))
    masculine, feminine = _words(left), _words(right)
    if "/" in right or not 0 < len(masculine) <= len(feminine):
        return "", ""
    if len(masculine) == len(feminine) and not _NOT_TITLE.search(title):
        return left, right
    if len(feminine) == 1 or _BRACKET.search(title) or not _are_halves(masculine, feminine):
        return "", ""
    ends = [word.end() for word in re.finditer(r"\w+", right)]
    return left + right[ends[len(masculine) - 1] :], right


def _are_halves(masculine: list[str], feminine: list[str]) -> bool:
    pairs = zip(masculine, feminine, strict=False)
    return all(m == f or are_genders(m, f) for m, f in pairs)


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
