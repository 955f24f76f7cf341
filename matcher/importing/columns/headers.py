"""Which column means which field: canonical names, French and English headers, and the type they betray.

A header is compared folded (no case, accent or punctuation): ``Code département`` is ``code_departement``.
Fields beginning with ``_`` are shaped into real ones by :mod:`matcher.importing.cells`.
"""

import re
from collections.abc import Sequence

from matcher.domain.items import ITEM_CLASSES, Eligibility, ItemType
from matcher.importing.columns.deciding import Sense
from matcher.importing.report import refusal
from matcher.language import fold_words

TYPE_COLUMN = "item_type"

_ANY = {
    "id": "identifiant;code interne;ref;reference",
    "name": "nom;intitule;titre;title;raison sociale;denomination;structure;nom de la structure;company",
    "lang": "langue;language",
    "evidence_level": "niveau de preuve;niveau evidence",
    "source_url": "source;url;lien;link;site;site web;site internet;website;web;siteweb;site url;website url",
    "inferred_fields": "champs inferes;fields from background",
    "description": "description fr;description en;presentation;texte;paragraphe;resume;activite;about;"
    "about us;a propos;comment;objet;objet social;description activite;description de l activite",
    TYPE_COLUMN: "type d element;type de fiche",
}
_OWN: dict[ItemType, dict[str, str]] = {
    ItemType.ORGANISATION: {
        "name": "organisation;organization;entreprise;societe;adherent;membre;member;association;organisme;"
        "nom entreprise;nom de l entreprise;nom societe;nom de la societe;nom adherent;nom de l adherent;"
        "nom du membre;nom de l organisation;nom de l organisme;nom de l association;nom structure;"
        "denomination sociale;company name;organisation name;organization name;member name;account name;"
        "display name;legal name;denominationunitelegale;denomination unite legale;raison sociale adherent",
        "expertise": "expertise keywords;expertises;competences;savoir faire;skills;mots cles;keywords",
        "sectors": "sectors served;sector;industry;secteur activite;secteur;secteurs;secteur d activite;"
        "secteurs d activite;"
        "secteurs servis;secteurs clients;domaine;marches",
        "source_url": "company domain name;domain name;nom de domaine;billing website",
        "offers": "offre;offres;offer;propose;peut offrir;proposent;ce qu ils proposent;"
        "ce qu elles proposent;ce qu il propose;ce qu elle propose;ce que vous proposez;nous proposons;"
        "ce qu ils offrent",
        "needs": "besoin;besoins;need;cherche;recherche;cherchent;recherchent;ce qu ils cherchent;"
        "ce qu elles cherchent;ce qu il cherche;ce qu elle cherche;ce que vous cherchez;nous cherchons;"
        "ce qu ils recherchent",
        "city": "ville;commune;localite;town;billing city;ville siege;ville du siege;adresse ville;"
        "adrs libcommune;libellecommuneetablissement;ville adherent;mailing city;address city;"
        "adresse commune",
        "department_code": "code departement;departement code;num departement;numero departement",
        "_postcode": "code postal;cp;postcode;postal code;zip;zip code;zip postal code;"
        "billing zip postal code;billing postal code;codepostaletablissement;adrs codepostal;"
        "adresse code postal;mailing zip postal code;code postal siege;code postal adherent",
        "department": "nom departement",
        "_department": "departement;dept;dpt;dep",
        "size_band": "taille;taille d entreprise;tranche;categorie d entreprise;categorieentreprise;size",
        "_headcount": "effectif;effectifs;nombre de salaries;salaries;headcount;employees;"
        "number of employees;nb salaries;nb de salaries;nombre d employes;effectif salarie;no of employees",
        "_staff_code": "trancheeffectifsunitelegale;trancheeffectifsetablissement;"
        "tranche effectifs unite legale",
        "member_type": "type;type de structure;type de membre;statut juridique",
        "international": "presence internationale;international presence",
        "member_link": "digital113 link;lien avec digital 113;lien cluster",
        "source_year": "annee;annee source;year",
        "opted_out": "opposition;oppose;opposee;oppose e;s oppose;desinscrit;desinscrite;desinscrit e;"
        "desinscription;desabonne;desabonnee;desabonne e;refuse;refus;refuse d etre recommande;"
        "ne pas recommander;ne plus recommander;ne pas contacter;opt out;optout;opt outs;opted out;"
        "unsubscribed;unsubscribe;do not recommend;do not contact",
        "accepts_ranking": "accepte d etre propose;accepte d etre proposee;accepte le classement",
        "illustrative": "illustratif;exemple",
        "siret": "n siret;no siret;numero siret;siret siege;siret du siege;siren;n siren;numero siren;"
        "siretetablissement",
        "naf": "code naf;ape;code ape;naf ape;code naf ape;activiteprincipaleunitelegale;sic code;"
        "activiteprincipaleetablissement;activite principale unite legale",
        "legal_category": "categoriejuridiqueunitelegale;categorie juridique;forme juridique;legal form;"
        "nature juridique;categorie juridique unite legale",
        "_person": "is company;is a company;est une societe;contact type;type de contact;company type;"
        "type de personne;type d adherent;personne morale",
        "_external": "record id;account id;contact id;external id;externalid;id externe;identifiant externe;"
        "internal contact id;company id;xml id;rna id",
        "_first_name": "prenom;first name;firstname;prenom adherent;prenom contact;prenom du contact",
        Sense.CONSENT: "consentement",
        Sense.OPPOSITION: "",
        Sense.MEMBERSHIP: "statut adhesion;adhesion",
        Sense.LEFT: "demission",
        Sense.UNTIL: "fin d adhesion",
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
        "employer": "employeur;recruteur;hiring organization;entreprise qui recrute",
        "closes_at": "validthrough;offre valable jusqu au;fin de l offre",
        "public": "publics;pour qui",
        "reserved": "reserve;reserve au public;public reserve",
        "levels": "niveau;niveaux;niveau de diplome;level",
        "apprenticeship": "alternance;apprentissage;en alternance",
        "rome_codes": "codes rome;code rome;rome",
        "source_year": "annee;annee source;year",
        "licence": "license",
        "themes": "theme;thematique;thematiques;mots cles;keywords",
        "city": "ville;commune",
        "department_code": "code departement",
        "_department": "departement;dept;department;dpt;dep",
        "_postcode": "code postal;cp",
    },
}
_COMPANY_TITLES = (
    "raison sociale;denomination sociale;siret;siren;adherent;nom de l adherent;nom adherent;societe"
    ";company name;account name;organization name;organisation name;nom de l entreprise;nom entreprise"
    ";is company"
)
_OF_ORGANISATIONS = frozenset(_COMPANY_TITLES.split(";"))
"""Titles that only lists of organisations have; they decide between types that know as many columns."""
_DAY = re.compile(r" (?:on|au|le) \d[\d ]*$")
"""The day in ``status_on_2026_11_22``."""

