"""Masculine forms of French adjectives, by ending, for the words that agree with a noun of persons.

Source: Grevisse, *Le bon usage*, §§ 537-556. An ending is trusted only beside a person; the nouns that share
it ("journée", "vente", "filière") are listed, since "responsable filière" must stay.
"""

import re
import unicodedata

_ENDINGS = (
    (re.compile(r"(?<=\w\w)ée$"), "é"),
    (re.compile(r"(?<=\w\w)euse$"), "eux"),
    (re.compile(r"(?<=\w\w)ive$"), "if"),
    (re.compile(r"(?<=\w\w)elle$"), "el"),
    (re.compile(r"(?<=\w\w\w)ale$"), "al"),
    (re.compile(r"(?<=\w\w)ante$"), "ant"),
    (re.compile(r"(?<=\w\w)ente$"), "ent"),
    (re.compile(r"(?<=\w\w)ienne$"), "ien"),
    (re.compile(r"(?<=\w)aise$"), "ais"),
    (re.compile(r"(?<=\w)oise$"), "ois"),
)
_NOUNS = frozenset(
    ["journée", "armée", "durée", "donnée", "idée", "entrée", "arrivée", "année", "musée", "lycée", "soirée", "tournée", "chaussée", "marée", "allée", "fusée", "vallée", "épée", "montée", "levée", "pensée", "portée", "tranchée", "volée", "randonnée", "purée", "poupée", "trophée", "coulée", "gelée", "denrée", "assemblée", "traversée", "travée", "cheminée", "renommée", "destinée", "veillée", "mosquée", "tablée", "percée", "corvée", "hypogée", "fée", "archive", "rive", "perspective", "initiative", "directive", "alternative", "offensive", "coopérative", "locomotive", "olive", "lessive", "dérive", "missive", "rétrospective", "défensive", "prospective", "expectative", "clientèle", "nouvelle", "pelle", "selle", "elle", "celle", "laquelle", "quelle", "belle", "vaisselle", "dentelle", "passerelle", "parcelle", "étincelle", "semelle", "tutelle", "querelle", "poubelle", "mutuelle", "aquarelle", "bretelle", "chapelle", "ficelle", "nacelle", "ruelle", "tourelle", "truelle", "voyelle", "sentinelle", "ombrelle", "escale", "finale", "succursale", "capitale", "morale", "cathédrale", "pédale", "rafale", "sandale", "spirale", "intégrale", "timbale", "céréale", "salle", "balle", "halle", "dalle", "femelle", "malle", "centrale", "variante", "constante", "soixante", "plante", "tante", "dominante", "résultante", "composante", "vente", "attente", "entente", "tente", "pente", "rente", "détente", "descente", "fiente", "patente", "charpente", "tourmente", "antenne", "benne", "chienne", "fraise", "chaise", "phrase", "ardoise", "framboise", "toise", "turquoise", "braise", "berceuse", "veilleuse", "perceuse", "imprimeuse"]
)
_QUALITIES = {
    feminine: masculine
    for feminine, masculine in (
        pair.split("/")
        for pair in ["expérimentée/expérimenté", "confirmée/confirmé", "diplômée/diplômé", "qualifiée/qualifié", "motivée/motivé", "passionnée/passionné", "débutante/débutant", "chevronnée/chevronné", "aguerrie/aguerri", "salariée/salarié", "certifiée/certifié", "agréée/agréé", "assermentée/assermenté", "habilitée/habilité", "spécialisée/spécialisé", "indépendante/indépendant", "organisée/organisé", "rigoureuse/rigoureux", "curieuse/curieux", "sérieuse/sérieux", "impliquée/impliqué", "investie/investi", "accomplie/accompli", "retraitée/retraité", "formée/formé", "intéressée/intéressé", "attentive/attentif", "créative/créatif", "réactive/réactif", "consciencieuse/consciencieux", "ambitieuse/ambitieux", "talentueuse/talentueux", "avertie/averti", "reconvertie/reconverti", "assidue/assidu", "seule/seul", "responsabilisée/responsabilisé", "engagée/engagé", "recrutée/recruté", "embauchée/embauché", "chargée/chargé", "dévouée/dévoué", "compétente/compétent", "recherchée/recherché", "sûre/sûr", "prête/prêt", "ouverte/ouvert", "titularisée/titularisé"]
    )
}
"""What is said of persons even after the noun's complement: "cheffe de projet confirmée"."""


