"""Words that every surface shows people, in French and English: likelihoods, fields and their values."""

from typing import Literal

from matcher.domain import LEVEL_NAMES, PUBLIC_NAMES

Language = Literal["fr", "en"]
Phrase = tuple[str, str]
"""French, then English."""

LIKELIHOODS: tuple[tuple[float, Phrase], ...] = (
    (0.7, ("très probable", "very likely")),
    (0.45, ("probable", "likely")),
    (0.2, ("possible", "possible")),
    (0.0, ("moins sûr", "less certain")),
)
"""Probabilities in words: each from its number on."""

FIELD_LABELS: dict[str, Phrase] = {
    "description": ("description", "description"),
    "expertise": ("expertise", "expertise"),
    "sectors": ("secteurs servis", "sectors served"),
    "offers": ("offres", "offers"),
    "needs": ("besoins", "needs"),
    "city": ("ville", "town"),
    "department": ("département", "department"),
    "department_code": ("n° de département", "department no."),
    "size_band": ("taille", "size"),
    "member_type": ("type", "type"),
    "international": ("international", "international"),
    "siret": ("SIRET", "SIRET"),
    "naf": ("activité (NAF)", "activity (NAF)"),
    "legal_category": ("forme juridique", "legal form"),
    "employer": ("employeur", "employer"),
    "member_link": ("lien avec le cluster", "link with the cluster"),
    "accepts_ranking": ("personne seule, accepte d'être proposée", "sole trader, agrees to be proposed"),
    "opted_out": ("ne veut pas être proposée", "does not want to be proposed"),
    "aliases": ("autres noms", "other names"),
    "axis": ("axe", "axis"),
    "status": ("statut", "status"),
    "is_inferred": ("existence déduite", "existence inferred"),
    "existence": ("existence", "existence"),
    "ateliers": ("ateliers", "workshops"),
    "deliverables": ("livrables", "deliverables"),
    "meetings": ("rendez-vous", "meetings"),
    "next_meeting": ("prochaine réunion", "next meeting"),
    "hosts": ("animation", "hosts"),
    "antenna": ("antenne", "antenna"),
    "keywords": ("mots clés", "keywords"),
    "lead_kind": ("type", "type"),
    "public": ("public", "for"),
    "reserved": ("réservé à ce public", "reserved for them"),
    "levels": ("niveaux", "levels"),
    "apprenticeship": ("alternance", "apprenticeship"),
    "rome_codes": ("métiers (ROME)", "jobs (ROME)"),
    "themes": ("thèmes", "themes"),
    "country_region": ("pays ou région", "country or region"),
    "opportunity_type": ("type", "type"),
    "opens_at": ("ouverture", "opens"),
    "closes_at": ("clôture", "closes"),
    "dates_as_published": ("dates publiées", "dates as published"),
    "availability": ("disponibilité", "availability"),
    "eligibility_text": ("conditions publiées", "conditions as published"),
    "size_bands": ("tailles admises", "sizes admitted"),
    "department_codes": ("départements admis", "departments admitted"),
    "legal_kinds": ("statuts admis", "legal kinds admitted"),
    "min_countries": ("pays, au moins", "countries, at least"),
    "eligibility": ("conditions", "conditions"),
    "funding": ("aide", "funding"),
    "funding_rate": ("taux d'aide", "funding rate"),
    "budget_eur": ("budget", "budget"),
    "code": ("code", "code"),
    "lang": ("langue", "language"),
    "evidence_level": ("fondement", "rests on"),
    "inferred_fields": ("déduits", "inferred"),
    "source_url": ("source", "source"),
    "source_year": ("année de la source", "year of the source"),
    "licence": ("licence", "licence"),
}
"""Names of the fields of items, in the order in which they are shown."""

VALUES: dict[object, Phrase] = {
    "organisation": ("organisation", "organisation"),
    "factory": ("factory", "factory"),
    "opportunity": ("opportunité", "opportunity"),
    "lead": ("piste de recrutement", "hiring lead"),
    "seen_in_source": ("lu dans la source", "seen in the source"),
    "open_data_row": ("ligne d'un jeu de données ouvert", "row of an open data set"),
    "open_data_provider_only": (
        "organisme lu dans un jeu ouvert, formations à confirmer",
        "provider read in an open data set, trainings to be confirmed",
    ),
    "law_text_read": ("texte de loi lu", "text of the law read"),
    **{code: (french, english) for code, (french, english) in PUBLIC_NAMES.items()},
    **{level: (name, name) for level, name in LEVEL_NAMES.items()},
    "named_in_source_activity_from_background": (
        "nom lu dans la source, activité décrite de connaissance générale",
        "name seen in the source, activity from background knowledge",
    ),
    "background_only_not_seen": ("connaissance générale seule", "background knowledge only"),
    "declared": ("déclaré par l'organisation", "declared by the organisation"),
    "dated": ("datée", "dated"),
    "standing": ("permanente", "standing"),
    "closed": ("close", "closed"),
    "unconfirmed": ("dates à confirmer", "dates to be confirmed"),
    "fr": ("français", "French"),
    "en": ("anglais", "English"),
    True: ("oui", "yes"),
}
"""Coded values of fields in words."""


ACTIONS: dict[str, Phrase] = {
    "joined": ("y participe", "takes part"),
    "interested": ("intéressé", "interested"),
    "not_for_me": ("pas pour nous", "not for us"),
    "already_met": ("déjà rencontré", "already met"),
    "dismissed": ("écarté", "dismissed"),
    "introduced": ("mis en relation", "introduced"),
    "accepted": ("accepté", "accepted"),
    "declined": ("décliné", "declined"),
    "undone": ("annulé", "undone"),
}
"""What an organisation did with an item."""

REFUSALS: dict[str, Phrase] = {
    "other_field": ("pas notre domaine", "not our field"),
    "no_time": ("pas le temps", "no time"),
    "already_done": ("nous le faisons déjà", "we do it already"),
    "place_or_size": ("lieu ou taille ne conviennent pas", "wrong place or size"),
    "other": ("autre raison", "another reason"),
}
"""Why an item is not for an organisation."""


_HEAD_LABELS: dict[str, Phrase] = {
    "name": ("nom", "name"),
    "id": ("identifiant", "identifier"),
    "illustrative": ("offres et besoins donnés en exemple", "offers and needs given as an example"),
}
"""Fields that the head of an item shows, which is why they are not listed among the others."""


def likelihood(probability: float, lang: Language) -> str:
    """Return a probability in words.

    >>> likelihood(0.5, "fr"), likelihood(0.2, "en")
    ('probable', 'possible')
    """
    return next(choose(phrase, lang) for least, phrase in LIKELIHOODS if probability >= least)


def field_label(name: str, lang: Language) -> str:
    """Return the name of a field in words; a field without one keeps its name.

    >>> field_label("name", "fr"), field_label("needs", "en")
    ('nom', 'needs')
    """
    return choose((_HEAD_LABELS | FIELD_LABELS).get(name, (name, name)), lang)


def choose(phrase: Phrase, lang: Language) -> str:
    """Return the French or the English side of a phrase."""
    french, english = phrase
    return english if lang == "en" else french
