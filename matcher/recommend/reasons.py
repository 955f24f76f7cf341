"""Reasons: which evidence made the score, said in French and English, quoting both texts.

A reason is written only where there are spans to quote on both sides, and says no more than they show.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from matcher.domain.answers import Quote, Reason, Side
from matcher.domain.items import Opportunity, Organisation
from matcher.index.labels import Role
from matcher.knowledge.places import Territory
from matcher.knowledge.skills import Skill
from matcher.language.text import fold
from matcher.recommend.features import Prepared
from matcher.recommend.free_text import exclusions
from matcher.recommend.phrases import (
    FAINT,
    NAMED,
    PAIR,
    POSSIBLE,
    REQUEST,
    SAME,
    SKILL,
    quote_label,
    quote_whole,
    quote_word,
    sentence,
)
from matcher.recommend.policies import SIGNALS, Policy
from matcher.recommend.rerank import Scored, distance_between
from matcher.recommend.similarity import LabelMatch

_STAGE, _OPENNESS = SIGNALS.index("stage"), SIGNALS.index("openness")
MAX_REASONS = 4
MAX_WORDS = 3
_ACRONYM = 4  # letters up to which a label is written the same in upper and lower case, or is another word
NEAR_KM = 60.0
_SIDES: tuple[Side, Side] = ("query", "item")
POSSIBLE_MATCH = 0.42
"""Stretched similarity above which two labels may have something to do with one another."""
_CLEAR_MATCH = {
    "theme": 0.55,
    "market": 0.55,
    "axis": 0.55,
    "needs": 0.48,
    "asked": 0.48,
    "clients": 0.6,
    "served": 0.6,
}
"""Stretched similarity above which a pair of labels is told as a reason, set by reading the catalogue.

Needs are long and say what they mean; a sector of one word is near to much ("défense", "mission").
"""


def reasons(
    query: Prepared,
    scored: Scored,
    policy: Policy,
    territory: Territory,
    rare: Callable[[], Mapping[str, int]],
) -> tuple[Reason, ...]:
    """At most :data:`MAX_REASONS` reasons, strongest contribution to the score first, ties by signal order.

    ``rare()`` counts in how many of the compared items a word occurs: rarer shared words are quoted first.
    It is called only where words are needed. Where no evidence is clear, the nearest pair of labels is quoted
    as what it is; where no labels are near at all, there is no reason.
    """
    weight = policy.weights
    matches = scored.matches
    order = sorted(
        (name for name in SIGNALS if weight[name] and name in matches),
        key=lambda name: -weight[name] * matches[name].similarity,
    )
    clear = [name for name in order if matches[name].similarity >= _CLEAR_MATCH[name]]
    written = list(islice(_label_reasons(query, scored, clear), MAX_REASONS))
    if weight["skills"]:
        written[1:1] = _skill_reason(query, scored, written)
    if weight["echo"] and len(written) < MAX_REASONS:
        written.extend(_named(query, scored, written))
    if len(written) < MAX_REASONS:
        written.extend(_from_facts(query, scored, policy, territory))
    if len(written) < MAX_REASONS:
        written.extend(_shared_words(query, scored, rare(), written))
    if not written and order and matches[order[0]].similarity > 0:
        written.append(_nearest(order[0], query, scored))
    return tuple(written[:MAX_REASONS])


def _nearest(name: str, query: Prepared, scored: Scored) -> Reason:
    match = scored.matches[name]
    phrases = POSSIBLE if match.similarity >= POSSIBLE_MATCH else FAINT
    reason = sentence(name, phrases, query, scored.item, _quotes(query, scored, match))
    return replace(reason, clear=False)


def _label_reasons(query: Prepared, scored: Scored, names: Iterable[str]) -> Iterator[Reason]:
    told: set[tuple[str, str]] = set()
    for name in names:
        match = scored.matches[name]
        a, b = query.labels[match.query_label], scored.item.labels[match.item_label]
        if (a.text, b.text) in told:
            continue
        told.add((a.text, b.text))
        phrases = SAME[name] if name in SAME and a.folded == b.folded else PAIR[name]
        if name in REQUEST and not query.name:
            phrases = REQUEST[name]
        yield sentence(name, phrases, query, scored.item, _quotes(query, scored, match))


def _quotes(query: Prepared, scored: Scored, match: LabelMatch) -> tuple[Quote, Quote]:
    labels = query.labels[match.query_label], scored.item.labels[match.item_label]
    return quote_label("query", labels[0]), quote_label("item", labels[1])


def _skill_reason(query: Prepared, scored: Scored, told: Sequence[Reason]) -> Iterator[Reason]:
    """Tell the shared ESCO skill that is worth most, unless another reason quotes the same words."""
    quoted = {(quote.side, quote.text) for reason in told for quote in reason.quotes}
    for pair in scored.shared_skills:
        sides: tuple[tuple[Side, Skill], ...] = (("query", pair.seeker), ("item", pair.candidate))
        if any((side, skill.text) not in quoted for side, skill in sides):
            quotes = tuple(
                Quote(side=side, field=skill.field, start=skill.start, end=skill.end, text=skill.text)
                for side, skill in sides
            )
            skill = pair.seeker
            english = skill.english or skill.label
            yield sentence("skills", SKILL, query, scored.item, quotes, label=skill.label, english=english)
            return


def _named(query: Prepared, scored: Scored, told: Sequence[Reason]) -> Iterator[Reason]:
    """Tell the longest theme of one side that stands word for word in the other's description, if any."""
    quoted = {fold(quote.text) for reason in told for quote in reason.quotes}
    for ours, theirs, sides, phrases in (
        (query, scored.item, _SIDES, NAMED[0]),
        (scored.item, query, _SIDES[::-1], NAMED[1]),
    ):
        text = _affirmed(ours)
        lower = _lower(text)
        found = [
            (label, span)
            for label in theirs.labels[theirs.spans.get(Role.GIVES, slice(0))]
            if not label.is_open and label.folded not in quoted and (span := _span(text, lower, label.text))
        ]
        if found:
            label, (start, end) = max(found, key=lambda one: len(one[0].text))
            said = Quote(side=sides[0], field="description", start=start, end=end, text=text[start:end])
            yield sentence("echo", phrases, query, scored.item, (said, quote_label(sides[1], label)))
            return


