"""Sentences about a match and a decision, in French and in English."""

from matcher.hiring.shortlists.match import Line, MetBy
from matcher.hiring.shortlists.shortlist import Apart, Decision, Listed
from matcher.knowledge.job_skills import Relation

Both = tuple[str, str]
"""French and English."""

STATES: dict[MetBy, Both] = {
    MetBy.MET: ("remplie", "met"),
    MetBy.PARTLY: ("en partie", "partly met"),
    MetBy.NOT_STATED: ("non indiquée", "not stated"),
}
APART: dict[Apart, Both] = {
    Apart.ELSEWHERE: (
        "a choisi d'autres départements que celui du poste",
        "chose other departments than that of the job",
    ),
    Apart.LATER: ("disponible après l'échéance du besoin", "available after the need expires"),
}
DECISIONS: dict[Decision, Both] = {
    Decision.KEEP: ("à rencontrer", "to meet"),
    Decision.NOT_NOW: ("pas maintenant", "not now"),
    Decision.NOT_FOR_THIS_JOB: ("pas pour ce poste", "not for this job"),
}
SCORE: Both = (
    "Part des exigences du besoin que le profil devrait remplir ; une exigence appréciée compte pour moitié."
    " Ce n'est ni une note de la personne, ni une chance d'embauche.",
    "Share of the need's requirements that the profile should meet; an appreciated one counts half. It is"
    " no mark of a person, nor a chance of being hired.",
)
_BY_RELATION: dict[Relation, Both] = {
    Relation.SAME: ("« {held} » est indiquée", "“{held}” is stated"),
    Relation.NARROWER: (
        "« {held} » en est une forme plus précise",
        "“{held}” is a more specific form of it",
    ),
    Relation.BROADER: (
        "« {held} » est plus large : à vérifier ensemble",
        "“{held}” is wider: to be checked together",
    ),
    Relation.TRANSFERABLE: (
        "« {held} » est proche : transfert à vérifier ensemble",
        "“{held}” is near: check together whether it carries over",
    ),
}
_NOT_STATED: Both = (
    "rien dans le profil n'en parle ; cela ne dit pas que la personne ne sait pas le faire",
    "nothing in the profile speaks of it; that does not say the person cannot do it",
)
_CHANGED: Both = (
    "la personne a changé son profil depuis : faites une nouvelle sélection",
    "the person changed the profile since: make a new shortlist",
)
_SHORT: Both = (
    "« {held} » est indiquée, {said} ; le besoin en demande {asked}",
    "“{held}” is stated, {said}; the need asks {asked}",
)


def reason_of(line: Line) -> Both:
    """Return why a requirement is met, partly met, or not stated.

    >>> from matcher.hiring.need import JobSkill, Requirement
    >>> reason_of(Line(Requirement(JobSkill("term:go", "Go"))))[1]
    'nothing in the profile speaks of it; that does not say the person cannot do it'
    """
    if line.held is None or line.relation is None:
        return _NOT_STATED
    label = line.held.skill.label
    if line.short_of_years:
        said = _years(line.held.years)
        asked = _years(line.requirement.years)
        return (
            _SHORT[0].format(held=label, said=said[0], asked=asked[0]),
            _SHORT[1].format(held=label, said=said[1], asked=asked[1]),
        )
    french, english = _BY_RELATION[line.relation]
    return french.format(held=label), english.format(held=label)


def summary_of(entry: Listed) -> Both:
    """Return how many requirements are met, partly met and not stated, or that the profile changed since."""
    if entry.has_changed:
        return _CHANGED
    states = [line.state for line in entry.match.lines]
    met, partly = states.count(MetBy.MET), states.count(MetBy.PARTLY)
    silent = len(states) - met - partly
    return (
        f"{_count(met, 'remplie')}, {partly} en partie, {_count(silent, 'non indiquée')}",
        f"{met} met, {partly} partly met, {silent} not stated",
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def _years(number: int | None) -> Both:
    if number is None:
        return "sans nombre d'années", "without a number of years"
    many = number > 1
    return f"{number} an{'s' if many else ''}", f"{number} year{'s' if many else ''}"
