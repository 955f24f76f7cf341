"""What a good match would show and this one does not, and what of a question was not used."""

from collections.abc import Iterator, Mapping, Sequence

from matcher.domain.answers import Missing, Reason
from matcher.domain.eligibility import size_bands
from matcher.domain.items import PUBLIC_NAMES, Factory, Item, Lead, Opportunity, Organisation
from matcher.recommend.analysis import Analysis
from matcher.recommend.evidence import POSSIBLE_MATCH
from matcher.recommend.phrases import GAPS, READ_AS, notice
from matcher.recommend.policies import Policy
from matcher.recommend.rerank import Scored

_THEMES = frozenset({"theme", "needs", "concepts", "echo", "facts", "words", "participation", "peers"})
"""Signals whose reasons show that both sides speak of the same thing."""
_ORDER = {code: place for place, code in enumerate(GAPS)}


def unused(query: Analysis) -> tuple[Missing, ...]:
    """Say what of a question is not taken as it is written: slips, an unknown place, an exclusion."""
    found = []
    guesses = {reading.typed.text: reading.text for reading in query.readings if reading.is_guess}
    if guesses:
        found.append(
            notice("read_as", french=_listed(guesses, READ_AS[0]), english=_listed(guesses, READ_AS[1]))
        )
    if query.unknown_place is not None:
        found.append(notice("place_unknown", text=query.unknown_place.text))
    if query.exclusions:
        found.append(notice("exclusion", text=query.exclusions[0].text))
    return tuple(found)


def _listed(guesses: Mapping[str, str], phrase: str) -> str:
    return ", ".join(phrase.format(typed=typed, read=read) for typed, read in guesses.items())


def missing(
    query: Analysis, scored: Scored, policy: Policy, reasons: Sequence[Reason]
) -> tuple[Missing, ...]:
    """Name what is missing beside these reasons, in the order of ``GAPS``; empty when nothing is."""
    item = scored.item.analysis.subject
    found = [*_about_the_record(item), *_about_the_theme(scored, policy, reasons)]
    found.extend(_about_the_sides(query.subject, item, policy))
    return tuple(sorted(found, key=lambda gap: _ORDER[gap.code]))


def _gap(code: str, **facts: str) -> Missing:
    french, english = GAPS[code]
    return Missing(code=code, fr=french.format(**facts), en=english.format(**facts))


def _about_the_record(item: object) -> Iterator[Missing]:
    if isinstance(item, Item) and item.needs_confirmation:
        yield _gap("confirm_evidence")
    if isinstance(item, Factory):
        yield from _about_the_factory(item)
    if isinstance(item, Lead) and item.reserved:
        french, english = zip(*(PUBLIC_NAMES[public] for public in item.public), strict=True)
        yield _gap("reserved", public=", ".join(french), public_en=", ".join(english))
    if isinstance(item, Opportunity):
        yield from _about_the_opportunity(item)


def _about_the_factory(factory: Factory) -> Iterator[Missing]:
    if factory.is_inferred:
        yield _gap("inferred")
    if factory.next_meeting is None:
        yield _gap("no_next_date")


def _about_the_opportunity(opportunity: Opportunity) -> Iterator[Missing]:
    if opportunity.availability == "unconfirmed":
        yield _gap("dates_unconfirmed")
    if opportunity.eligibility.min_countries > 1:
        yield _gap("consortium", countries=str(opportunity.eligibility.min_countries))


def _about_the_theme(scored: Scored, policy: Policy, reasons: Sequence[Reason]) -> Iterator[Missing]:
    if not policy.weights["theme"] or any(r.clear and r.signal in _THEMES for r in reasons):
        return
    labels = scored.evidence.labels
    pairs = [labels[name].similarity for name in ("theme", "needs") if name in labels]
    if max(pairs, default=0.0) < POSSIBLE_MATCH:
        yield _gap("no_theme")


def _about_the_sides(query: object, item: object, policy: Policy) -> Iterator[Missing]:
    organisations = [side for side in (query, item) if isinstance(side, Organisation)]
    opportunities = [side for side in (query, item) if isinstance(side, Opportunity)]
    if policy.weights["asked"] and any(not side.needs for side in organisations):
        yield _gap("needs_unknown")
    for opportunity in opportunities:
        for organisation in organisations:
            if opportunity.eligibility.size_bands and not size_bands(organisation):
                yield _gap("size_unknown", text=opportunity.eligibility_text)
