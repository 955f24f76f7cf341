"""Reasons: which evidence made the score, in French and English, quoting both texts.

A reason is written only where there are spans to quote on both sides, and says no more than they show.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from matcher.domain.answers import Quote, Reason, Side
from matcher.domain.items import Opportunity, Organisation
from matcher.index.labels import Label, Role
from matcher.knowledge.places import Territory
from matcher.knowledge.skills import Skill
from matcher.language.text import fold
from matcher.recommend import phrases
from matcher.recommend.analysis import Analysis, Word
from matcher.recommend.phrases import Phrase
from matcher.recommend.policies import SIGNALS, Policy
from matcher.recommend.rerank import Scored
from matcher.recommend.similarity import LabelMatch

_STAGE, _OPENNESS = SIGNALS.index("stage"), SIGNALS.index("openness")
MAX_REASONS = 4
MAX_WORDS = 3
_LONGEST_QUOTE = 120
_ACRONYM = 4  # a label of so few letters is another word when it is written in lower case
NEAR_KM = 60.0
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
"""Stretched similarity above which a pair of labels is a clear reason, set by reading the catalogue.

Needs are long and say what they mean; a sector of one word is near to much ("défense", "mission").
"""


@dataclass(frozen=True)
class ReasonWriter:
    """Writes the reasons of one answer's items.

    ``word_counts`` says in how many of the ``compared`` items each word of the query occurs: rarer shared
    words are quoted first.
    """

    query: Analysis
    policy: Policy
    territory: Territory
    word_counts: Mapping[str, int]
    compared: int

    def reasons(self, scored: Scored) -> tuple[Reason, ...]:
        """Return at most :data:`MAX_REASONS` reasons, strongest contribution first, ties by signal order.

        Where no evidence is clear, the nearest pair of labels is quoted and marked as not clear; where no
        labels are near at all, there is no reason.
        """
        weights, matches = self.policy.weights, scored.matches
        names = [name for name in SIGNALS if weights[name] and name in matches]
        names.sort(key=lambda name: -weights[name] * matches[name].similarity)
        clear = [name for name in names if matches[name].similarity >= _CLEAR_MATCH[name]]
        written = list(islice(self._from_labels(scored, clear), MAX_REASONS))
        if weights["skills"]:
            written[1:1] = self._from_skills(scored, written)
        if weights["echo"] and len(written) < MAX_REASONS:
            written.extend(self._from_named_themes(scored, written))
        if len(written) < MAX_REASONS:
            written.extend(self._from_facts(scored))
        if len(written) < MAX_REASONS:
            written.extend(self._from_shared_words(scored, written))
        if not written and names and matches[names[0]].similarity > 0:
            written.append(self._nearest(names[0], scored))
        return tuple(written[:MAX_REASONS])

    def _write(
        self, signal: str, phrase: Phrase, item: Analysis, quotes: tuple[Quote, ...], **facts: str
    ) -> Reason:
        return write(signal, phrase, (self.query, item), quotes, **facts)

    def _nearest(self, name: str, scored: Scored) -> Reason:
        match = scored.matches[name]
        phrase = phrases.POSSIBLE if match.similarity >= POSSIBLE_MATCH else phrases.FAINT
        reason = self._write(name, phrase, scored.item.analysis, self._quotes(scored, match))
        return replace(reason, clear=False)

    def _from_labels(self, scored: Scored, names: Iterable[str]) -> Iterator[Reason]:
        item = scored.item.analysis
        quoted: set[tuple[str, str]] = set()
        for name in names:
            match = scored.matches[name]
            a, b = self.query.labels[match.query_label], item.labels[match.item_label]
            if (a.text, b.text) in quoted:
                continue
            quoted.add((a.text, b.text))
            phrase = phrases.PAIR[name]
            if name in phrases.REQUEST and not self.query.name:
                phrase = phrases.REQUEST[name]
            elif name in phrases.SAME and a.folded == b.folded:
                phrase = phrases.SAME[name]
            yield self._write(name, phrase, item, self._quotes(scored, match))

    def _quotes(self, scored: Scored, match: LabelMatch) -> tuple[Quote, Quote]:
        return (
            quote_label("query", self.query.labels[match.query_label]),
            quote_label("item", scored.item.analysis.labels[match.item_label]),
        )

    def _from_skills(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """Give the shared ESCO skill that is worth most, unless another reason quotes the same words."""
        quoted = {(quote.side, quote.text) for reason in written for quote in reason.quotes}
        for pair in scored.shared_skills:
            if ("query", pair.seeker.text) in quoted and ("item", pair.candidate.text) in quoted:
                continue
            quotes = quote_skill("query", pair.seeker), quote_skill("item", pair.candidate)
            label, english = pair.seeker.label, pair.seeker.english or pair.seeker.label
            yield self._write(
                "skills", phrases.SKILL, scored.item.analysis, quotes, label=label, english=english
            )
            return

    def _from_named_themes(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """Give the longest theme of one side that stands word for word in the other's description, if any."""
        quoted = {fold(quote.text) for reason in written for quote in reason.quotes}
        item = scored.item.analysis
        found = find_named_theme(self.query, item, quoted)
        if found is not None:
            label, span = found
            quotes = span_quote("query", "description", span), quote_label("item", label)
            yield self._write("echo", phrases.ITEM_THEME_IN_QUERY, item, quotes)
            return
        found = find_named_theme(item, self.query, quoted)
        if found is not None:
            label, span = found
            quotes = span_quote("item", "description", span), quote_label("query", label)
            yield self._write("echo", phrases.QUERY_THEME_IN_ITEM, item, quotes)

    def _from_shared_words(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """One reason quoting up to three rare words that both texts contain, when there is one."""
        mine, theirs = self.query.words, scored.item.analysis.words
        most = self.compared / 3 + 1
        quoted = fold(" ".join(quote.text for reason in written for quote in reason.quotes))
        shared = [
            word
            for word in mine.keys() & theirs.keys()
            if self.word_counts.get(word, 0) <= most and mine[word].folded not in quoted
        ]
        shared.sort(key=lambda word: (self.word_counts.get(word, 0), -len(word), word))
        picked = shared[:MAX_WORDS]
        if not picked:
            return
        quotes = [quote_word("query", mine[word]) for word in picked]
        quotes += [quote_word("item", theirs[word]) for word in picked]
        french = ", ".join(f"« {theirs[word].text} »" for word in picked)
        english = ", ".join(f"“{theirs[word].text}”" for word in picked)
        item = scored.item.analysis
        yield self._write("text", phrases.SHARED_WORDS, item, tuple(quotes), french=french, english=english)

    def _from_facts(self, scored: Scored) -> Iterator[Reason]:
        weights = self.policy.weights
        if weights["stage"] and scored.signals[_STAGE] == 1.0:
            yield from self._from_stage(scored.item.analysis)
        if weights["openness"] and scored.signals[_OPENNESS] == 1.0:
            yield from self._from_openness(scored.item.analysis)
        if weights["territory"]:
            yield from self._from_places(scored.item.analysis)

    def _from_stage(self, item: Analysis) -> Iterator[Reason]:
        quotes = []
        sides: tuple[tuple[Side, object], ...] = (("query", self.query.subject), ("item", item.subject))
        for side, subject in sides:
            if isinstance(subject, Opportunity):
                quotes.append(quote_field(side, subject, "eligibility_text"))
            elif isinstance(subject, Organisation):
                field = "member_type" if subject.member_type else "size_band"
                quotes.append(quote_field(side, subject, field))
        if len(quotes) == 2:
            yield self._write("stage", phrases.STAGE, item, tuple(quotes))

    def _from_openness(self, item: Analysis) -> Iterator[Reason]:
        label = next((label for label in item.labels if label.welcomes_all), None)
        own = next((name for name in ("member_type", "city") if getattr(self.query.subject, name, "")), None)
        if label is not None and own is not None:
            quotes = quote_field("query", self.query.subject, own), quote_label("item", label)
            yield self._write("openness", phrases.OPENNESS, item, quotes)

    def _from_places(self, item: Analysis) -> Iterator[Reason]:
        """Say that both towns are near, or have the same antenna; both must be named and known."""
        ours, theirs = self.query, item
        if ours.town is None or theirs.town is None or ours.place is None or theirs.place is None:
            return
        if not (ours.place.precise and theirs.place.precise):
            return
        quotes = quote_word("query", ours.town), quote_word("item", theirs.town)
        distance = self.territory.distance_km(ours.place, theirs.place)
        if distance <= NEAR_KM and ours.town.folded == theirs.town.folded:
            yield self._write("territory", phrases.SAME_TOWN, item, quotes)
        elif distance <= NEAR_KM:
            yield self._write("territory", phrases.DISTANCE, item, quotes, km=str(round(distance)))
        elif ours.antenna and ours.antenna == theirs.antenna:
            yield self._write("territory", phrases.SAME_ANTENNA, item, quotes, antenna=ours.antenna)


def find_named_theme(
    reader: Analysis, owner: Analysis, quoted: Iterable[str]
) -> tuple[Label, tuple[int, int, str]] | None:
    """Return the owner's longest theme that the reader's description names, with its span there.

    A span is start, end and text. Labels whose folded text is in ``quoted``, or that exclude nobody, are
    left out; ties go to the first label.
    """
    text = reader.affirmed
    lower = _lower(text)
    best = None
    for label in owner.labels[owner.spans.get(Role.GIVES, slice(0))]:
        if label.is_open or label.folded in quoted or (best and len(label.text) <= len(best[0].text)):
            continue
        span = _find_words(text, lower, label.text)
        if span is not None:
            best = label, (span[0], span[1], text[span[0] : span[1]])
    return best


def _lower(text: str) -> str:
    """Lower the case and keep every place: "İ" is the one letter that would become two."""
    return text.replace("İ", "i").lower()


def _find_words(text: str, lower: str, words: str) -> tuple[int, int] | None:
    """Return where ``words`` first stand in ``text`` as whole words; acronyms only as they are written."""
    if len(words) > _ACRONYM:
        text, words = lower, _lower(words)
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.find(words, end)
    return None


def write(
    signal: str, phrase: Phrase, sides: tuple[Analysis, Analysis], quotes: tuple[Quote, ...], **facts: str
) -> Reason:
    """Write a reason about the query and the item: ``{a}`` and ``{b}`` are their quotes, cut where long."""
    said = {quote.side: _short(quote.text) for quote in quotes}
    sentences = []
    for pattern, request in zip(phrase, phrases.THE_REQUEST, strict=True):
        query, item = (side.name or request for side in sides)
        text = pattern.format(
            query=query, item=item, a=said.get("query", ""), b=said.get("item", ""), **facts
        )
        sentences.append(_capital(text))
    return Reason(signal=signal, fr=sentences[0], en=sentences[1], quotes=quotes)


def _short(text: str) -> str:
    if len(text) <= _LONGEST_QUOTE:
        return text
    return text[: _LONGEST_QUOTE - 3].rsplit(" ", 1)[0] + "..."


def _capital(sentence: str) -> str:
    """Begin with a capital, unless the first word is a name with one of its own ("e-Citiz")."""
    first = sentence.split(" ", 1)[0]
    return sentence if first != first.lower() else sentence[:1].upper() + sentence[1:]


def quote_label(side: Side, label: Label) -> Quote:
    """Quote a whole label."""
    return Quote(side=side, field=label.field, start=0, end=len(label.text), text=label.text)


def quote_word(side: Side, word: Word) -> Quote:
    """Quote a word at its first place."""
    return Quote(side=side, field=word.field, start=word.start, end=word.end, text=word.text)


def quote_skill(side: Side, skill: Skill) -> Quote:
    """Quote the words that name a skill."""
    return Quote(side=side, field=skill.field, start=skill.start, end=skill.end, text=skill.text)


def span_quote(side: Side, field: str, span: tuple[int, int, str]) -> Quote:
    """Quote a span (start, end, text) of a field."""
    start, end, text = span
    return Quote(side=side, field=field, start=start, end=end, text=text)


def quote_field(side: Side, subject: object, field: str) -> Quote:
    """Quote the whole of a field."""
    text = str(getattr(subject, field))
    return Quote(side=side, field=field, start=0, end=len(text), text=text)
