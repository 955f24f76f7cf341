"""Leads for a need: who teaches the job near by, who widens who applies, employers to learn from, moves.

A lead states a fact with its year and source, and a next step; it is chosen by what the fact says (the job,
the place, the public), never by a trait of a person. Old facts show their year.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from matcher.domain.items import LEVEL_NAMES, PUBLIC_NAMES, Lead, Public
from matcher.hiring.need import Contract, JobNeed
from matcher.hiring.needs.egapro import EmployerFact, exemplary
from matcher.hiring.needs.mobilities import SOURCE_URL, SOURCE_YEAR, Mobilities
from matcher.hiring.needs.titles import seniority
from matcher.knowledge import Place, Territory
from matcher.language import content_tokens, neutral

MOST = 5
"""Leads a group shows."""
_BY_INDEX = 2
"""Employers of a group that are there by their index alone, which says less than how they hire."""
NEAR_KM = 60.0
"""Distance within which a training is near: about an hour by road."""
_REACH_KM = 120.0
"""Distance beyond which a training is no lead for a place, unless there are fewer than :data:`_LEAST`."""
_LEAST = 2
_AS_NEAR_KM = 15
"""Distances that differ by less are the same way to go."""
_SCHOOLS = "PRV"
"""Ids of schools and training centres begin so (see the data card)."""
_BEGINNERS = ("junior", "débutant")
_EMPLOYERS = ("entreprise inclusive", "entreprise adaptée", "coopérative")
_STARTING = frozenset({"young_people", "young_women_15_25", "students", "apprentices"})
"""Publics at the beginning of their work: schemes for them come last where the job is for no beginner."""
_ANY_SCHOOL = frozenset(token.stem for token in content_tokens("application informatique numérique appliqué"))
"""Stems in what nearly any school teaches: "informatique appliquée" is no sign of a developer of apps."""
_OUTSIDE = ("students", "apprentices", "employers", "girls", "schoolgirls_13_15")
"""Publics of schools, employers, and girls too young to be hired: a scheme for them alone widens nothing."""


class LeadKind(StrEnum):
    """What a lead is for."""

    TRAINING = "training"
    PROGRAMME = "programme"
    EMPLOYER = "employer"
    MOBILITY = "mobility"


@dataclass(frozen=True, slots=True)
class Both:
    """A sentence in French and English."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class NeedLead:
    """One lead: its fact with ``year`` and ``source_url``, and the next step.

    ``id`` is that of an item, or a ROME code. ``distance_km`` is None where a place is not known; ``year`` is
    None where the source gives none; ``confirm`` asks to check first, since the source is old or weak.
    """

    id: str
    name: str
    fact: Both
    next_step: Both
    year: int | None
    source_url: str
    distance_km: int | None = None
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class LeadGroup:
    """Leads of one kind, best first; at most :data:`MOST`."""

    kind: LeadKind
    leads: tuple[NeedLead, ...]


NEXT_STEPS: Mapping[LeadKind, Both] = {
    LeadKind.TRAINING: Both(
        "Proposer l'offre au service entreprises et demander les dates de la prochaine promotion.",
        "Send the offer to its employer contact and ask for the dates of the next class.",
    ),
    LeadKind.PROGRAMME: Both(
        "Prendre contact et demander à diffuser l'offre à son public.",
        "Get in touch and ask to spread the offer among its public.",
    ),
    LeadKind.EMPLOYER: Both(
        "Demander un échange sur leur façon de recruter et d'accueillir.",
        "Ask for a talk about how they hire and welcome people.",
    ),
    LeadKind.MOBILITY: Both(
        "Ouvrir l'offre à ces métiers : dire ce que la formation interne apprendra.",
        "Open the offer to these jobs: say what will be taught on the job.",
    ),
}
_OLD = 2024
"""Facts of before this year are to be checked before anyone is sent there (see the data card)."""


