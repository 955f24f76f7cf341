"""Derives ``matcher/roles_fr.tsv``, the lexicon of the gender-neutral analyser, from ESCO and ROME title lists.

Both lists write titles as "masculine / feminine". The two halves are aligned word by word; a pair is kept
when it obeys one of the regular suffix families of French, which drops the lists' typing errors. Titles
without a slash give the nouns that have one form for all (epicene).

The *kind* of a word says how much context :func:`matcher.text.neutral` wants before it touches the word:

``role``     names a person wherever it stands: ``développeuse``
``adj``      also an adjective said of things ("stratégie commerciale"): needs a determiner before it, or to open the text
``thing``    also a machine or another thing ("une perceuse"): only when it opens the text
``mod``      an adjective of titles ("principale"): only beside a person
``epicene``  one form for all: ``architecte``; its determiner and adjectives still agree
``title``    a whole title whose genders no rule joins: ``femme de chambre`` -> ``valet de chambre``
``english``  head of an English title: ``data scientist``; the words that may stand before it are ``before``
"""

import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from matcher.lexicon import lexicon
from matcher.text import neutral

FAMILIES = (
    ("eur", "euse"), ("eur", "rice"), ("er", "ère"), ("", "e"), ("n", "nne"), ("l", "lle"), ("f", "ve"),
    ("r", "use"), ("e", "esse"), ("f", "ffe"), ("et", "ète"), ("man", "woman"), ("e", "esse"), ("t", "tte"),
)  # fmt: skip
"""Masculine and feminine endings (Grevisse, Le bon usage, §§ 484-503)."""

# What the lists cannot show, read and judged by hand: things and adjectives that share a form with a noun of persons,
_THINGS = set(
    ["bétonnière", "cafetière", "carrière", "centrale", "cuisinière", "dépanneuse", "foreuse", "génératrice", "glacière", "imprimeuse", "jardinière", "laveuse", "ménagère", "moissonneuse", "motrice", "pelleteuse", "photocopieuse", "poudrière", "première", "repasseuse", "rizière", "sablière", "seconde", "soudeuse", "théière", "tondeuse", "traceuse", "trieuse", "verrière", "ardoisière", "balancière", "chargeuse", "transporteuse", "régulière"]
)
# feminine forms that ESCO skills use of persons all the same,
_PERSONS = set(
    ["agente", "animatrice", "chanteuse", "contrôleuse", "formatrice", "hôtesse", "infirmière", "ingénieure", "opératrice"]
)
_NEVER = set(["première", "seconde", "grande", "carrière", "verrière", "couleuse", "valeuse", "médecine"])
# persons of ordinary speech that no list of occupations has,
_COMMON = ["candidat/candidate", "étudiant/étudiante", "alternant/alternante", "apprenti/apprentie", "salarié/salariée", "fondateur/fondatrice", "cofondateur/cofondatrice", "président/présidente", "associé/associée", "collaborateur/collaboratrice", "demandeur/demandeuse", "soignant/soignante", "lycéen/lycéenne", "collégien/collégienne", "entrepreneur/entrepreneure", "adhérent/adhérente", "participant/participante", "chercheur/chercheure", "utilisateur/utilisatrice", "citoyen/citoyenne", "habitant/habitante", "repreneur/repreneuse", "créateur/créatrice", "investisseur/investisseuse", "mentor/mentore", "doctorant/doctorante", "référent/référente", "auteur/auteure", "auteur/autrice", "débutant/débutante", "diplômé/diplômée", "client/cliente", "professeur/professeuse", "entrepreneur/entrepreneuse", "chef/cheffe", "chef/cheftaine", "docteur/docteure", "docteur/doctoresse"]
# and title words without a feminine that do not name one person, or name a thing.
_NOT_EPICENE = set(
    ["aide", "garde", "guide", "critique", "mousse", "manœuvre", "doublure", "voix", "personne", "mascotte", "nourrice", "nounou", "plume", "dame", "demoiselle", "fille", "silhouette", "escorte", "support", "vidéo", "média", "danse", "musique", "plate", "interface", "destination", "construction", "technique", "mobile", "data", "product", "web", "story", "business", "supply", "commandement", "vestiaire", "scientifique", "publicitaire", "interne", "modèle", "mode", "bio", "principal", "premier", "deuxième", "sous", "haut", "demi", "grand", "jeune", "junior", "senior", "co", "porte", "prête", "bout"]
)
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
_DOUBTFUL = re.compile(r"(trice|ante|ente|ée|oyenne)$")  # "entreprise utilisatrice", "équipe dirigeante"
_ALWAYS_PERSONS = set(
    ["assistante", "consultante", "étudiante", "présidente", "agente", "commerçante", "gérante", "adolescente", "enfante"]
)
_ADJECTIVE = re.compile(r"(ale|elle|ive|que|ante|ente|ière|ienne|ine|aine|trice|ère|ète|ée|ouse|oyenne)$")
_NOT_TITLE = re.compile(
    r" / |/ |/(expansion|gradation|carton|français|clinicienne)|\""
)  # the slash parts something else
Row = tuple[str, str, str]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _regular(masculine: str, feminine: str) -> bool:
    return len(masculine) > 2 and any(
        masculine.endswith(m) and masculine[: len(masculine) - len(m)] + f == feminine for m, f in FAMILIES
    )


