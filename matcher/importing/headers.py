"""Which column means which field: canonical names, French and English headers, and the type they betray.

A header is compared folded (no case, accent or punctuation): ``Code département`` is ``code_departement``.
Fields beginning with ``_`` are shaped into real ones by :mod:`matcher.importing.cells`.
"""

import re
from collections.abc import Sequence

from matcher.domain.items import ITEM_CLASSES, Eligibility, ItemType
from matcher.errors import InvalidRequest
from matcher.importing.layout import HEADER, NAMES_ONLY, NOT_A_HEADER
from matcher.language import fold_words

TYPE_COLUMN = "item_type"

_ANY = {
    "id": "identifiant;code interne;ref;reference",
    "name": "nom;intitule;titre;title;raison sociale;denomination;structure;nom de la structure;company",
    "lang": "langue;language",
    "evidence_level": "niveau de preuve;niveau evidence",
    "source_url": "source;url;lien;link;site;site web;site internet;website;web",
    "inferred_fields": "champs inferes;fields from background",
    "description": "description fr;description en;presentation;texte;paragraphe;resume;activite;about",
    TYPE_COLUMN: "type d element;type de fiche",
}
_OWN: dict[ItemType, dict[str, str]] = {
    ItemType.ORGANISATION: {
        "name": "organisation;organization;entreprise;societe;adherent;membre;member;association;organisme;"
        "nom entreprise;nom de l entreprise;nom societe;nom de la societe;nom adherent;nom de l adherent;"
        "nom du membre;nom de l organisation;nom de l organisme;nom de l association;nom structure;"
        "denomination sociale;company name;organisation name;organization name;member name",
        "expertise": "expertise keywords;expertises;competences;savoir faire;skills;mots cles;keywords",
        "sectors": "sectors served;sector;secteur;secteurs;secteur d activite;secteurs d activite;"
        "secteurs servis;secteurs clients;domaine;marches",
        "offers": "offre;offres;offer;propose;peut offrir",
        "needs": "besoin;besoins;need;cherche;recherche",
        "city": "ville;commune;localite;town",
        "department_code": "code departement;departement code;num departement;numero departement",
        "_postcode": "code postal;cp;postcode;postal code",
        "department": "nom departement",
        "_department": "departement;dept",
        "size_band": "taille;taille d entreprise;tranche;categorie d entreprise;size",
        "_headcount": "effectif;effectifs;nombre de salaries;salaries;headcount;employees",
        "member_type": "type;type de structure;type de membre;statut juridique",
        "international": "presence internationale;international presence",
        "member_link": "digital113 link;lien avec digital 113;lien cluster",
        "source_year": "annee;annee source;year",
        "opted_out": "opposition;oppose;opposee;oppose e;s oppose;desinscrit;desinscrite;desinscrit e;"
        "desinscription;desabonne;desabonnee;desabonne e;refuse;refus;refuse d etre recommande;"
        "ne pas recommander;ne plus recommander;ne pas contacter;opt out;optout;opt outs;opted out;"
        "unsubscribed;unsubscribe;do not recommend;do not contact",
        "illustrative": "illustratif;exemple",
    },
    ItemType.FACTORY: {
        "name": "factory;groupe;groupe de travail",
        "aliases": "alias;autres noms;synonymes",
        "axis": "service axis;axe;axe de services",
        "status": "statut;etat",
        "is_inferred": "infere;inferee",
        "ateliers": "ateliers fr;atelier;workshops",
        "deliverables": "livrables fr;livrables;livrable",
        "meetings": "rendez vous fr;rendez vous;rencontres;rdv",
        "next_meeting": "prochaine rencontre;prochain rendez vous;prochaine date;next date",
        "hosts": "animateur organisation;animateur;animateurs;animatrice;animation;host;pilote",
        "antenna": "antenne",
        "keywords": "mots cles;themes;theme",
    },
    ItemType.OPPORTUNITY: {
        "name": "opportunite;opportunity;appel;mission;call;appel a projets;nom de l appel;titre de l appel;"
        "intitule de l appel;nom de l opportunite;call name;call title",
        "country_region": "pays;pays region;zone;country;destination",
        "themes": "theme;thematique;thematiques;mots cles;keywords",
        "opportunity_type": "type;type d opportunite;nature",
        "opens_at": "ouverture;date d ouverture;date ouverture;ouvre le;ouvert le;ouvert du;ouvert depuis;"
        "ouverture le;ouverture des candidatures;date d ouverture des candidatures;debut;date de debut;"
        "date debut;debut le;debut des candidatures;commence le;a partir du;a compter du;opendate;open date;"
        "opening date;openingdate;opens;opens on;open from;open since;start;start date;startdate;starts;"
        "starts on",
        "closes_at": "cloture;date de cloture;date cloture;cloture le;clot le;cloture des candidatures;"
        "date de cloture des candidatures;ferme le;fermeture;date de fermeture;date limite;"
        "date limite de depot;date limite depot;limite de depot;date limite de candidature;"
        "date limite de reponse;date limite d inscription;date limite de remise;date limite de reception;"
        "date limite de soumission;date butoir;echeance;date d echeance;date echeance;fin;date de fin;"
        "date fin;fin le;jusqu au;ouvert jusqu au;valable jusqu au;date d expiration;closedate;"
        "close date;closing date;closingdate;closing;closes;closes on;deadline;deadline date;"
        "submission deadline;application deadline;due date;end date;enddate;ends;ends on;until;open until;"
        "valid until;expires;expiry date;expiration date",
        "_opens": "opening",
        "dates_as_published": "deadline or date as published;dates;dates publiees",
        "availability": "disponibilite",
        "_status": "status;statut;etat",
        "eligibility_text": "eligibility;eligibilite;conditions;public",
        "funding": "aid or budget;aide;financement;aid",
        "funding_rate": "taux;taux d aide;taux de financement",
        "budget_eur": "budget;montant;budget eur",
        "code": "reference;identifiant appel;topic",
        "_list": "list",
        **{f"eligibility.{name}": "" for name in Eligibility.model_fields},
    },
    ItemType.LEAD: {
        "name": "programme;ecole;school;association;dispositif;piste",
        "lead_kind": "kind;nature;type de piste",
        "themes": "theme;thematique;thematiques;mots cles;keywords",
        "city": "ville;commune",
        "department_code": "code departement",
        "_department": "departement;dept;department",
        "_postcode": "code postal;cp",
    },
}
_DAY = re.compile(r" (?:on|au|le) \d[\d ]*$")
"""The day in ``status_on_2026_11_22``."""

