"""Examples shown in the API's description; a test holds each against its schema."""

from typing import Any

from matcher.domain.items import ItemType

BY_TEXT: dict[str, Any] = {
    "kind": "partner",
    "text": "nous cherchons un partenaire cybersécurité pour un hôpital à Rodez",
}
BY_PROFILE: dict[str, Any] = {
    "kind": "factory",
    "k": 3,
    "profile": {"expertise": ["cartographie", "Python"], "city": "Toulouse"},
}

ANSWER: dict[str, Any] = {
    "kind": "factory",
    "query_id": "ORG900",
    "query_name": "Exemple Carto",
    "on": "2026-11-22T12:00:00+01:00",
    "k": 1,
    "generation": "g-20261122-1",
    "items": [
        {
            "rank": 1,
            "item_id": "FAC900",
            "item_type": "factory",
            "name": "Factory Data",
            "score": 0.61,
            "reasons": [
                {
                    "signal": "theme",
                    "fr": "Vos activités « données » rejoignent son thème « data ».",
                    "en": "Your activities “données” meet its theme “data”.",
                    "quotes": [
                        {"side": "query", "field": "expertise", "start": 0, "end": 7, "text": "données"},
                        {"side": "item", "field": "keywords", "start": 0, "end": 4, "text": "data"},
                    ],
                }
            ],
            "missing": [
                {
                    "code": "no_next_date",
                    "fr": "Pas de prochaine date connue.",
                    "en": "No next date is known.",
                }
            ],
            "evidence_level": "seen_in_source",
            "needs_confirmation": False,
            "illustrative": False,
            "opens_at": None,
            "closes_at": None,
            "next_date": None,
            "source_url": "https://example.org/factory-data",
        }
    ],
    "notices": [],
}

ITEMS: dict[ItemType, dict[str, Any]] = {
    ItemType.ORGANISATION: {
        "id": "ORG900",
        "name": "Exemple Carto",
        "description": "Conçoit des cartes en ligne pour les collectivités.",
        "expertise": ["cartographie", "Python"],
        "sectors": ["collectivités"],
        "needs": ["partenaire cybersécurité"],
        "city": "Toulouse",
        "department_code": "31",
        "size_band": "PE",
    },
    ItemType.FACTORY: {
        "id": "FAC900",
        "name": "Factory Data",
        "axis": "innovation et transformation",
        "description": "Partager les pratiques autour de la donnée.",
        "keywords": ["data", "données ouvertes"],
        "next_meeting": "2026-12-03T08:30:00+01:00",
    },
    ItemType.OPPORTUNITY: {
        "id": "INT900",
        "name": "Mission cybersécurité à Montréal",
        "country_region": "Canada",
        "themes": ["cybersécurité"],
        "availability": "dated",
        "opens_at": "2026-11-01T00:00:00+01:00",
        "closes_at": "2026-12-15T17:00:00+01:00",
        "eligibility": {"size_bands": ["TPE", "PE", "ME"]},
    },
    ItemType.LEAD: {
        "id": "LEAD900",
        "name": "École Exemple",
        "lead_kind": "école inclusive",
        "themes": ["développement web"],
        "city": "Montpellier",
        "department_code": "34",
    },
}
