"""What is said of a need that no training near by answers, and what would help."""

from matcher.hiring.need import JobNeed
from matcher.hiring.needs.leads import NEAR_KM, Both, NeedLeads

_NO_JOB = Both(
    "Aucun métier n'est reconnu : sans lui, aucune formation n'est cherchée. Ce qui aiderait : écrire"
    " l'intitulé, ou le code ROME.",
    "No job is recognised: without it no training is looked for. What would help: write its title, or the"
    " ROME code.",
)
_NONE = Both(
    "Aucune formation connue ne mène à ce métier. Ce qui aiderait : ouvrir l'offre à un métier proche et"
    " former sur place, ou signaler à l'équipe du cluster une formation que vous connaissez.",
    "No training that is known leads to this job. What would help: open the offer to a job close to it and"
    " train on the job, or tell the cluster's staff of a training that you know.",
)


def unmet(need: JobNeed, leads: NeedLeads) -> Both | None:
    """Return why no training answers a need, and what would help; None where one within 60 km does.

    Programmes, employers and moves are general: a need that has only those is not answered. A need without a
    place is judged by whether any training leads to its job.
    """
    if need.occupation is None:
        return _NO_JOB
    trainings = leads.trainings(need)
    if not trainings:
        return _NONE
    placed = [one for one in trainings if one.distance_km is not None]
    nearest = min(placed, key=lambda one: (one.distance_km or 0, one.id), default=None)
    if nearest is None or (nearest.distance_km or 0) <= NEAR_KM:
        return None
    here = need.city or need.department
    return Both(
        f"Aucune formation à ce métier à moins de {NEAR_KM:.0f} km ({here}) : la plus proche est"
        f" {nearest.name}, à {nearest.distance_km} km. Ce qui aiderait : proposer une alternance ou un"
        " télétravail partiel, ou ouvrir l'offre à un métier proche.",
        f"No training for this job within {NEAR_KM:.0f} km ({here}): the nearest is {nearest.name},"
        f" {nearest.distance_km} km away. What would help: offer an apprenticeship or partly remote work, or"
        " open the offer to a job close to it.",
    )