_PREFIXES = {
    "ORG": ItemType.ORGANISATION,
    "FAC": ItemType.FACTORY,
    "INT": ItemType.OPPORTUNITY,
    "OPP": ItemType.OPPORTUNITY,
    "LEAD": ItemType.LEAD,
}


def _vocabulary(item_type: ItemType) -> dict[str, str]:
    names = {
        fold_words(field): field for field in ITEM_CLASSES[item_type].model_fields if field != "eligibility"
    }
    for fields in (_ANY, _OWN[item_type]):
        for field, aliases in fields.items():
            names |= {alias: field for alias in aliases.split(";") if alias and names.get(alias) != alias}
            names.setdefault(fold_words(field), field)
    return names


VOCABULARY = {item_type: _vocabulary(item_type) for item_type in ItemType}


def columns_of(item_type: ItemType, columns: Sequence[str]) -> dict[int, str]:
    """Map the position of each known column to its field; of two for one field the canonical name wins.

    >>> columns_of(ItemType.ORGANISATION, ["Nom", "Code département", "Fax"])
    {0: 'name', 1: 'department_code'}
    """
    known = VOCABULARY[item_type]
    keys = [_DAY.sub("", fold_words(column)) for column in columns]
    fields = {n: known[key] for n, key in enumerate(keys) if key in known}
    chosen: dict[str, int] = {}
    for n, field in fields.items():
        if field not in chosen or (
            fold_words(columns[n]) == fold_words(field) != fold_words(columns[chosen[field]])
        ):
            chosen[field] = n
    return {n: field for field, n in sorted(chosen.items(), key=lambda pair: pair[1])}


def header_rank(cells: Sequence[str]) -> int:
    """Say how much a row looks like a header of items: a column for names, and others that are known.

    >>> header_rank(["Nom", "Ville"]) == HEADER, header_rank(["Liste des adhérents", ""]) == NOT_A_HEADER
    (True, True)
    """
    rank = NOT_A_HEADER
    for item_type in ItemType:
        fields = columns_of(item_type, cells).values()
        if "name" in fields:
            rank = max(rank, HEADER if len(fields) > 1 else NAMES_ONLY)
    return rank


def infer_type(columns: Sequence[str], ids: Sequence[str]) -> ItemType:
    """Return the type most columns belong to; if several tie, the one the ids' letters name.

    InvalidRequest, naming ``--kind``, when neither decides.
    """
    known = {item_type: len(columns_of(item_type, columns)) for item_type in ItemType}
    most = max(known.values())
    best = [item_type for item_type in ItemType if known[item_type] == most]
    if len(best) == 1:
        return best[0]
    prefixes = {_PREFIXES.get(item_id.rstrip("0123456789-_ ").upper()) for item_id in ids}
    if len(prefixes) == 1 and (told := prefixes.pop()):
        return told
    raise InvalidRequest(
        f"The columns ({', '.join(columns[:12])}) do not tell what the rows are. "
        f"Say it with --kind: {', '.join(ItemType)}. Or is the row with the names of the columns missing?"
    )