class NeedLeads:
    """Finds leads for needs among the leads of the catalogue.

    Parameters
    ----------
    leads
        Gives the leads of the catalogue; asked at every question, so that a change counts at once.
    parent_of
        The ROME 3 code of a ROME 4 code: trainings are coded with it.
    facts
        Gives the published facts on employers; asked at every question too.
    """

    def __init__(
        self,
        leads: Callable[[], Iterable[Lead]],
        territory: Territory,
        mobilities: Mobilities,
        parent_of: Mapping[str, str],
        facts: Callable[[], Iterable[EmployerFact]] = tuple,
    ) -> None:
        self._leads = leads
        self._territory = territory
        self._mobilities = mobilities
        self._parent_of = parent_of
        self._facts = facts

    def groups(self, need: JobNeed) -> list[LeadGroup]:
        """Return the groups that have a lead for a need: trainings, programmes, employers, moves."""
        leads = list(self._leads())
        found = (
            LeadGroup(LeadKind.TRAINING, tuple(self._trainings(need, leads))),
            LeadGroup(LeadKind.PROGRAMME, tuple(self._programmes(need, leads))),
            LeadGroup(LeadKind.EMPLOYER, tuple(self._employers(need, leads))),
            LeadGroup(LeadKind.MOBILITY, tuple(self._moves(need))),
        )
        return [group for group in found if group.leads]

    def trainings(self, need: JobNeed) -> list[NeedLead]:
        """Return every training that leads to the job of a need, near or far."""
        return self._teaching(need, list(self._leads()))

    def nearest_training(self, need: JobNeed) -> NeedLead | None:
        """Return the nearest training for a need's job that has a place; None when there is none."""
        placed = [one for one in self.trainings(need) if one.distance_km is not None]
        return min(placed, key=lambda one: (one.distance_km or 0, one.id), default=None)

    def _trainings(self, need: JobNeed, leads: Sequence[Lead]) -> list[NeedLead]:
        """Return trainings near by, those with apprenticeship first where the need asks for beginners."""
        by_id = {lead.id: lead for lead in leads}
        first = need.contract is Contract.APPRENTICESHIP or _is_for_beginners(need)

        job = _words_of(need)

        def rank(one: NeedLead) -> tuple[bool, bool, float, bool, bool, int, float, str]:
            lead = by_id[one.id]
            far = one.distance_km is None or one.distance_km > NEAR_KM
            lacks = first and lead.apprenticeship is not True
            vague = not any(_shared(theme, job) for theme in lead.themes)
            # Of two as near, the surer source, the training named like the job, of these the school of fewer
            # jobs: where none is named like it, few jobs say nothing, and the nearest comes first.
            jobs = 0 if vague else len(lead.rome_codes)
            near = _distance(one)
            return far, lacks, near // _AS_NEAR_KM, one.confirm, vague, jobs, near, one.id

        ranked = sorted(self._teaching(need, leads), key=rank)
        near = [one for one in ranked if one.distance_km is None or one.distance_km <= _REACH_KM]
        # Where little is near, the nearest of the others say how far the next ones are.
        return [*near, *(one for one in ranked if one not in near)][: max(min(len(near), MOST), _LEAST)]

    def _teaching(self, need: JobNeed, leads: Sequence[Lead]) -> list[NeedLead]:
        """Return every training that leads to the job of a need."""
        if need.occupation is None:
            return []
        codes = {need.occupation.rome, self._parent_of.get(need.occupation.rome, "")}
        teaching = [lead for lead in leads if codes & set(lead.rome_codes)]
        return [self._lead(need, lead, LeadKind.TRAINING, _taught(lead, need)) for lead in teaching]

    def _programmes(self, need: JobNeed, leads: Sequence[Lead]) -> list[NeedLead]:
        """Return schemes whose public widens who applies: one a public first, near ones before others."""
        widening = [lead for lead in leads if _widens(lead) and self._may_reach(need, lead)]
        made = [(lead, self._lead(need, lead, LeadKind.PROGRAMME, _for_whom(lead))) for lead in widening]
        made.sort(key=lambda pair: (pair[1].confirm, _distance(pair[1]), pair[1].id))
        if need.contract is Contract.APPRENTICESHIP or _is_for_beginners(need):
            return _one_a_public(made)[:MOST]
        return _beginners_last(made)[:MOST]

    def _employers(self, need: JobNeed, leads: Sequence[Lead]) -> list[NeedLead]:
        employing = [lead for lead in leads if lead.lead_kind.startswith(_EMPLOYERS)]
        made = [self._lead(need, lead, LeadKind.EMPLOYER, _described(lead)) for lead in employing]
        made.sort(key=lambda one: (_distance(one), one.id))
        near = partial(self._to_department, need)
        by_index = [_with_index(one) for one in exemplary(self._facts(), near)[:_BY_INDEX]]
        return [*made[: MOST - len(by_index)], *by_index]

    def _moves(self, need: JobNeed) -> list[NeedLead]:
        if need.occupation is None:
            return []
        step = NEXT_STEPS[LeadKind.MOBILITY]
        found: list[NeedLead] = []
        for one in self._mobilities.towards(need.occupation.rome)[:MOST]:
            fact = _move(need.occupation.label, self._mobilities.shared(one.rome, need.occupation.rome))
            found.append(NeedLead(one.rome, one.label, fact, step, SOURCE_YEAR, SOURCE_URL))
        return found

    def _may_reach(self, need: JobNeed, lead: Lead) -> bool:
        """Return whether a scheme works where the job is: one with a place near it, others everywhere."""
        if not lead.department_code or not need.department or lead.department_code == need.department:
            return True
        distance = self._distance(need, lead)
        return distance is not None and distance <= NEAR_KM

    def _lead(self, need: JobNeed, lead: Lead, kind: LeadKind, fact: Both) -> NeedLead:
        return NeedLead(
            lead.id,
            lead.name,
            fact,
            NEXT_STEPS[kind],
            lead.source_year,
            lead.source_url if lead.source_url.startswith("http") else "",
            self._distance(need, lead),
            lead.needs_confirmation or (lead.source_year is not None and lead.source_year < _OLD),
        )

    def _distance(self, need: JobNeed, lead: Lead) -> int | None:
        here, there = self._place(need.city, need.department), self._place(lead.city, lead.department_code)
        if here is None or there is None:
            return None
        return round(self._territory.distance_km(here, there))

    def _to_department(self, need: JobNeed, code: str) -> float:
        """Return the kilometres from the need to a department's centre, 0 in its own or without a place."""
        here, there = self._place(need.city, need.department), self._place("", code)
        if code == need.department or here is None or there is None:
            return 0.0
        return self._territory.distance_km(here, there)

    def _place(self, city: str, department: str) -> Place | None:
        return self._territory.locate(city, department) if city or department else None


