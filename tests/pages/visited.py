"""Every page that is opened by an address alone, and who opens it: for accessibility and for pictures."""

from matcher.people import Person
from tests.pages.signing_in import ADMIN, HR, MEMBER, STAFF

OWN = "/organisations/ORG001"
VISITED: tuple[tuple[str, Person | None], ...] = (
    ("/", None),
    ("/connexion", None),
    ("/mentions-legales", None),
    ("/confidentialite", None),
    ("/accessibilite", None),
    ("/nulle-part", None),
    (f"{OWN}/pour-moi", MEMBER),
    (f"{OWN}/mis-de-cote", MEMBER),
    (f"{OWN}/introductions", MEMBER),
    (f"{OWN}/fiche", MEMBER),
    (OWN, MEMBER),
    ("/agenda", MEMBER),
    ("/appels", MEMBER),
    ("/mes-donnees", MEMBER),
    ("/mes-donnees/effacer", MEMBER),
    ("/compte", MEMBER),
    ("/a-traiter", STAFF),
    ("/propositions", STAFF),
    ("/alertes", STAFF),
    ("/evenement", STAFF),
    ("/importer", STAFF),
    ("/chiffres", STAFF),
    ("/annuaire", STAFF),
    ("/annuaire/doublons", STAFF),
    (f"{OWN}/fiche", STAFF),
    ("/courriers", STAFF),
    ("/candidats", None),
    ("/recruter", HR),
    ("/recruter/candidats", HR),
    ("/administration/candidats", ADMIN),
    ("/recruter/besoins", HR),
    ("/administration", ADMIN),
    ("/administration/etat", ADMIN),
    ("/administration/journal", ADMIN),
    ("/administration/sauvegarde", ADMIN),
)
"""Addresses in the order of the menu."""
