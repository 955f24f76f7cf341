"""Job needs and their leads as pages, console and API say them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from matcher.hiring import Contract, JobNeed, Remote, Requirement, Weight
from matcher.hiring.needs import Draft, LeadGroup, LeadKind, NeedGap, NeedLead, NeedNotice, SavedNeed
from service.words import Language

_NEED = TypeAdapter(JobNeed)
GROUP_TITLES: Mapping[LeadKind, tuple[str, str]] = {
    LeadKind.TRAINING: ("Qui forme à ce métier", "Who trains for this job"),
    LeadKind.PROGRAMME: ("Qui peut élargir les candidatures", "Who can help more people apply"),
    LeadKind.EMPLOYER: ("Employeurs dont apprendre", "Employers to learn from"),
    LeadKind.MOBILITY: ("Métiers d'où l'on peut venir", "Jobs people can come from"),
}
CONTRACTS: Mapping[Contract, tuple[str, str]] = {
    Contract.PERMANENT: ("CDI", "permanent (CDI)"),
    Contract.FIXED_TERM: ("CDD", "fixed term (CDD)"),
    Contract.APPRENTICESHIP: ("apprentissage", "apprenticeship"),
    Contract.PROFESSIONALISATION: ("contrat de professionnalisation", "professionalisation contract"),
    Contract.INTERNSHIP: ("stage", "internship"),
}
REMOTES: Mapping[Remote, tuple[str, str]] = {
    Remote.NO: ("sur place", "on site"),
    Remote.PARTLY: ("télétravail partiel", "partly remote"),
    Remote.FULLY: ("télétravail complet", "fully remote"),
}
NOTICES: Mapping[str, tuple[str, str]] = {
    "seniority": (
        "« {words} » ne dit rien des compétences : ce n'est pas une exigence du besoin.",
        "'{words}' says nothing of skills: it is no requirement of the need.",
    ),
    "general_years": (
        "« {words} » : écrire les années par compétence, si le travail les demande.",
        "'{words}': write years per skill, if the work needs them.",
    ),
    "unknown_skill": (
        "« {words} » n'est pas une compétence reconnue.",
        "'{words}' is not a skill that is recognised.",
    ),
    "no_occupation": (
        "Aucun métier reconnu : écrire l'intitulé, ou le code ROME.",
        "No job is recognised: write its title, or the ROME code.",
    ),
    "no_skill": ("Aucune compétence reconnue.", "No skill is recognised."),
    "no_place": ("Aucun lieu reconnu : écrire la ville.", "No place is recognised: write the town."),
}


def notice_of(notice: NeedNotice, lang: Language) -> str:
    """Return a notice as a sentence."""
    return NOTICES[notice.code][lang == "en"].format(words=notice.words)


def requirement_words(one: Requirement, lang: Language) -> str:
    """Return a requirement in words: the skill, its years, whether it is only welcome.

    >>> from matcher.hiring import JobSkill
    >>> requirement_words(Requirement(JobSkill("term:git", "Git"), Weight.APPRECIATED, "git", 2), "fr")
    'Git (2 ans), apprécié'
    """
    years = ""
    if one.years:
        years = f" ({one.years} years)" if lang == "en" else f" ({one.years} ans)"
    welcome = ""
    if one.weight is Weight.APPRECIATED:
        welcome = ", welcome" if lang == "en" else ", apprécié"
    return f"{one.skill.label}{years}{welcome}"


def lead_line(one: NeedLead, lang: Language) -> str:
    """Return the fact of a lead with distance and year."""
    parts = [one.fact.en if lang == "en" else one.fact.fr]
    if one.distance_km is not None:
        parts.append(f"{one.distance_km} km")
    if one.year:
        parts.append(f"source of {one.year}" if lang == "en" else f"source de {one.year}")
    if one.confirm:
        parts.append("to be confirmed" if lang == "en" else "à confirmer")
    return " · ".join(filter(None, parts))


def draft_facts(draft: Draft) -> dict[str, Any]:
    """Return a need that is not saved as values of JSON."""
    facts: dict[str, Any] = _NEED.dump_python(draft.need, mode="json")
    return facts


def need_facts(saved: SavedNeed) -> dict[str, Any]:
    """Return a saved need as values of JSON."""
    facts: dict[str, Any] = _NEED.dump_python(saved.need, mode="json")
    facts["state"] = saved.state.value
    facts["version"] = saved.version
    facts["closed_at"] = saved.closed_at.isoformat() if saved.closed_at else None
    facts["overrides"] = [
        {"criterion": one.criterion, "words": one.words, "note": one.note} for one in saved.overrides
    ]
    return facts


def fact_of(one: NeedLead) -> dict[str, Any]:
    """Return a lead as values of JSON."""
    return {
        "id": one.id,
        "name": one.name,
        "fact_fr": one.fact.fr,
        "fact_en": one.fact.en,
        "next_step_fr": one.next_step.fr,
        "next_step_en": one.next_step.en,
        "year": one.year,
        "source_url": one.source_url,
        "distance_km": one.distance_km,
        "confirm": one.confirm,
    }


def group_facts(group: LeadGroup) -> dict[str, Any]:
    """Return a group of leads as values of JSON."""
    return {"kind": group.kind.value, "leads": [fact_of(one) for one in group.leads]}


def gap_facts(gap: NeedGap) -> dict[str, Any]:
    """Return needs without a lead as values of JSON."""
    return {
        "department": gap.department,
        "rome": gap.rome,
        "label": gap.label,
        "needs": gap.needs,
        "nearest": fact_of(gap.nearest) if gap.nearest else None,
    }