def fold(text: str) -> str:
    """Lower case without accents or ligatures.

    >>> fold("Ingénieure Cœur de Métier")
    'ingenieure coeur de metier'
    """
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def plural(word: str) -> str:
    """Plural of a masculine word.

    >>> [plural(word) for word in ("commercial", "nouveau", "curieux", "agent")]
    ['commerciaux', 'nouveaux', 'curieux', 'agents']
    """
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-1] + "ux"
    return word + ("x" if word.endswith("eau") else "s")


def quality(word: str) -> tuple[str, bool] | None:
    """Masculine singular of a person's quality and whether ``word`` is plural; None for any other word.

    >>> quality("expérimentées"), quality("confirmé"), quality("solutions")
    (('expérimenté', True), ('confirmé', False), None)
    """
    for form, is_plural in ((word, False), (word[:-1], True)):
        if is_plural and not word.endswith("s"):
            break
        if form in _QUALITIES:
            return _QUALITIES[form], is_plural
        if form in _MASCULINE:
            return form, is_plural and not form.endswith("x")
    return None


_PERSONS = (
    (re.compile(r"(?<=\w\w\w)euse$"), "eur"),
    (re.compile(r"(?<=\w\w)trice$"), "teur"),
    (re.compile(r"(?<=\w\wic)ienne$"), "ien"),
    (re.compile(r"(?<=[nrt])eure$"), "eur"),
)
_NOT_PERSONS = frozenset(
    ["matrice", "cicatrice", "calculatrice", "motrice", "génératrice", "bissectrice", "médiatrice", "créatrice", "novatrice", "directrice", "tectrice", "heure", "demeure", "heureuse", "sérieuse", "précieuse", "nombreuse", "dangereuse", "rigoureuse", "curieuse", "ambitieuse", "vigoureuse", "généreuse", "chaleureuse", "religieuse", "mystérieuse", "joyeuse", "soigneuse", "fameuse", "affreuse", "nerveuse", "lumineuse", "laborieuse", "audacieuse", "malheureuse", "délicieuse", "luxueuse", "silencieuse", "studieuse", "rugueuse", "fructueuse", "volumineuse", "veineuse", "osseuse", "muqueuse", "vertigineuse", "prestigieuse", "harmonieuse", "ingénieuse", "minutieuse", "méticuleuse", "onéreuse", "oléagineuse", "aqueuse", "gazeuse", "infectieuse", "contagieuse", "tendancieuse", "consciencieuse", "somptueuse", "spacieuse", "courageuse", "merveilleuse", "monstrueuse", "scandaleuse", "perceuse", "tronçonneuse", "moissonneuse", "imprimeuse", "berceuse", "veilleuse", "tondeuse", "batteuse", "yeuse", "chartreuse", "couveuse", "étiqueteuse", "déchiqueteuse", "goudronneuse", "essoreuse", "sécheuse", "agrafeuse", "pelleteuse", "photocopieuse", "débroussailleuse"]
)
_MASCULINE = frozenset(_QUALITIES.values())


def adjective(word: str) -> tuple[str, bool] | None:
    """Masculine singular of a feminine adjective or participle by its ending; None when it is none.

    >>> adjective("passionnées"), adjective("journée"), adjective("toulousaine")
    (('passionné', True), None, None)
    """
    is_plural = word.endswith("s")
    form = word[:-1] if is_plural else word
    if form in _NOUNS:
        return None
    for ending, masculine in _ENDINGS:
        if ending.search(form):
            return ending.sub(masculine, form), is_plural
    return None


def person(word: str) -> tuple[str, str] | None:
    """Masculine singular and plural of a feminine noun of persons no list has, by its ending; None when unsure.

    >>> person("streameuse"), person("podcasteuses"), person("heureuse"), person("matrice")
    (('streameur', 'streameurs'), ('podcasteur', 'podcasteurs'), None, None)
    """
    singular = word.removesuffix("s")
    if singular in _NOT_PERSONS:
        return None
    for ending, masculine in _PERSONS:
        if ending.search(singular):
            found = ending.sub(masculine, singular)
            return found, found + "s"
    return None


def is_epicene(word: str) -> bool:
    """Whether an adjective has one form for both genders by its ending: "technique", "bancaire"."""
    return bool(re.search(r"(?:ique|aire|able|ible|iste|ste|gique)s?$", word))


def before_vowel(word: str) -> bool:
    """Whether "le" elides before ``word`` and "nouveau" becomes "nouvel" (mute h: "hôte", "hydrologue").

    >>> before_vowel("ingénieur"), before_vowel("hydrologue"), before_vowel("hacker")
    (True, True, False)
    """
    return bool(re.match(r"[aeiouyàâéèêëîïôöûüœæ]|h(?:[ôyiué]|ab|om|or|er)", word, re.IGNORECASE))
