"""What a candidate is told before anything is entered (L1221-8, L1221-9; GDPR 13 and 22), versioned.

A consent names the version that was read. A text that changes gets a new version; the former ones stay here,
so that what was agreed to can be shown at any time. A test holds the hash of each version: before the first
release, when nobody has agreed yet, the hash may be renewed; from then on only a version may be added.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from matcher.errors import InvalidRequest, NotFound

CURRENT = "2026-12-01"
Part = tuple[str, str]
"""A heading and its text."""


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the profiles, as candidates are told (GDPR 13.1 a, b and e).

    ``address`` is a postal one, ``contact`` answers on data, ``processors`` host and mail, with the country.
    """

    cluster: str
    address: str = ""
    contact: str = ""
    processors: str = ""

    def missing(self) -> list[str]:
        """Return the settings without which nobody may be taken in; empty where all is said."""
        given = {
            "MATCHER_CONTROLLER_ADDRESS": self.address,
            "MATCHER_PRIVACY_CONTACT": self.contact,
            "MATCHER_PROCESSORS": self.processors,
        }
        return [name for name, value in given.items() if not value.strip()]

    def require_complete(self) -> None:
        """Raise InvalidRequest, naming the settings, where candidates could not be told who answers."""
        missing = self.missing()
        if missing:
            raise InvalidRequest(
                "Candidates have to be told who answers for their data and who holds them (GDPR art. 13): set"
                f" {', '.join(missing)} first, then start again."
            )


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """A version of the notice; names in braces in its texts are those of a :class:`Controller`."""

    version: str
    french: tuple[Part, ...]
    english: tuple[Part, ...]

    def parts(self, lang: str, controller: Controller) -> list[Part]:
        """Return headings and texts in a language, French unless it is "en"."""
        texts = self.english if lang == "en" else self.french
        return [(heading, text.format_map(asdict(controller))) for heading, text in texts]