def _affirmed(side: Prepared) -> str:
    """Return the description; of a request, with what it excludes blanked, every word where it was."""
    text = getattr(side.subject, "description", "")
    for no in [] if side.id else exclusions(text):
        text = text[: no.start] + " " * (no.end - no.start) + text[no.end :]
    return text


def _lower(text: str) -> str:
    """Put into lower case sign by sign, so that places stay: of all signs "İ" alone would become two."""
    return text.replace("İ", "i").lower()


def _span(text: str, lower: str, words: str) -> tuple[int, int] | None:
    """Where ``words`` first stand in ``text`` as whole words; acronyms only as they are written."""
    if len(words) > _ACRONYM:
        text, words = lower, _lower(words)
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.find(words, end)
    return None


def _shared_words(
    query: Prepared, scored: Scored, rare: Mapping[str, int], told: Sequence[Reason]
) -> Iterator[Reason]:
    """One reason quoting up to three rare words that both texts contain, when there is one."""
    mine, theirs = query.words, scored.item.words
    most = rare.get("", 0) / 3 + 1
    shared = [word for word in mine.keys() & theirs.keys() if rare.get(word, 0) <= most]
    if not shared:
        return
    quoted = fold(" ".join(quote.text for reason in told for quote in reason.quotes))
    fresh = (word for word in shared if mine[word].folded not in quoted)
    picked = sorted(fresh, key=lambda word: (rare.get(word, 0), -len(word), word))[:MAX_WORDS]
    if not picked:
        return
    quotes = [quote_word("query", mine[word]) for word in picked]
    quotes += [quote_word("item", theirs[word]) for word in picked]
    words = [theirs[word].text for word in picked]
    yield Reason(
        signal="text",
        fr="Mots communs aux deux textes : " + ", ".join(f"« {word} »" for word in words) + ".",
        en="Words found in both texts: " + ", ".join(f"“{word}”" for word in words) + ".",
        quotes=tuple(quotes),
    )


def _from_facts(query: Prepared, scored: Scored, policy: Policy, territory: Territory) -> Iterator[Reason]:
    if policy.weights["stage"] and scored.signals[_STAGE] == 1.0:
        yield from _stage_reason(query, scored)
    if policy.weights["openness"] and scored.signals[_OPENNESS] == 1.0:
        yield from _openness_reason(query, scored)
    if policy.weights["territory"] and _towns_known(query, scored.item):
        distance = distance_between(query, scored.item, territory)
        if distance is not None and distance <= NEAR_KM:
            yield _territory_reason(query, scored, distance)
        elif query.antenna and query.antenna == scored.item.antenna:
            yield _territory_reason(query, scored, None)


def _towns_known(*sides: Prepared) -> bool:
    return all(side.town is not None and side.place is not None and side.place.precise for side in sides)


def _stage_reason(query: Prepared, scored: Scored) -> Iterator[Reason]:
    sides: dict[Side, object] = {"query": query.subject, "item": scored.item.subject}
    quotes = []
    for side, subject in sides.items():
        if isinstance(subject, Opportunity):
            quotes.append(quote_whole(side, subject, "eligibility_text"))
        elif isinstance(subject, Organisation):
            field = "member_type" if subject.member_type else "size_band"
            quotes.append(quote_whole(side, subject, field))
    if len(quotes) == 2:
        phrases = (
            "Conditions et taille se répondent : « {a} » ({query}), « {b} » ({item}).",
            "Conditions and size agree: “{a}” ({query}), “{b}” ({item}).",
        )
        yield sentence("stage", phrases, query, scored.item, tuple(quotes))


def _openness_reason(query: Prepared, scored: Scored) -> Iterator[Reason]:
    label = next((label for label in scored.item.labels if label.welcomes_all), None)
    own = next((name for name in ("member_type", "city") if getattr(query.subject, name, "")), None)
    if label is not None and own is not None:
        phrases = (
            "Ouvert à tous les profils : « {b} » ; {query} : « {a} ».",
            "Open to every profile: “{b}”; {query}: “{a}”.",
        )
        quotes = (quote_whole("query", query.subject, own), quote_label("item", label))
        yield sentence("openness", phrases, query, scored.item, quotes)


def _territory_reason(query: Prepared, scored: Scored, distance: float | None) -> Reason:
    towns = query.town, scored.item.town
    assert towns[0] is not None and towns[1] is not None  # noqa: S101, PT018  # checked by _towns_known
    quotes = quote_word("query", towns[0]), quote_word("item", towns[1])
    if distance is None:
        phrases = (
            "Site du cluster le plus proche des deux villes ({a}, {b}) : {antenna}.",
            "The cluster's nearest site from both towns ({a}, {b}): {antenna}.",
        )
        return sentence("territory", phrases, query, scored.item, quotes, antenna=query.antenna)
    if towns[0].folded == towns[1].folded:
        phrases = ("Même ville : {a}.", "Same town: {a}.")
    else:
        phrases = (
            "{km} km à vol d'oiseau entre {a} et {b}.",
            "{km} km as the crow flies between {a} and {b}.",
        )
    return sentence("territory", phrases, query, scored.item, quotes, km=str(round(distance)))
