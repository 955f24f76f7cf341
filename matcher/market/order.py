"""A member's partners in the plan's order, newcomers among them, and a sentence on each place."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from matcher.market.introduction_plan import IntroductionPlan, Planned

_NEARLY = 0.02
"""Gains that differ by less count as equal."""


class Sentence(NamedTuple):
    """A sentence in French and English."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A possible partner: id, name, and what the member gains from it by its own score, in [0, 1]."""

    id: str
    name: str
    score: float


def planned_order(plan: IntroductionPlan, member: str, partners: Sequence[Partner]) -> list[Partner]:
    """Order a member's partners as the plan says, newcomers among them at once.

    Parameters
    ----------
    plan
        The current plan.
    member
        Whose list it is.
    partners
        The partners that may be shown, best first by score.

    Returns
    -------
    list of Partner
        Planned introductions in the plan's order. An organisation that joined after the plan was made comes
        before the first planned one with a smaller score. Members whom the plan does not introduce to this
        one come last, by score.

    Examples
    --------
    >>> from datetime import datetime
    >>> lists = {"a": (Planned("b", 0.5, 0.9), Planned("c", 0.8, 0.2)), "b": (), "c": (), "d": ()}
    >>> plan = IntroductionPlan("1", datetime(2026, 11, 30), "", lists, ())
    >>> partners = [Partner(name, name, score) for name, score in zip("cnbd", (0.8, 0.6, 0.5, 0.4))]
    >>> [partner.id for partner in planned_order(plan, "a", partners)]
    ['n', 'b', 'c', 'd']
    """
    # The plan knows no gain of a newcomer, so its score decides: it comes before the first planned partner
    # that scores less, and the order of the plan stays.
    newcomers = [one for one in partners if one.id not in plan.lists]
    ordered: list[Partner] = []
    for one in _planned_among(partners, plan.lists.get(member, ())):
        while newcomers and newcomers[0].score > one.score:
            ordered.append(newcomers.pop(0))
        ordered.append(one)
    placed = {one.id for one in ordered}
    return ordered + [one for one in partners if one.id not in placed]


def _planned_among(partners: Sequence[Partner], entries: Sequence[Planned]) -> list[Partner]:
    """Return the planned ones of the partners, in the plan's order."""
    by_id = {one.id: one for one in partners}
    return [by_id[entry.item_id] for entry in entries if entry.item_id in by_id]


def newcomers_since(plan: IntroductionPlan, ids: Set[str]) -> list[str]:
    """Return the organisations among ``ids`` that the plan does not know, ascending."""
    return sorted(ids - plan.lists.keys())


def place_sentence(
    plan: IntroductionPlan, member: str, partner: Partner, below: Sequence[Partner]
) -> Sentence | None:
    """Say in plain words why a planned partner is at its place.

    Parameters
    ----------
    plan
        The current plan.
    member
        Whose list it is.
    partner
        The partner to explain.
    below
        The partners after it in the list.

    Returns
    -------
    Sentence or None
        First what both sides gain, then why the partner comes before one with a higher score, if it does.
        None for a partner whom the plan does not introduce to this member.

    Examples
    --------
    >>> from datetime import datetime
    >>> lists = {"a": (Planned("b", 0.5, 0.9),), "b": (Planned("a", 0.9, 0.5),)}
    >>> plan = IntroductionPlan("1", datetime(2026, 11, 30), "", lists, ())
    >>> print(place_sentence(plan, "a", Partner("b", "Bonx", 0.5), []).en)
    Planned introduction: Bonx gains even more from it than you, and you are number 1 on its list.
    """
    entries = {entry.item_id: entry for entry in plan.lists.get(member, ())}
    entry = entries.get(partner.id)
    if entry is None:
        return None
    gains, order = _gains(plan, member, partner, entry), _order(plan, partner, entries, below)
    if order is None:
        return Sentence(f"{gains.fr}.", f"{gains.en}.")
    return Sentence(f"{gains.fr}. {order.fr}.", f"{gains.en}. {order.en}.")


def _gains(plan: IntroductionPlan, member: str, partner: Partner, entry: Planned) -> Sentence:
    name, difference = partner.name, entry.gain_of_other - entry.gain
    ranks = [other.item_id for other in plan.lists.get(partner.id, ())]
    fr, en = "chacun y gagne autant", "both gain as much"
    if difference > _NEARLY:
        fr, en = f"{name} y gagne encore plus que vous", f"{name} gains even more from it than you"
    elif difference < -_NEARLY:
        fr, en = f"vous y gagnez plus que {name}", f"you gain more from it than {name}"
    if member in ranks:
        rank = ranks.index(member) + 1
        fr, en = f"{fr}, et vous êtes n° {rank} de sa liste", f"{en}, and you are number {rank} on its list"
    return Sentence(f"Mise en relation planifiée : {fr}", f"Planned introduction: {en}")


def _order(
    plan: IntroductionPlan, partner: Partner, entries: Mapping[str, Planned], below: Sequence[Partner]
) -> Sentence | None:
    """Say why the partner comes before the best of those with a higher score; None if there is none."""
    higher = [one for one in below if one.score > partner.score + _NEARLY]
    if not higher:
        return None
    best = max(higher, key=lambda one: one.score)
    fr = f"Avant {best.name}, mieux noté, car"
    en = f"Before {best.name}, which has the higher score, because"
    # The first reason that holds is said: that the rival was not to be planned, that it gains less from this
    # member, that it is in many lists. What is left is that the plan spreads who is seen.
    rival = entries.get(best.id)
    if rival is None:
        why = Sentence(
            f"{best.name} n'est pas prévu au plan pour vous", f"{best.name} is not planned for you"
        )
    elif rival.gain_of_other < entries[partner.id].gain_of_other:
        why = Sentence(
            f"{partner.name} a plus de raisons d'accepter", f"{partner.name} is likelier to say yes"
        )
    elif plan.share_of(best.id) > 1:
        why = Sentence(f"{best.name} est déjà très demandé", f"{best.name} is already in many lists")
    else:
        why = Sentence(
            f"{partner.name} est moins souvent proposé", f"{partner.name} is proposed less often to others"
        )
    return Sentence(f"{fr} {why.fr}", f"{en} {why.en}")
