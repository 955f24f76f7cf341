"""What staff read of a pair before they decide: gain and evidence of each side, warnings, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.build import Matcher
from matcher.domain.answers import Missing, Reason, Recommendation
from matcher.domain.events import Action
from matcher.domain.items import Kind, Organisation
from matcher.introductions import Act, Ground, Introduction, Party, Record, Side, standing_of
from matcher.language import are_twins
from service.pages.text import mark

LONGEST_LIST = 100
_WARNED = "confirm_evidence"
"""The gap that a warning above the reasons says already."""

ACTS: dict[Act, str] = {
    Act.PROPOSE: mark("Proposée"),
    Act.APPROVE: mark("Approuvée"),
    Act.REFUSE: mark("Refusée par l'équipe"),
    Act.POSTPONE: mark("Remise à plus tard par l'équipe"),
    Act.WRITE: mark("Mot pour les courriels"),
    Act.REOPEN: mark("Reprise"),
    Act.ASK: mark("Demande envoyée"),
    Act.REMIND: mark("Relance"),
    Act.YES: mark("Réponse : oui"),
    Act.NO: mark("Réponse : non"),
    Act.NOT_NOW: mark("Réponse : pas maintenant"),
    Act.WAKE: mark("Reprise après « pas maintenant »"),
    Act.EXPIRE: mark("Expirée sans réponse"),
    Act.WITHDRAW: mark("Retirée"),
    Act.SCHEDULE: mark("Date de rencontre fixée"),
    Act.CANCEL_MEETING: mark("Rencontre annulée"),
    Act.MEET: mark("Rencontre notée"),
    Act.ASK_OUTCOME: mark("Bilan demandé"),
    Act.OUTCOME: mark("Bilan reçu"),
}
PARTIES: dict[Party, str] = {Party.STAFF: mark("équipe"), Party.SERVICE: mark("service")}
GROUNDS: dict[Ground, str] = {
    Ground.NOT_RELEVANT: mark("hors sujet"),
    Ground.ALREADY_KNOWN: mark("se connaissent déjà"),
    Ground.NO_TIME: mark("pas le temps"),
    Ground.COMPETITOR: mark("concurrents"),
    Ground.NEED_MET: mark("besoin déjà couvert"),
    Ground.OTHER: mark("autre raison"),
}
HINDRANCES = {
    "paused": mark("En pause : ne sera pas interrogée pour le moment."),
    "capacity": mark("Nombre de demandes du mois atteint : la demande attendra le mois prochain."),
    "spacing": mark("Interrogée il y a moins d'une semaine : la demande attendra."),
}
NO_CONTACT = mark("Aucune personne de contact connue : personne ne recevra la demande.")
TWINS = mark("Les deux fiches semblent être la même organisation.")
MET = mark("Elles ont dit s'être déjà rencontrées.")
SAME_OFFERS = mark("Mêmes savoir-faire annoncés : peut-être des concurrentes.")
CONFIRM = mark("Fiche tirée en partie de connaissances générales : à confirmer avant d'envoyer.")


@dataclass(frozen=True, slots=True)
class PairSide:
    """One organisation of a pair: what it gains from the other, why, and what stands against asking it now.

    ``gain`` is the score of the other for it, None where the other is not among its best hundred.
    """

    organisation: Organisation
    gain: float | None
    reasons: Sequence[Reason]
    missing: Sequence[Missing]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One act, in words; ``words`` is what staff wrote, with the name of the side it is for.

    ``name`` is that of the organisation that acted, "" where ``party``, who did, is none.
    """

    at: datetime
    act: str
    party: str
    name: str
    on_behalf: str
    ground: str
    note: str
    words: Sequence[tuple[str, str]]


def side_of_pair(  # the two sides, when, and what is known of the pair
    matcher: Matcher,
    one: Organisation,
    other: Organisation,
    now: datetime,
    *,
    judged: bool = True,
    is_asked: bool = True,
) -> PairSide:
    """Return what one organisation of a pair gains from the other; no gain or reason unless ``judged``.

    ``is_asked``: False for a member that asked itself, so that no request to it can wait.
    """
    found = _recommended(matcher, one, other) if judged else None
    return PairSide(
        one,
        found.score if found else None,
        found.reasons if found else (),
        [gap for gap in found.missing if gap.code != _WARNED] if found else (),
        _warnings(matcher, one, now, is_asked=is_asked),
    )


def pair_warnings(matcher: Matcher, first: Organisation, second: Organisation) -> list[str]:
    """Return what stands against introducing two organisations at all, as sentences in French."""
    events = matcher.store.events
    reactions = events.reactions_of(first.id, Kind.PARTNER)
    met = second.id in reactions and reactions[second.id].action is Action.ALREADY_MET
    present = {
        TWINS: are_twins(first, second),
        MET: met,
        SAME_OFFERS: _same_offers(first, second),
    }
    return [sentence for sentence, holds in present.items() if holds]


def history_rows(
    records: Sequence[Record], one: Introduction, pair: Sequence[Organisation]
) -> list[HistoryRow]:
    """Return the acts on an introduction in words, oldest first.

    What staff wrote is kept once, as it is now: it stands beside the last act that wrote.
    """
    named = zip((Side.FIRST, Side.SECOND), pair, strict=True)
    names = {Party.FIRST: pair[0].name, Party.SECOND: pair[1].name}
    words = [(own.name, one.words[side]) for side, own in named if side in one.words]
    last = max((record.version for record in records if record.act is Act.WRITE), default=0)
    return [
        HistoryRow(
            record.at,
            ACTS[record.act],
            PARTIES.get(record.actor.party, ""),
            names.get(record.actor.party, ""),
            record.actor.on_behalf_of,
            GROUNDS[record.ground] if record.ground else "",
            record.note,
            words if record.version == last else (),
        )
        for record in records
    ]


def _recommended(matcher: Matcher, one: Organisation, other: Organisation) -> Recommendation | None:
    answer = matcher.recommender.recommend(one, Kind.PARTNER, LONGEST_LIST, None, signals=False)
    for item in answer.items + answer.weaker:
        if item.item_id == other.id:
            return item
    return None


def _warnings(matcher: Matcher, one: Organisation, now: datetime, *, is_asked: bool) -> list[str]:
    found = _hindrances(matcher, one, now) if is_asked else []
    if one.needs_confirmation:
        found.append(CONFIRM)
    return found


def _hindrances(matcher: Matcher, one: Organisation, now: datetime) -> list[str]:
    past = matcher.store.introductions.past(matcher.introduction_worker.since(now))
    why = standing_of(one, past).hindrance(now, matcher.rules)
    found = [HINDRANCES[why]] if why else []
    if not any(person.may_be_written_to for person in matcher.store.people.of_organisation(one.id)):
        found.append(NO_CONTACT)
    return found


def _same_offers(first: Organisation, second: Organisation) -> bool:
    """Whether more than half of what the shorter list says stands in both."""
    one, other = set(first.expertise), set(second.expertise)
    shortest = min(len(one), len(other))
    return shortest > 1 and len(one & other) * 2 > shortest