def _is_for_beginners(need: JobNeed) -> bool:
    if need.contract is Contract.PROFESSIONALISATION:
        return True
    return seniority(need.text).lower().startswith(_BEGINNERS)


def _distance(one: NeedLead) -> float:
    return float("inf") if one.distance_km is None else one.distance_km


def _widens(lead: Lead) -> bool:
    """Return whether a lead reaches people who apply less: not a school for its own students alone."""
    if lead.lead_kind.startswith(_EMPLOYERS) or lead.id.startswith(_SCHOOLS):
        return False
    return any(public not in _OUTSIDE for public in lead.public)


def _beginners_last(made: Sequence[tuple[Lead, NeedLead]]) -> list[NeedLead]:
    """Return leads one a public first, those for people at the beginning of their work after all others."""
    later = [pair for pair in made if _STARTING.intersection(pair[0].public)]
    first = [pair for pair in made if pair not in later]
    return [*_one_a_public(first), *_one_a_public(later)]


def _one_a_public(made: Sequence[tuple[Lead, NeedLead]]) -> list[NeedLead]:
    """Return leads so that each of the first ones has a public that none before has."""
    seen: set[Public] = set()
    first: list[NeedLead] = []
    rest: list[NeedLead] = []
    for lead, one in made:
        (first if set(lead.public) - seen else rest).append(one)
        seen.update(lead.public)
    return [*first, *rest]


def _words_of(need: JobNeed) -> frozenset[str]:
    """Return the stems of what the job is called and asks."""
    label = need.occupation.label if need.occupation else ""
    asked = [one.skill.label for one in need.requirements]
    said = content_tokens(" ; ".join([neutral(need.title), label, *asked]))
    return frozenset(token.stem for token in said) - _ANY_SCHOOL


def _shared(theme: str, job: frozenset[str]) -> int:
    return len(job.intersection(token.stem for token in content_tokens(theme)))


def _taught(lead: Lead, need: JobNeed) -> Both:
    """Return what a school teaches, the two trainings nearest to the job, with level, way and place."""
    job = _words_of(need)
    taught = " ; ".join(sorted(lead.themes, key=lambda theme: -_shared(theme, job))[:2])
    if lead.description and not lead.id.startswith(_SCHOOLS):
        # The themes of a scheme say for what it stands ("mixité"), not what it teaches.
        taught = lead.description.rstrip(".")
    levels = ", ".join(LEVEL_NAMES[level] for level in lead.levels)
    fr, en = [taught], [taught]
    if levels:
        fr.append(f"niveau {levels}")
        en.append(f"level {levels}")
    if lead.apprenticeship:
        fr.append("en alternance")
        en.append("with apprenticeship")
    fr.append(lead.city)
    en.append(lead.city)
    return Both(", ".join(filter(None, fr)), ", ".join(filter(None, en)))


def _for_whom(lead: Lead) -> Both:
    names = [PUBLIC_NAMES[public] for public in lead.public]
    fr, en = ", ".join(name[0] for name in names), ", ".join(name[1] for name in names)
    only_fr, only_en = ("réservé : ", "reserved for: ") if lead.reserved else ("pour : ", "for: ")
    return Both(f"{only_fr}{fr}. {lead.description}".strip(), f"{only_en}{en}. {lead.description}".strip())


def _with_index(fact: EmployerFact) -> NeedLead:
    words = Both(
        f"Index de l'égalité professionnelle : {fact.value} sur 100 pour {fact.year}, publié par l'entreprise"
        f" (Egapro) ; département {fact.department}.",
        f"Index of gender equality at work: {fact.value} of 100 for {fact.year}, published by the company"
        f" (Egapro); department {fact.department}.",
    )
    step = NEXT_STEPS[LeadKind.EMPLOYER]
    old = fact.year < _OLD
    return NeedLead(f"SIREN{fact.siren}", fact.name, words, step, fact.year, fact.source_url, confirm=old)


def _move(label: str, shared: int) -> Both:
    """Return that people move to a job, and how many skills both jobs need."""
    fr = f"ROME 4.60 : on passe de ce métier à « {label} »"
    en = f"ROME 4.60: people move from this job to '{label}'"
    if not shared:
        return Both(f"{fr}.", f"{en}.")
    if shared == 1:
        return Both(f"{fr} ; 1 compétence en commun.", f"{en}; 1 skill in common.")
    return Both(f"{fr} ; {shared} compétences en commun.", f"{en}; {shared} skills in common.")


def _described(lead: Lead) -> Both:
    return Both(lead.description, lead.description)
