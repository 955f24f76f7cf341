"""What a candidate is told before anything is entered (L1221-8, L1221-9; GDPR 13 and 22), versioned.

A consent names the version that was read. A text that changes gets a new version; the former ones stay here,
so that what was agreed to can be shown at any time. A test holds the hash of each version: before the first
release, when nobody has agreed yet, the hash may be renewed; from then on only a version may be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.errors import InvalidRequest, NotFound

CURRENT = "2026-11-30"
Part = tuple[str, str]
"""A heading and its text."""


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """A version of the notice; ``{cluster}`` in its texts is the cluster's name."""

    version: str
    french: tuple[Part, ...]
    english: tuple[Part, ...]

    def parts(self, lang: str, cluster: str) -> list[Part]:
        """Return headings and texts in a language, French unless it is "en"."""
        told = self.english if lang == "en" else self.french
        return [(heading, text.replace("{cluster}", cluster)) for heading, text in told]


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
NOTICES: Mapping[str, PersonNotice] = {one.version: one for one in (_FIRST,)}


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
