"""Nouns of persons with their genders, as facts read from ``roles_fr.tsv``, and the small words around them.

The file is derived from the ESCO and ROME title lists by the laboratory (``training.roles``).
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from matcher.inflection import fold, plural


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of a noun of persons, or of an adjective of titles."""

    singular: str
    plural: str
    is_plural: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Nouns and adjectives of titles by lower-case form.

    ``before``: words that stand before an English head; ``unaccented``: forms by their spelling without accents;
    ``titles``: whole titles whose genders no rule joins ("femme de chambre").
    """

    nouns: dict[str, Form]
    modifiers: dict[str, Form]
    before: frozenset[str]
    unaccented: dict[str, str]
    titles: dict[str, str]


DETERMINERS = dict(
    pair.split("/")
    for pair in ["une/un", "la/le", "cette/ce", "sa/son", "ma/mon", "ta/ton", "toute/tout", "quelle/quel", "aucune/aucun", "certaine/certain", "toutes/tous", "certaines/certains", "quelles/quels", "telle/tel", "telles/tels"]
)
PRENOMINALS = dict(
    pair.split("/")
    for pair in ["nouvelle/nouveau", "nouvelles/nouveaux", "ancienne/ancien", "anciennes/anciens", "future/futur", "futures/futurs", "bonne/bon", "bonnes/bons", "petite/petit", "petites/petits", "grande/grand", "grandes/grands", "première/premier", "premières/premiers", "excellente/excellent", "excellentes/excellents", "prochaine/prochain", "prochaines/prochains", "seule/seul", "meilleure/meilleur", "meilleures/meilleurs", "véritable/véritable", "jeune/jeune", "jeunes/jeunes", "autre/autre", "autres/autres", "ex/ex", "vice/vice", "talentueuse/talentueux", "talentueuses/talentueux", "brillante/brillant", "brillantes/brillants"]
)
MASCULINE_DETERMINERS = frozenset(
    ["un", "le", "ce", "cet", "du", "au", "son", "mon", "ton", "tout", "quel", "aucun", "certain", "tel", "chaque", "notre", "votre", "leur", "l", "d"]
)
PLURALS = frozenset(
    ["les", "des", "nos", "vos", "leurs", "ces", "mes", "tes", "ses", "aux", "plusieurs", "quelques", "certains", "certaines", "tous", "toutes", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "vingt", "cent", "mille", "divers", "diverses", "différents", "différentes", "nombreux", "nombreuses", "autres"]
)
OPENERS = frozenset(
    ["de", "d", "en", "comme", "pour", "par", "avec", "chez", "sans", "recherche", "recherchons", "cherche", "cherchons", "recrute", "recrutons", "embauche", "embauchons", "devenir", "deviens", "devenez", "sois", "soyez", "est", "suis", "es", "êtes", "poste", "emploi", "métier", "offre", "stage", "alternance", "monsieur", "madame", "mme", "m", "profil", "candidature", "fonction", "rôle", "sommes", "être", "suis", "cdi", "cdd", "titre", "nommée", "nommé", "devenue", "devenu", "ex", "deviendrez", "vers"]
)
"""Words after which a bare noun of persons is expected: "recherche commerciale"."""
LINKS = frozenset(
    ["et", "ou", "ni", "très", "plus", "assez", "bien", "hautement", "particulièrement", "également", "aussi", "si", "peu", "fortement", "est", "sont", "sera", "seront", "était", "soit", "être", "fraîchement", "récemment", "nouvellement"]
)
"""Words an adjective may stand behind without losing sight of its noun."""
MACHINE_VERBS = frozenset(
    ["utiliser", "régler", "conduire", "entretenir", "réparer", "fonctionner", "alimenter", "nettoyer", "actionner", "sur"]
)
"""Verbs whose unknown object in -euse is a machine: "utiliser une centrifugeuse"."""
STOPS = frozenset(
    ["une", "la", "cette", "sa", "notre", "votre", "leur", "nos", "vos", "leurs", "des", "les", "un", "le", "ce", "cet", "son", "qui", "que", "qu", "où", "dont", "pour", "dans", "chez", "avec", "sur", "par", "sans", "afin", "a", "ont", "car", "si", "mais", "lors", "entre", "sous", "vers"]
)
"""Words behind which another noun begins."""


def _forms(feminine: str, masculine: str, kind: str) -> dict[str, Form]:
    many = plural(masculine)
    one, several = Form(masculine, many, False, kind), Form(masculine, many, True, kind)
    forms = {feminine: one, masculine: one}
    if feminine + "s" != masculine and not feminine.endswith("s"):
        forms[feminine + "s"] = several
    if many != masculine:
        forms[many] = several
    return forms


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    nouns: dict[str, Form] = {}
    modifiers: dict[str, Form] = {}
    before: set[str] = set()
    titles: dict[str, str] = {}
    rows = resources.files("matcher").joinpath("roles_fr.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        if row.startswith("#"):
            continue
        feminine, masculine, kind = row.split("\t")
        if kind == "before":
            before.add(feminine)
        elif kind == "title":
            titles[feminine] = masculine
        else:
            target = modifiers if kind == "mod" else nouns
            for form, value in _forms(feminine, masculine, kind).items():
                target.setdefault(form, value)
    unaccented = {fold(form): form for form in nouns}
    return Lexicon(nouns, modifiers, frozenset(before), unaccented, titles)
