"""What is held, why, how long and who sees it: from the product's own tables, settings and rights.

The texts stand beside the names of the tables they speak of; a test compares them with the schema, so that no
table of members goes untold. Durations come from the settings in force, and readers from the permissions.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.people import ROLE_PERMISSIONS, Permission, Role

_LEGITIMATE = ("intérêt légitime du cluster (art. 6.1.f)", "legitimate interest of the cluster (art. 6.1.f)")
_CONTRACT = ("contrat d'adhésion (art. 6.1.b)", "membership contract (art. 6.1.b)")
_CONSENT = ("consentement (art. 6.1.a)", "consent (art. 6.1.a)")
_LEGAL = ("obligation légale (art. 6.1.c, art. 5.2)", "legal obligation (art. 6.1.c, art. 5.2)")
_MEMBERSHIP = ("jusqu'à l'effacement ou la fin d'adhésion", "until erasure or the end of membership")
_WHO: Mapping[Role, tuple[str, str]] = {
    Role.MEMBER: ("membres", "members"),
    Role.STAFF: ("équipe", "staff"),
    Role.HR: ("factory RH", "HR factory"),
    Role.ADMIN: ("administration", "administrators"),
}

Both = tuple[str, str]
"""French and English."""


@dataclass(frozen=True, slots=True)
class Processing:
    """One purpose: what is held for it, why, how long, who sees it, and in which tables."""

    purpose: Both
    data: Both
    basis: Both
    kept: Both
    readers: Both
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Durations:
    """How long things are kept, in days, by the settings in force."""

    impressions: int


@dataclass(frozen=True, slots=True)
class _Told:
    """A purpose as it is written down: durations are filled in, and readers follow from a permission."""

    purpose: Both
    data: Both
    basis: Both
    kept: Both
    permission: Permission
    tables: tuple[str, ...]


_TOLD = (
    _Told(
        ("annuaire et recommandations", "directory and recommendations"),
        (
            "fiche de l'organisation, états antérieurs des imports, participation aux factories; une"
            " entreprise individuelle n'est classée comme partenaire qu'avec son accord",
            "record of the organisation, former states of imports, participation in factories; a sole trader"
            " is ranked as a partner only once they agreed",
        ),
        _LEGITIMATE,
        _MEMBERSHIP,
        Permission.READ_DIRECTORY,
        ("items", "import_changes", "imports", "participations", "outbox"),
    ),
    _Told(
        ("personnes et contacts", "people and contacts"),
        (
            "nom, adresse, fonction, langue, rôle, organisation, provenance, opposition",
            "name, address, function, language, role, organisation, source, objection",
        ),
        _CONTRACT,
        _MEMBERSHIP,
        Permission.SEE_PEOPLE,
        ("people", "person_organisations"),
    ),
    _Told(
        ("connexion", "sign-in"),
        (
            "sessions et liens, sous forme d'empreintes; jamais le mot de passe",
            "visits and links, as hashes; never the password",
        ),
        _CONTRACT,
        (
            "deux jours au plus après leur fin ou leur révocation",
            "two days at most after they end or are revoked",
        ),
        Permission.MANAGE_KEYS,
        ("visits", "api_keys", "links"),
    ),
    _Told(
        ("mises en relation", "introductions"),
        (
            "propositions, mot de l'équipe joint à une demande, réponses, motif d'un refus, dates, bilan,"
            " souhaits",
            "proposals, word of staff added to a request, answers, ground of a refusal, dates, outcome,"
            " wishes",
        ),
        _CONTRACT,
        _MEMBERSHIP,
        Permission.MANAGE_INTRODUCTIONS,
        ("introductions", "introduction_records", "availabilities", "unwanted_pairs"),
    ),
    _Told(
        ("plan des mises en relation", "plan of introductions"),
        (
            "gains attendus de chaque paire d'organisations",
            "expected gains of each pair of organisations",
        ),
        _LEGITIMATE,
        ("jusqu'au plan suivant", "until the next plan"),
        Permission.SEE_PLAN,
        ("plan_lists", "plan_members"),
    ),
    _Told(
        ("réactions et mesure", "reactions and measurement"),
        ("ce qui a été montré et les réactions", "what was shown, and reactions"),
        _LEGITIMATE,
        ("{days} jours, puis des totaux par mois", "{days} days, then totals a month"),
        Permission.ACT_FOR_ANY,
        ("impressions", "impression_counts", "feedback"),
    ),
    _Told(
        ("alertes", "alerts"),
        ("appels signalés, recherches gardées, refus des alertes", "calls told, saved searches, stops"),
        _LEGITIMATE,
        _MEMBERSHIP,
        Permission.SEND_ALERTS,
        ("alerts", "saved_searches", "alert_stops"),
    ),
    _Told(
        ("courriels", "mails"),
        ("destinataire, événement, date; pas le texte", "receiver, event, date; not the text"),
        _CONTRACT,
        _MEMBERSHIP,
        Permission.SEE_MAIL,
        ("messages",),
    ),
    _Told(
        ("besoins d'emploi", "job needs"),
        (
            "métier, compétences, lieu, contrat et texte d'une offre; qui l'a saisie",
            "job, skills, place, contract and text of an offer; who entered it",
        ),
        _LEGITIMATE,
        (
            "six mois après la fermeture ou l'échéance du besoin",
            "six months after the need is closed or over",
        ),
        Permission.MANAGE_NEEDS,
        ("job_needs",),
    ),
    _Told(
        ("vivier de profils", "pool of profiles"),
        (
            "compétences sous un code neutre; nom et adresse chiffrés à part; qui les a ouverts et pourquoi",
            "skills under a neutral code; name and address sealed apart; who opened them and why",
        ),
        _CONSENT,
        ("deux ans après le dernier acte de la personne", "two years after the person's last act"),
        Permission.SEE_CANDIDATES,
        ("candidates", "candidate_contacts", "candidate_openings"),
    ),
    _Told(
        ("sélections pour un besoin", "shortlists for a need"),
        (
            "profils comparés à un besoin, graine du tirage, décision d'une personne et motif chiffré",
            "profiles compared with a need, seed of the draw, a person's decision and sealed reason",
        ),
        _CONSENT,
        ("avec le profil : jusqu'à son effacement", "with the profile: until it is erased"),
        Permission.SEE_CANDIDATES,
        ("shortlists", "shortlist_entries"),
    ),
    _Told(
        ("ouverture du vivier", "opening of the pool"),
        (
            "référence de l'analyse d'impact, date, qui a ouvert ou fermé le vivier",
            "reference of the impact assessment, date, who opened or closed the pool",
        ),
        _LEGAL,
        ("tant que le service existe", "for as long as the service exists"),
        Permission.MANAGE_PEOPLE,
        ("candidate_gates",),
    ),
    _Told(
        ("preuve et droits", "proof and rights"),
        (
            "actes sous références pseudonymes; empreintes des sujets effacés; certificats",
            "acts under pseudonymous references; hashes of erased subjects; certificates",
        ),
        _LEGAL,
        ("tant que le service existe", "for as long as the service exists"),
        Permission.HANDLE_RIGHTS,
        ("audit_entries", "erasures", "suppressions"),
    ),
)


def processings(durations: Durations) -> list[Processing]:
    """Return every purpose for which data of people and organisations are held.

    >>> [one.tables for one in processings(Durations(90)) if "visits" in one.tables]
    [('visits', 'api_keys', 'links')]
    """
    found = []
    for one in _TOLD:
        fr, en = (text.format(days=durations.impressions) for text in one.kept)
        readers = _readers(one.permission)
        found.append(Processing(one.purpose, one.data, one.basis, (fr, en), readers, one.tables))
    return found


def version_of_notice(told: Sequence[Processing]) -> str:
    """Return the version of a notice: it changes when anything that is told does."""
    text = json.dumps([(one.purpose, one.data, one.basis, one.kept, one.readers) for one in told])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def notice(told: Sequence[Processing], lang: str) -> str:
    """Return the notice as plain text, with its version."""
    french = lang == "fr"
    which = 0 if french else 1
    heads = (
        ("Pourquoi", "Quoi", "Base", "Combien de temps", "Qui")
        if french
        else ("Why", "What", "Basis", "How long", "Who")
    )
    parts = []
    for one in told:
        values = (one.purpose, one.data, one.basis, one.kept, one.readers)
        parts.append("\n".join(f"{head}: {value[which]}" for head, value in zip(heads, values, strict=True)))
    version = version_of_notice(told)
    title = f"Données personnelles, version {version}" if french else f"Personal data, version {version}"
    rights = (
        "Copie et effacement: POST /v1/data-links avec votre adresse, ou un lien de vos courriels."
        if french
        else "A copy, and erasure: POST /v1/data-links with your address, or a link of your mails."
    )
    return "\n\n".join([title, *parts, rights]) + "\n"


def record_rows(told: Sequence[Processing]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the record of processing (art. 30), in both languages."""
    names = ("purpose", "data", "basis", "kept", "readers")
    columns = [f"{name}_{lang}" for name in names for lang in ("fr", "en")] + ["tables", "version"]
    version = version_of_notice(told)
    rows = []
    for one in told:
        texts = [*one.purpose, *one.data, *one.basis, *one.kept, *one.readers]
        rows.append([*texts, " ".join(one.tables), version])
    return columns, rows


def _readers(permission: Permission) -> Both:
    """Return who may see it, by the roles that have a permission; everybody sees their own."""
    roles = [role for role in Role if permission in ROLE_PERMISSIONS[role]]
    own = ("soi-même", "oneself")
    told = [own, *(_WHO[role] for role in roles)]
    return ", ".join(one[0] for one in told), ", ".join(one[1] for one in told)