_PREFIXES = {
    "ORG": ItemType.ORGANISATION,
    "FAC": ItemType.FACTORY,
    "INT": ItemType.OPPORTUNITY,
    "OPP": ItemType.OPPORTUNITY,
    "LEAD": ItemType.LEAD,
    "INC": ItemType.LEAD,
    "PRV": ItemType.LEAD,
}


def _vocabulary(item_type: ItemType) -> dict[str, str]:
    """Return the field of each folded title; ValueError when one title is given to two fields."""
    names = {
        fold_words(field): field for field in ITEM_CLASSES[item_type].model_fields if field != "eligibility"
    }
    for fields in (_ANY, _OWN[item_type]):
        given: dict[str, str] = {}
        for field, titles in fields.items():
            for title in filter(None, titles.split(";")):
                if given.setdefault(title, field) != field:
                    raise ValueError(f"'{title}' is given to {given[title]} and {field}")
            names.setdefault(fold_words(field), field)
        names |= given
    return names


VOCABULARY = {item_type: _vocabulary(item_type) for item_type in ItemType}


_OF_A_PERSON = frozenset(
    ["nom", "name", "last name", "lastname", "nom de famille", "nom adherent", "nom contact"]
)
"""Columns of a person's name where there is one for first names; alone they name an organisation."""