_FIRST = PersonNotice(
    "2026-11-30",
    (
        (
            "Qui s'en occupe",
            "{cluster} tient ce vivier pour ses membres qui recrutent. Seules les personnes de la factory"
            " RH y ont accès. Y entrer est un choix libre : ne pas y entrer n'a aucune conséquence.",
        ),
        (
            "Ce qui est gardé",
            "Vos compétences reconnues dans des listes publiques (ESCO, ROME) et des noms d'outils, les"
            " années que vous écrivez à côté d'une compétence (dix au plus), des langues, des"
            " certifications par leur code RNCP, et ce que vous choisissez : départements, télétravail,"
            " disponibilité, organisations. Votre nom et votre adresse de courriel sont chiffrés et rangés"
            " à part.",
        ),
        (
            "Ce qui n'est jamais gardé",
            "Votre CV, son texte et le nom du fichier ; photo, âge, dates, adresse, écoles, nationalité,"
            " situation de famille, santé, handicap, associations, opinions, religion, syndicat, salaire,"
            " liens. Ce qui n'est pas reconnu comme une compétence n'entre pas.",
        ),
        (
            "Comment vous êtes comparé(e) à un besoin",
            "Le service compare, exigence par exigence, les compétences d'un besoin avec celles de votre"
            " profil (identiques, proches, transférables) et dit la part des exigences couverte. Il ne lit"
            " aucun critère personnel. Deux profils égaux sont présentés dans un ordre tiré au sort. Personne"
            " n'est écarté par la machine : une personne lit, décide et écrit son motif. Vous pouvez"
            " demander une explication et contester.",
        ),
        (
            "Qui voit quoi",
            "La factory RH voit un profil sous un code neutre. Ouvrir votre nom et votre adresse est un"
            " acte d'une personne, avec un motif écrit ; vous en êtes prévenu(e) et voyez qui, quand et"
            " pourquoi.",
        ),
        (
            "Combien de temps, et vos droits",
            "Deux ans au plus après votre dernière action, puis tout est effacé. Base : votre consentement"
            " (RGPD, art. 6.1.a), que vous retirez quand vous voulez par votre lien. Vous pouvez aussi"
            " voir, corriger, copier, mettre en pause et effacer votre profil, et saisir la CNIL (cnil.fr).",
        ),
    ),
    (
        (
            "Who is responsible",
            "{cluster} keeps this pool for its members who hire. Only the people of the HR factory have"
            " access. Entering it is your free choice: not entering has no consequence.",
        ),
        (
            "What is kept",
            "Your skills as far as public lists (ESCO, ROME) and names of tools have them, the years that"
            " you write beside a skill (ten at most), languages, certifications by their RNCP code, and"
            " what you choose: departments, remote work, availability, organisations. Your name and e-mail"
            " address are encrypted and kept apart.",
        ),
        (
            "What is never kept",
            "Your CV, its text and the name of the file; photo, age, dates, address, schools, nationality,"
            " family, health, disability, associations, opinions, religion, union, salary, links. What is"
            " not recognised as a skill does not enter.",
        ),
        (
            "How you are compared with a need",
            "The service compares the skills of a need with those of your profile, requirement by"
            " requirement (the same, near, transferable), and says which share of them is covered. It reads"
            " no personal criterion. Two equal profiles are shown in an order drawn by lot. Nobody is set"
            " aside by the machine: a person reads, decides and writes the reason. You may ask for an"
            " explanation and contest it.",
        ),
        (
            "Who sees what",
            "The HR factory sees a profile under a neutral code. Opening your name and address is the act"
            " of a person, with a written reason; you are told, and you see who, when and why.",
        ),
        (
            "How long, and your rights",
            "Two years at most after your last action, then everything is erased. Basis: your consent (GDPR"
            " art. 6.1.a), which you withdraw whenever you want by your link. You may also see, correct,"
            " copy, pause and erase your profile, and complain to the CNIL (cnil.fr).",
        ),
    ),
)
_SECOND = PersonNotice(
    "2026-12-01",
    (
        (
            "Qui s'en occupe",
            "{cluster}, {address}, est responsable de ce vivier, tenu pour ses membres qui recrutent. Pour"
            " toute question sur vos données : {contact}. Y entrer est un choix libre : ne pas y entrer n'a"
            " aucune conséquence.",
        ),
        *_FIRST.french[1:3],
        (
            "Comment vous êtes comparé(e) à un besoin",
            "Le service compare, exigence par exigence, les compétences d'un besoin avec celles de votre"
            " profil (identiques, proches, transférables) et dit la part des exigences couverte. Il ne lit"
            " aucun critère personnel. Deux profils égaux sont présentés dans un ordre tiré au sort. Personne"
            " n'est écarté par la machine : une personne lit, décide et écrit son motif. Écrivez à {contact}"
            " pour demander une explication ou contester : une personne vous répond.",
        ),
        (
            "Qui voit quoi",
            "La factory RH voit un profil sous un code neutre. Ouvrir votre nom et votre adresse est un"
            " acte d'une personne, avec un motif écrit ; vous en êtes prévenu(e) et voyez qui, quand et"
            " pourquoi. Elle peut alors vous mettre en relation avec le membre qui recrute, et personne"
            " d'autre.",
        ),
        (
            "Où, et avec quelles précautions",
            "Hébergement et envoi des courriels : {processors}. Rien n'est vendu ni transmis à d'autres."
            " Une analyse d'impact (RGPD, art. 35) a été faite et enregistrée avant l'ouverture du vivier ;"
            " demandez-en la référence à {contact}.",
        ),
        _FIRST.french[5],
    ),
    (
        (
            "Who is responsible",
            "{cluster}, {address}, is responsible for this pool, kept for its members who hire. For any"
            " question on your data: {contact}. Entering it is your free choice: not entering has no"
            " consequence.",
        ),
        *_FIRST.english[1:3],
        (
            "How you are compared with a need",
            "The service compares the skills of a need with those of your profile, requirement by"
            " requirement (the same, near, transferable), and says which share of them is covered. It reads"
            " no personal criterion. Two equal profiles are shown in an order drawn by lot. Nobody is set"
            " aside by the machine: a person reads, decides and writes the reason. Write to {contact} to ask"
            " for an explanation or to contest: a person answers.",
        ),
        (
            "Who sees what",
            "The HR factory sees a profile under a neutral code. Opening your name and address is the act"
            " of a person, with a written reason; you are told, and you see who, when and why. They may then"
            " bring you together with the member who hires, and with nobody else.",
        ),
        (
            "Where, and with which safeguards",
            "Hosting and sending of mails: {processors}. Nothing is sold or passed on to others. An impact"
            " assessment (GDPR art. 35) was made and recorded before the pool was opened; ask {contact} for"
            " its reference.",
        ),
        _FIRST.english[5],
    ),
)
NOTICES: Mapping[str, PersonNotice] = {one.version: one for one in (_FIRST, _SECOND)}


def person_notice(version: str = CURRENT) -> PersonNotice:
    """Return a version of the notice; NotFound for one that never was.

    >>> person_notice().version == CURRENT
    True
    """
    found = NOTICES.get(version)
    if found is None:
        raise NotFound(f"There is no version '{version}' of the notice. There are: {', '.join(NOTICES)}.")
    return found


def require_current(version: str) -> None:
    """Raise InvalidRequest unless a version is the one in force: nobody agrees to a text they did not see."""
    if version != CURRENT:
        raise InvalidRequest("The notice has changed, or was not agreed to: read it again, then agree.")
