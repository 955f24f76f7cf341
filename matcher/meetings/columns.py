"""Which column of a list of participants means what, in French and English.

Some columns decide: who is there and when, who must not meet, who has met. If such a column is not
understood, the file is refused and the column named, because ignoring it would seat two people who asked to
be apart. The organiser can rename the column, or say that it is to be ignored.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.errors import InvalidRequest
from matcher.importing import HEADER, NAMES_ONLY, NOT_A_HEADER
from matcher.language import fold_words

_KNOWN = {
    "name": "name;nom;nom complet;full name;nom et prenom;nom prenom;prenom et nom;prenom nom;participant;"
    "participants;participante;participant e;personne;person;attendee;attendee name;nom du participant;"
    "participant name;inscrit;inscrits;invite;invites;guest;guest name;contact;display name",
    "first_name": "prenom;prenoms;first name;firstname;given name;prenom du participant;attendee first name;"
    "participant first name;buyer first name",
    "last_name": "nom de famille;last name;lastname;surname;family name;nom de l inscrit;attendee last name;"
    "attendee surname;participant last name;buyer last name",
    "organisation": "organisation;organization;organisme;entreprise;societe;structure;company;company name;"
    "societe structure;structure societe;entreprise structure;societe organisme;employeur;employer;"
    "raison sociale;etablissement;nom de l entreprise;nom entreprise;nom de la structure;nom de la societe;"
    "nom de l organisation;organisation name;organization name;firm;affiliation;entreprise organisation",
    "themes": "themes;theme;thematiques;thematique;sujets;sujet;topics;topic;expertise;expertises;interests;"
    "interets;centres d interet;domaines;domaine;tags;mots cles;keywords",
    "territory": "territory;territoire;ville;city;town;departement;department;antenne;commune;localite;"
    "location;region",
    "offers": "offers;offres;offre;offer;propose;je propose;ce que je propose;offering;what i offer;"
    "what we offer;peut offrir;i offer;we offer;i can offer;ce que j offre;j offre",
    "needs": "needs;besoins;besoin;need;recherche;cherche;je cherche;je recherche;ce que je cherche;"
    "looking for;what i am looking for;what we are looking for;i am looking for;we are looking for;attentes",
    "table": "table;tables;fixed table;table fixe;n de table;numero de table;table number;table no",
}
_FIELD_OF = {title: field for field, titles in _KNOWN.items() for title in titles.split(";")}

_ROUND = r"(?:tour|round|session|creneau|manche)"
_PLACES = re.compile(r"\b(?:ville|lieu|pays|departement|gare|mode|transport|city|station|airport|aeroport)\b")
_RECORDS = re.compile(r"\b(?:numero|number|code|url|lien|link|e ?mail|mail|juridique|legal|marital)\b")
_WISHES = re.compile(
    r"^(?!.*\b(?:ne|pas|not|jamais|never)\b).*\b(?:souhait\w*|veut|voudrait|aimerait|want\w*|wish\w*)\b"
)

_DECIDING: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "met",
        re.compile(
            r"\bdeja (?:\w+ )?(?:rencontre|vu|connu)|\b(?:already|previously) (?:met|seen|know)"
            r"|\bconnai(?:t|ssent|s)\b"
            r"|\bconnus?\b|\bknows?\b|\brencontres? (?:passee|precedente|anterieure)|\b(?:past"
            r"|previous) meetings?"
            r"|^met(?: with| before)?$|\b(?:a|ont) (?:deja )?rencontre\b|\bhas met\b"
        ),
    ),
    (
        "absent",
        re.compile(
            r"\babsen(?:t|te|ts|tes|ce|ces|t e)\b|\bne (?:vient|viendra|viennent|participe\w*"
            r"|sera) (?:pas|plus)\b"
            r"|\bnot (?:attending|coming|present|going)\b|\bnon (?:present|venu)|\bannul|\bcancel|\bno show\b"
            r"|\bdesist|\bexcuse|\bdeclined?\b"
        ),
    ),
    (
        "arrival",
        re.compile(
            rf"\barriv(?:e|es|ee|ees|al|als|ing)\b|\b(?:a partir|des) .*{_ROUND}|\bfrom {_ROUND}"
            rf"|\b(?:premier|first) {_ROUND}"
        ),
    ),
    (
        "departure",
        re.compile(
            rf"\bdeparts?\b|\bdepartures?\b|\bquitte|\bleav(?:e|es|ing)\b|\bpart (?:a|au|apres|avant)\b"
            rf"|\b(?:jusqu|until|till).*{_ROUND}|\b(?:dernier|last) {_ROUND}"
        ),
    ),
    (
        "avoids",
        re.compile(
            r"\bvetos?\b|\bevit(?:e|er|es|ent)\b|\bexclu(?:s|re|t|sion|sions)\b|\bincompatib"
            r"|\bne .*\bpas\b|\bpas .*\bavec\b"
            r"|\bjamais\b|\bavoids?\b|\b(?:not|never|don t|do not|no) .*(?:meet|with|place|pair|seat"
            r"|see|match)"
            r"|\bkeep apart\b|\bblock(?:ed|s|list)?\b|\bblacklist|\bliste noire\b|\bsepar(?:e|es|er"
            r"|ate)\b|\ba l ecart\b"
        ),
    ),
    (
        "present",
        re.compile(
            r"\bpresen(?:t|te|ts|tes|ce|ces|t e)\b|\bparticipe(?:ra|nt)?\b|^participation$|\b(?:vient"
            r"|viendra|venue?)\b"
            r"|\bconfirm|\battend(?:ing|ed|s|ance)\b|\bcheck(?:ed)? ?in\b|\brsvp\b|\bstatus\b|\bstatut\b"
            r"|^reponse$|^response$|\bpointage\b|\bemarge|\b(?:is )?(?:coming|going)\b"
        ),
    ),
)
_DECIDING_FIELDS = frozenset(field for field, _ in _DECIDING)
_LOOKS_DECIDING = re.compile(
    r"rencontr|\bmeet|\bmet\b|exclu|\bevit|avoid|refus|interdi|forbid|\bban\b|conflit|conflict|concurren|competitor"
    r"|retard|\blate\b|\bdispo|\bindispo|availab|\bcreneau|\bslots?\b|\bhoraire|\bheures?\b|\bhours?\b|\bconnai"
    r"|\bensemble\b|\btogether\b|opposition|\boppos|\bconsent(?!\w*.*(?:photo|image|video|newsletter|mail))"
    r"|\bmises? en relation|\bsauf\b|\bexcept\b|\bnot with\b|\bpartir\b|\babsen|\bpresenti"
)
_MEANINGS = (
    ("avoids", "Ne pas rencontrer"),
    ("met", "Déjà rencontré"),
    ("present", "Présent"),
    ("absent", "Absent"),
    ("arrival", "Arrivée"),
    ("departure", "Départ"),
)


class Columns(NamedTuple):
    """Meaning of the columns of a file: field to column, deciding field to columns, columns not read."""

    single: Mapping[str, str]
    deciding: Mapping[str, Sequence[str]]
    unread: Sequence[str]


def recognise(titles: Sequence[str], ignored: Sequence[str] = ()) -> Columns:
    """Recognise the columns of a list of participants.

    Parameters
    ----------
    titles
        The headers, in file order. Case, accents and punctuation do not matter. Of two columns with the same
        meaning the first counts, unless they decide: then all count.
    ignored
        Headers that the organiser wants ignored.

    Examples
    --------
    >>> found = recognise(["N°", "Prénom ", "NOM", "Société / Structure", "Ne pas placer avec", "Présent ?"])
    >>> dict(found.single)
    {'first_name': 'Prénom ', 'organisation': 'Société / Structure', 'last_name': 'NOM'}
    >>> dict(found.deciding), found.unread
    ({'avoids': ['Ne pas placer avec'], 'present': ['Présent ?']}, ['N°'])
    """
    single: dict[str, str] = {}
    deciding: dict[str, list[str]] = {}
    unread: list[str] = []
    skipped = {fold_words(title) for title in ignored}
    for title in titles:
        key = fold_words(title)
        field = "" if key in skipped else _field(key)
        if field in _DECIDING_FIELDS:
            deciding.setdefault(field, []).append(title)
        elif field in _KNOWN and field not in single:
            single[field] = title
        else:
            unread.append(title)
    if "first_name" in single and "name" in single and "last_name" not in single:
        single["last_name"] = single.pop("name")  # "Prénom; Nom": the name is the family name
    return Columns(single, deciding, unread)


def _field(key: str) -> str:
    """Return the field that a folded header means, "" for none."""
    if key in _FIELD_OF:
        return _FIELD_OF[key]
    if _WISHES.search(key) or _PLACES.search(key) or _RECORDS.search(key):
        return ""
    for field, pattern in _DECIDING:
        if pattern.search(key):
            return field
    return ""


def looks_deciding(title: str) -> bool:
    """Say whether an unread column of this title may decide who meets whom, or when.

    >>> looks_deciding("Concurrents"), looks_deciding("Disponibilités"), looks_deciding("Téléphone")
    (True, True, False)
    """
    key = fold_words(title)
    return not _WISHES.search(key) and bool(_LOOKS_DECIDING.search(key))


def refuse_unread(file: str, titles: Sequence[str]) -> None:
    """Raise InvalidRequest that names columns which may decide and are not understood."""
    quoted_fr = ", ".join(f"« {title.strip()} »" for title in titles)
    quoted = ", ".join(repr(title.strip()) for title in titles)
    known = ", ".join(f"'{example}'" for _, example in _MEANINGS)
    raise InvalidRequest(
        f"{file} : {quoted_fr} peut décider qui rencontre qui, et n'est pas compris. Renommer la colonne "
        f"({known}), ou l'ignorer avec --ignore. / {file}: {quoted} may decide who meets whom and is not "
        f"understood. Rename the column ({known}), or ignore it with --ignore."
    )


def participants_rank(cells: Sequence[str]) -> int:
    """Say how much a row looks like the header of a list of participants.

    >>> participants_rank(["Nom", "Structure"]) == HEADER
    True
    >>> participants_rank(["Inscrits au 28/11", ""]) == HEADER
    False
    """
    found = recognise([cell for cell in cells if cell.strip()])
    if not {"name", "last_name"} & set(found.single):
        return NOT_A_HEADER
    return HEADER if len(found.single) + len(found.deciding) > 1 else NAMES_ONLY
