"""``matcher-lab stuffing``: how many places a member buys by writing what others ask for.

Five organisations are changed one at a time, in each of several ways, and ten requests and ten members ask
for partners. Counted is in how many of the fifty lists of ten the changed organisation stands: what counts
is how many more than without any change.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.build import Matcher
from matcher.domain.fields import MAX_ENTRIES
from matcher.domain.items import ItemType, Kind, Organisation, Profile
from training.ranking.cluster import catalogue

CUT = 10
CHANGED = 5
ASKING = 10
POPULAR = 30
REQUESTS = (
    "Nous cherchons un partenaire pour auditer la cybersécurité d'un hôpital.",
    "Start-up cherche un hébergeur de données de santé certifié HDS.",
    "Capteurs vibratoires pour machines-outils à Rodez.",
    "Besoin d'un studio pour une formation en réalité virtuelle.",
    "Qui peut réduire l'empreinte carbone de nos serveurs, selon le RGESN ?",
    "Cherche une entreprise spécialisée dans la signature électronique et l'archivage.",
    "Développer une application mobile pour un réseau de bornes de recharge.",
    "Un laboratoire pour valider des modèles d'intelligence artificielle sur des images satellite.",
    "Plateforme e-commerce pour une coopérative agricole, avec paiement en ligne.",
    "Jumeau numérique d'une usine aéronautique, maintenance prédictive.",
)


@dataclass(frozen=True, slots=True)
class Bought:
    """In how many lists of ten the changed organisations stand, of requests and of members; each of fifty."""

    of_requests: int
    of_members: int


Change = Callable[[Organisation], Organisation]


def ways(organisations: Sequence[Organisation]) -> dict[str, Change]:
    """Return the ways to stuff a record, by what is written into it; the first changes nothing."""
    popular = [label for label, _ in Counter(_all(organisations, "expertise")).most_common(POPULAR)]
    needs = sorted(set(_all(organisations, "needs")))
    sectors = sorted(set(_all(organisations, "sectors")))
    asked = " ".join(REQUESTS)
    return {
        "nothing": lambda one: one,
        "popular labels as expertise and offers": _with(expertise=popular, offers=popular),
        "the needs of all members as offers": _with(offers=needs),
        "every sector": _with(sectors=sectors),
        "the requests as offers": _with(offers=REQUESTS),
        "the requests in the description": lambda one: one.model_copy(
            update={"description": f"{one.description} {asked}"}
        ),
        "the requests as the description, no label": lambda one: one.model_copy(
            update={"description": asked, "expertise": (), "offers": (), "sectors": (), "needs": ()}
        ),
    }


def _all(organisations: Iterable[Organisation], field: str) -> Iterator[str]:
    for one in organisations:
        yield from getattr(one, field)


def _with(**labels: Sequence[str]) -> Change:
    """Add labels behind those that a record has, as many as a field may hold."""

    def change(one: Organisation) -> Organisation:
        longer = {name: (*getattr(one, name), *added) for name, added in labels.items()}
        return one.model_copy(
            update={name: tuple(dict.fromkeys(all_))[:MAX_ENTRIES] for name, all_ in longer.items()}
        )

    return change


def measure(matcher: Matcher) -> dict[str, Bought]:
    """Try every way on five organisations spread over the store, and put each record back."""
    everyone = [one for one in matcher.store.items.all(ItemType.ORGANISATION) if _is_asker(one)]
    organisations = [one for one in everyone if isinstance(one, Organisation)]
    step = len(organisations) // CHANGED
    changed = organisations[::step][:CHANGED]
    asking = [one for one in organisations if one not in changed][: ASKING * 3 : 3]
    return {name: _bought(matcher, change, changed, asking) for name, change in ways(organisations).items()}


def _is_asker(one: object) -> bool:
    return isinstance(one, Organisation) and not one.opted_out and not one.is_empty


def _bought(
    matcher: Matcher, change: Change, changed: Sequence[Organisation], asking: Sequence[Organisation]
) -> Bought:
    of_requests = of_members = 0
    for one in changed:
        _store(matcher, change(one))
        of_requests += sum(_lists(matcher, Profile(description=text), one.id) for text in REQUESTS)
        of_members += sum(_lists(matcher, asker, one.id) for asker in asking)
        _store(matcher, one)
    return Bought(of_requests, of_members)


def _store(matcher: Matcher, one: Organisation) -> None:
    matcher.store.items.put([one], source="stuffing")
    matcher.index_now()


def _lists(matcher: Matcher, asker: Organisation | Profile, item_id: str) -> bool:
    """Whether an item is among the ten shown; weaker ones are not shown."""
    answer = matcher.recommender.recommend(asker, Kind.PARTNER, CUT, None, signals=False)
    return any(item.item_id == item_id for item in answer.items)


def stuffing(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Count the places that stuffed records buy in lists of partners."""
    with catalogue() as matcher:
        found = measure(matcher)
    if as_json:
        rows = {name: {"requests": one.of_requests, "members": one.of_members} for name, one in found.items()}
        Console().print_json(json.dumps(rows))
        return
    table = Table("written into the record", "requests", "members", title="Lists of ten, of fifty each")
    for name, one in found.items():
        table.add_row(name, str(one.of_requests), str(one.of_members))
    Console().print(table)
