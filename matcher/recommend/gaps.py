"""What a good match would show and this one does not, said in French and English."""

from collections.abc import Iterator, Sequence

from matcher.domain.answers import Missing, Reason
from matcher.domain.eligibility import size_bands
from matcher.domain.items import Factory, Item, Opportunity, Organisation
from matcher.recommend.features import Prepared
from matcher.recommend.policies import Policy
from matcher.recommend.reasons import POSSIBLE_MATCH
from matcher.recommend.rerank import Scored

_TEXTS: dict[str, tuple[str, str]] = {
    "confirm_evidence": (
        "Fiche tirée en partie de connaissances générales : à faire confirmer par une personne.",
        "This record rests in part on background knowledge: have a person confirm it.",
    ),
    "inferred": (
        "Fiche de factory en partie déduite : à compléter par l'équipe.",
        "This factory's record is partly inferred: staff to complete it.",
    ),
    "no_theme": (
        "Aucun thème commun n'apparaît dans les mots-clés.",
        "No shared theme shows in the keywords.",
    ),
    "needs_unknown": (
        "Aucun besoin déclaré d'un côté au moins : demander ce que chacun cherche.",
        "At least one side has declared no need: ask what each is looking for.",
    ),
    "consortium": (
        "Il faut un groupement d'au moins {countries} pays : partenaires à trouver.",
        "A consortium of at least {countries} countries is required: partners to be found.",
    ),
    "dates_unconfirmed": ("Dates à vérifier à la source.", "Dates to be checked at the source."),
    "size_unknown": (
        "Taille de l'entreprise inconnue : vérifier la condition « {text} ».",
        "Company size unknown: check the condition “{text}”.",
    ),
    "no_next_date": ("Pas de prochaine date connue.", "No next date is known."),
}
_THEMES = frozenset({"theme", "needs", "skills", "echo"})
"""Signals whose reasons show that both sides speak of the same thing."""
_ORDER = {code: place for place, code in enumerate(_TEXTS)}
_SAID = {code: Missing(code=code, fr=french, en=english) for code, (french, english) in _TEXTS.items()}
"""Those that name no facts, ready to be told."""


def missing(
    query: Prepared, scored: Scored, policy: Policy, reasons: Sequence[Reason]
) -> tuple[Missing, ...]:
    """Name what is missing beside these reasons, in a fixed order; an empty tuple when nothing is."""
    found = [*_about_the_record(scored.item), *_about_the_match(query, scored, policy, reasons)]
    return tuple(sorted(found, key=lambda gap: _ORDER[gap.code]))


def _gap(code: str, **facts: str) -> Missing:
    if not facts:
        return _SAID[code]
    french, english = _TEXTS[code]
    return Missing(code=code, fr=french.format(**facts), en=english.format(**facts))


def _about_the_record(item: Prepared) -> Iterator[Missing]:
    subject = item.subject
    if isinstance(subject, Item) and subject.needs_confirmation:
        yield _gap("confirm_evidence")
    if isinstance(subject, Factory):
        if subject.is_inferred:
            yield _gap("inferred")
        if subject.next_meeting is None:
            yield _gap("no_next_date")
    if isinstance(subject, Opportunity):
        if subject.availability == "unconfirmed":
            yield _gap("dates_unconfirmed")
        if subject.eligibility.min_countries > 1:
            yield _gap("consortium", countries=str(subject.eligibility.min_countries))


def _about_the_match(
    query: Prepared, scored: Scored, policy: Policy, reasons: Sequence[Reason]
) -> Iterator[Missing]:
    pairs = [scored.matches[name].similarity for name in ("theme", "needs") if name in scored.matches]
    shared = any(reason.clear and reason.signal in _THEMES for reason in reasons)
    if policy.weights["theme"] and not shared and max(pairs, default=0.0) < POSSIBLE_MATCH:
        yield _gap("no_theme")
    sides = (query.subject, scored.item.subject)
    if policy.weights["asked"] and any(isinstance(side, Organisation) and not side.needs for side in sides):
        yield _gap("needs_unknown")
    opportunity = next((side for side in sides if isinstance(side, Opportunity)), None)
    organisation = next((side for side in sides if isinstance(side, Organisation)), None)
    if opportunity and organisation and opportunity.eligibility.size_bands and not size_bands(organisation):
        yield _gap("size_unknown", text=opportunity.eligibility_text)