def _column(path: Path, *columns: str) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for column in columns:
                yield from row[column].split("\n")


def aligned(titles: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Nouns and modifiers as ``{feminine: masculine}``: the first word that differs in a title is its noun."""
    nouns: dict[str, str] = {}
    modifiers: dict[str, str] = {}
    for title in titles:
        left, slash, right = title.partition("/")
        masculine, feminine = _words(left), _words(right)
        if not slash or "/" in right or len(masculine) > len(feminine):
            continue
        pairs = [(m, f) for m, f in zip(masculine, feminine, strict=False) if m != f and _regular(m, f)]
        if pairs and masculine[0] != feminine[0]:
            nouns.setdefault(pairs[0][1], pairs[0][0])
            pairs = pairs[1:]
        for m, f in pairs:
            modifiers.setdefault(f, m)
    return nouns, {f: m for f, m in modifiers.items() if f not in nouns}


def derive(titles: list[str], skills: Iterable[str]) -> list[Row]:
    """Rows ``(form, neutral form, kind)`` in alphabetical order."""
    nouns, modifiers = aligned([*titles, *_COMMON])
    said = [*skills, *(title.partition("/")[0] for title in titles if "/" in title)]
    seen = {word.removesuffix("s") for text in said for word in _words(text)}
    singles = [title for title in titles if title and "/" not in title]
    common = {pair.partition("/")[2] for pair in _COMMON}
    nouns |= {form: to for form, to in modifiers.items() if form.endswith(("euse", "icienne"))}
    modifiers = {form: to for form, to in modifiers.items() if form not in nouns}
    rows = [(form, to, "mod") for form, to in modifiers.items()]
    for form, to in nouns.items():
        if form in _NEVER:
            continue
        doubtful = (form in seen and form not in _PERSONS | common) or form in _THINGS
        doubtful = doubtful or (bool(_DOUBTFUL.search(form)) and form not in _ALWAYS_PERSONS)
        kind = (
            "role" if not doubtful else "adj" if _ADJECTIVE.search(form) and form not in _THINGS else "thing"
        )
        rows.append((form, to, kind))
    known = set(nouns) | set(nouns.values()) | set(modifiers) | set(modifiers.values()) | _NOT_EPICENE
    heads = {_words(t)[0] for t in singles if _words(t)} - known
    rows += [(w, w, "epicene") for w in heads if _PERSON_ENDING.search(w)]
    english = [words for words in map(_words, singles) if any(map(_ENGLISH.match, words))]
    before = set()
    for words in english:
        at = next(i for i, word in enumerate(words) if _ENGLISH.match(word))
        rows.append((words[at], words[at], "english"))
        before.update(words[:at] if at < 3 else ())
    rows += [(w, w, "before") for w in before - set(nouns) - set(nouns.values())]
    return sorted(set(rows))


def irregular(titles: Iterable[str]) -> list[Row]:
    """Whole titles, "masculine/feminine" in the lists, whose halves the rules leave apart; typing errors included."""
    rows = []
    for title in titles:
        halves = title.split("/")
        if (
            len(halves) == 2
            and not _NOT_TITLE.search(title)
            and len(_words(halves[0])) == len(_words(halves[1]))
        ):
            masculine, feminine = (neutral(half).lower() for half in halves)
            if masculine != feminine:
                rows.append((feminine, masculine, "title"))
    return sorted(set(rows))


def write(esco: Path, rome: Path, out: Path) -> int:
    """Write the lexicon read from the folders ``esco`` and ``rome``; returns the number of rows."""
    titles = list(_column(esco / "occupations_fr.2020.csv.gz", "preferredLabel", "altLabels"))
    titles += _column(rome / "appellations.v4.60.csv.gz", "libelle_appellation_long")
    rows = derive(titles, _column(esco / "skills_fr.2020.csv.gz", "preferredLabel", "altLabels"))
    notice = (
        "# form, neutral form, kind; derived by training/roles.py from ESCO (European Commission) and ROME 4.60\n"
        "# (France Travail, Licence Ouverte 2.0). This service uses the ESCO classification of the European Commission.\n"
    )
    _save(out, notice, rows)
    lexicon.cache_clear()
    rows += irregular(titles)
    _save(out, notice, rows)
    lexicon.cache_clear()
    return len(rows)


def _save(out: Path, notice: str, rows: list[Row]) -> None:
    out.write_text(notice + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
