"""Reasons: which evidence made the score, said in French and English, quoting both texts.

A reason is written only where there are spans to quote on both sides, and says no more than they show.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from matcher.answers import Quote, Reason, Side
from matcher.entities import Opportunity, Organisation
from matcher.label_pairs import LabelMatch
from matcher.labels import Label
from matcher.policies import SIGNALS, Policy
from matcher.prepared import Prepared, Word
from matcher.rerank import Scored, distance_between
from matcher.skills import Skill
from matcher.territory import Territory
from matcher.text import fold

_STAGE, _OPENNESS = SIGNALS.index("stage"), SIGNALS.index("openness")
MAX_REASONS = 4
MAX_WORDS = 3
NEAR_KM = 60.0
CLEAR_MATCH = 0.42
"""Stretched similarity above which two labels are shown as related."""

_PHRASES: dict[str, tuple[str, str]] = {
    "theme": (
        "Thèmes proches : « {a} » ({query}) et « {b} » ({item}).",
        "Related themes: “{a}” ({query}) and “{b}” ({item}).",
    ),
    "needs": (
        "{query} cherche « {a} » ; {item} propose « {b} ».",
        "{query} looks for “{a}”; {item} offers “{b}”.",
    ),
    "asked": (
        "{item} cherche « {b} » ; {query} propose « {a} ».",
        "{item} looks for “{b}”; {query} offers “{a}”.",
    ),
    "clients": (
        "{query} s'adresse au secteur « {a} » ; {item} y touche : « {b} ».",
        "{query} serves “{a}”; {item} works there: “{b}”.",
    ),
    "served": (
        "{item} s'adresse au secteur « {b} » ; {query} y touche : « {a} ».",
        "{item} serves “{b}”; {query} works there: “{a}”.",
    ),
    "market": (
        "Mêmes clients : « {a} » ({query}) et « {b} » ({item}).",
        "Same clients: “{a}” ({query}) and “{b}” ({item}).",
    ),
}
_FAINT = (
    "Pas de lien net ; au plus proche : « {a} » ({query}) et « {b} » ({item}).",
    "No clear link; closest: “{a}” ({query}) and “{b}” ({item}).",
)
"""Said when no evidence is clear, so that what is said is still true."""
_SAME = {
    "theme": ("Thème commun : « {a} ».", "Shared theme: “{a}”."),
    "market": ("Clients communs : « {a} ».", "Shared clients: “{a}”."),
}


def reasons(
    query: Prepared,
    scored: Scored,
    policy: Policy,
    territory: Territory,
    rare: Callable[[], Mapping[str, int]],
) -> tuple[Reason, ...]:
    """At most :data:`MAX_REASONS` reasons, strongest contribution to the score first, ties by signal order.

    ``rare()`` counts in how many of the compared items a stem occurs: rarer shared words are quoted first.
    It is called only where words are needed. Where no evidence is clear, the nearest pair of labels is quoted
    as what it is; where no labels are near at all, there is no reason.
    """
    weight = policy.weights
    matches = scored.matches
    order = sorted(
        (name for name in SIGNALS if weight[name] and name in matches),
        key=lambda name: -weight[name] * matches[name].similarity,
    )
    clear = [name for name in order if matches[name].similarity >= CLEAR_MATCH]
    written = list(islice(_label_reasons(query, scored, clear), MAX_REASONS))
    if weight["skills"]:
        written[1:1] = _skill_reason(query, scored, written)
    if len(written) < MAX_REASONS:
        written.extend(_from_facts(query, scored, policy, territory))
    if len(written) < MAX_REASONS:
        written.extend(_shared_words(query, scored, rare(), written))
    if not written and order and matches[order[0]].similarity > 0:
        quotes = _quotes(query, scored, matches[order[0]])
        written.append(_reason(order[0], _FAINT, query, scored.item, quotes))
    return tuple(written[:MAX_REASONS])


def _label_reasons(query: Prepared, scored: Scored, names: Iterable[str]) -> Iterator[Reason]:
    told: set[tuple[str, str]] = set()
    for name in names:
        match = scored.matches[name]
        a, b = query.labels[match.query_label], scored.item.labels[match.item_label]
        if (a.text, b.text) in told:
            continue
        told.add((a.text, b.text))
        phrases = _SAME[name] if name in _SAME and a.folded == b.folded else _PHRASES[name]
        yield _reason(name, phrases, query, scored.item, _quotes(query, scored, match))


def _quotes(query: Prepared, scored: Scored, match: LabelMatch) -> tuple[Quote, Quote]:
    labels = query.labels[match.query_label], scored.item.labels[match.item_label]
    return _quote("query", labels[0]), _quote("item", labels[1])


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
            phrases = (
                "Compétence commune (ESCO) : {label} - « {a} » ({query}), « {b} » ({item}).",
                "Shared skill (ESCO): {label} - “{a}” ({query}), “{b}” ({item}).",
            )
            yield _reason("skills", phrases, query, scored.item, quotes, label=pair.seeker.label)
            return


def _quote(side: Side, label: Label) -> Quote:
    return Quote(side=side, field=label.field, start=0, end=len(label.text), text=label.text)


def _reason(
    signal: str,
    phrases: tuple[str, str],
    query: Prepared,
    item: Prepared,
    quotes: tuple[Quote, ...],
    **facts: str,
) -> Reason:
    said = {quote.side: _short(quote.text) for quote in quotes}
    told = {"a": said.get("query", ""), "b": said.get("item", ""), **facts}
    french = phrases[0].format(query=_name(query, "la demande"), item=_name(item, "la demande"), **told)
    english = phrases[1].format(query=_name(query, "the request"), item=_name(item, "the request"), **told)
    return Reason(signal=signal, fr=_capital(french), en=_capital(english), quotes=quotes)


def _name(side: Prepared, request: str) -> str:
    return side.name or request


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117].rsplit(" ", 1)[0] + "..."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _shared_words(
    query: Prepared, scored: Scored, rare: Mapping[str, int], told: Sequence[Reason]
) -> Iterator[Reason]:
    """One reason quoting up to three rare words that both texts contain, when there is one."""
    mine, theirs = query.words, scored.item.words
    most = rare.get("", 0) / 3 + 1
    shared = [stem for stem in mine.keys() & theirs.keys() if rare.get(stem, 0) <= most]
    if not shared:
        return
    quoted = fold(" ".join(quote.text for reason in told for quote in reason.quotes))
    fresh = (stem for stem in shared if mine[stem].folded not in quoted)
    picked = sorted(fresh, key=lambda stem: (rare.get(stem, 0), -len(stem), stem))[:MAX_WORDS]
    if not picked:
        return
    quotes = [_quote_word("query", mine[stem]) for stem in picked]
    quotes += [_quote_word("item", theirs[stem]) for stem in picked]
    words = [theirs[stem].text for stem in picked]
    yield Reason(
        signal="text",
        fr="Mots communs aux deux textes : " + ", ".join(f"« {word} »" for word in words) + ".",
        en="Words found in both texts: " + ", ".join(f"“{word}”" for word in words) + ".",
        quotes=tuple(quotes),
    )


def _quote_word(side: Side, word: Word) -> Quote:
    return Quote(side=side, field=word.field, start=word.start, end=word.end, text=word.text)


def _from_facts(query: Prepared, scored: Scored, policy: Policy, territory: Territory) -> Iterator[Reason]:
    if policy.weights["stage"] and scored.signals[_STAGE] == 1.0:
        yield from _stage_reason(query, scored)
    if policy.weights["openness"] and scored.signals[_OPENNESS] == 1.0:
        yield from _openness_reason(query, scored)
    if policy.weights["territory"] and _towns_known(query, scored.item):
        distance = distance_between(query, scored.item, territory)
        if distance is not None and distance <= NEAR_KM:
            yield _territory_reason(query, scored, distance)


def _towns_known(*sides: Prepared) -> bool:
    return all(side.place is not None and side.place.precise for side in sides)


def _whole(side: Side, subject: object, field: str) -> Quote:
    text = str(getattr(subject, field))
    return Quote(side=side, field=field, start=0, end=len(text), text=text)


def _stage_reason(query: Prepared, scored: Scored) -> Iterator[Reason]:
    sides: dict[Side, object] = {"query": query.subject, "item": scored.item.subject}
    quotes = []
    for side, subject in sides.items():
        if isinstance(subject, Opportunity):
            quotes.append(_whole(side, subject, "eligibility_text"))
        elif isinstance(subject, Organisation):
            field = "member_type" if subject.member_type else "size_band"
            quotes.append(_whole(side, subject, field))
    if len(quotes) == 2:
        phrases = (
            "Conditions et taille se répondent : « {a} » ({query}), « {b} » ({item}).",
            "Conditions and size agree: “{a}” ({query}), “{b}” ({item}).",
        )
        yield _reason("stage", phrases, query, scored.item, tuple(quotes))


def _openness_reason(query: Prepared, scored: Scored) -> Iterator[Reason]:
    label = next((label for label in scored.item.labels if label.is_open), None)
    own = next((name for name in ("member_type", "city") if getattr(query.subject, name, "")), None)
    if label is not None and own is not None:
        phrases = (
            "Ouvert à tous les profils : « {b} » ; {query} : « {a} ».",
            "Open to every profile: “{b}”; {query}: “{a}”.",
        )
        quotes = (_whole("query", query.subject, own), _quote("item", label))
        yield _reason("openness", phrases, query, scored.item, quotes)


def _territory_reason(query: Prepared, scored: Scored, distance: float) -> Reason:
    quotes = (_whole("query", query.subject, "city"), _whole("item", scored.item.subject, "city"))
    if fold(quotes[0].text) == fold(quotes[1].text):
        phrases = ("Même ville : {a}.", "Same town: {a}.")
    else:
        phrases = (
            "{km} km à vol d'oiseau entre {a} et {b}.",
            "{km} km as the crow flies between {a} and {b}.",
        )
    return _reason("territory", phrases, query, scored.item, quotes, km=str(round(distance)))