def fields_of(item_type: ItemType, columns: Sequence[str]) -> dict[int, str]:
    """Map the position of each known column to its field; several columns may have one field."""
    known = VOCABULARY[item_type]
    keys = [_DAY.sub("", fold_words(column)) for column in columns]
    found = {n: known[key] for n, key in enumerate(keys) if key in known}
    of_a_crm, of_people = "_person" in found.values(), "_first_name" in found.values()
    fields = {}
    for n, field in found.items():
        if of_people and field == "name" and keys[n] in _OF_A_PERSON:
            continue
        external = of_a_crm and field == "id"  # a CRM gives ids with signs of its own
        fields[n] = "_external" if external else field
    return fields


def names_a_person(item_type: ItemType, columns: Sequence[str], position: int) -> bool:
    """Say whether a column of organisations names a person: there is one of first names beside it.

    >>> names_a_person(ItemType.ORGANISATION, ["Raison sociale", "Nom", "Prénom"], 1)
    True
    """
    fields = fields_of(item_type, columns).values()
    return "_first_name" in fields and fold_words(columns[position]) in _OF_A_PERSON


_CONTACT = re.compile(
    r"(?:(?:nom|prenom|adresse|numero|n|mail|e ?mail|courriel|telephone|tel|mobile|fonction)(?: et prenom)? "
    r"(?:du |de la |de |de l |d )?)*"
    r"(?:contacts?|interlocut\w+|referente?s?|correspondante?s?|dirigeante?s?|responsables?|gerante?s?|"
    r"telephone|tel|portable|mobile|phone|e ?mails?|mails?|courriels?|fonction)"
    r"(?: (?:\d|principale?|professionnel|pro|fixe|direct))?(?: (?:du |de la |de l )?contact)?"
)


def names_a_contact(title: str) -> bool:
    """Say whether a column holds how to reach a person, which no item keeps.

    >>> [names_a_contact(title) for title in ("E-mail du contact", "Tél.", "Lentilles de contact")]
    [True, True, False]
    """
    return _CONTACT.fullmatch(fold_words(title)) is not None


def columns_of(item_type: ItemType, columns: Sequence[str]) -> dict[int, str]:
    """Map the position of each known column to its field; of two for one field the canonical name wins.

    >>> columns_of(ItemType.ORGANISATION, ["Nom", "Code département", "Fax"])
    {0: 'name', 1: 'department_code'}
    """
    chosen: dict[str, int] = {}
    for n, field in fields_of(item_type, columns).items():
        canonical = fold_words(columns[n]) == fold_words(field)
        if field not in chosen or (canonical and fold_words(columns[chosen[field]]) != fold_words(field)):
            chosen[field] = n
    positions = {n: field for field, n in chosen.items()}
    return dict(sorted(positions.items()))


def header_rank(cells: Sequence[str]) -> int:
    """Return how many columns of items a row names, 1 if it only names a column for names, else 0.

    >>> header_rank(["Nom", "Ville"]), header_rank(["Liste des adhérents", ""])
    (2, 0)
    """
    rank = 0
    for item_type in ItemType:
        fields = columns_of(item_type, cells).values()
        if "name" in fields:
            rank = max(rank, len(fields))
    return rank


def infer_type(columns: Sequence[str], ids: Sequence[str]) -> ItemType:
    """Return the type most columns belong to; if several tie, the one the ids' letters name.

    InvalidRequest, naming ``--kind``, when neither decides.
    """
    known = {item_type: len(columns_of(item_type, columns)) for item_type in ItemType}
    if _OF_ORGANISATIONS.intersection(map(fold_words, columns)):
        known[ItemType.ORGANISATION] += 1
    most = max(known.values())
    best = [item_type for item_type in ItemType if known[item_type] == most]
    if len(best) == 1:
        return best[0]
    prefixes = {_PREFIXES.get(item_id.rstrip("0123456789-_ ").upper()) for item_id in ids}
    if len(prefixes) == 1 and (prefix := prefixes.pop()):
        return prefix
    names, kinds = ", ".join(columns[:12]), ", ".join(ItemType)
    raise refusal(
        f"Les colonnes ({names}) ne disent pas ce que sont les lignes : préciser ce que le fichier contient. "
        "Ou bien la ligne des noms de colonnes manque-t-elle ?",
        f"The columns ({names}) do not say what the rows are: say what the file holds. "
        "Or is the row with the names of the columns missing?",
        (f" Le préciser avec --kind : {kinds}.", f" Say it with --kind: {kinds}."),
    )
