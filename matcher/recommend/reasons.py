"""Reasons: which evidence made the score, in French and English, quoting both texts.

A reason is written only where there are spans to quote on both sides, and says no more than they show.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.domain.answers import Quote, Reason, Side
from matcher.domain.items import Kind, Opportunity, Organisation
from matcher.index import Label
from matcher.knowledge import Mention, Territory
from matcher.language import fold, tokens
from matcher.recommend import phrases
from matcher.recommend.analysis import Analysis, NamedTheme, Word
from matcher.recommend.evidence import CLEAR_PEERS, POSSIBLE_MATCH
from matcher.recommend.history import TakingPart
from matcher.recommend.phrases import Phrase
from matcher.recommend.policies import SIGNALS, Policy
from matcher.recommend.rerank import Scored
from matcher.recommend.similarity import LabelMatch

_STAGE, _OPENNESS = SIGNALS.index("stage"), SIGNALS.index("openness")
MAX_REASONS = 4
SHOWN_REASONS = 3
"""Reasons that lists show."""
MAX_WORDS = 3
MAX_CONCEPTS = 2
MAX_FACTS = 2
MAX_PEERS = 3
_LONGEST_QUOTE = 120
_REMARKS = frozenset({"international", "opportunity_type"})
"""Fields that say one thing in a few words ("Clients à l'étranger")."""
NEAR_KM = 60.0
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+")


@dataclass(frozen=True)
class ReasonWriter:
    """Writes the reasons of one answer's items."""

    query: Analysis
    policy: Policy
    territory: Territory

    def reasons(self, scored: Scored) -> tuple[Reason, ...]:
        """Return at most :data:`MAX_REASONS` reasons: clear evidence, strongest first, then notes.

        Places, sizes and shared words are notes: true, but they would not make a match by themselves. Where
        nothing is clear, the nearest pair of labels is quoted and marked as not clear.
        """
        written = self._clear_reasons(scored)[:MAX_REASONS]
        peers = self._from_peers(scored, clear=False)
        for notes in (peers, self._from_facts(scored), self._from_shared_words(scored, written)):
            if len(written) < MAX_REASONS:
                written.extend(replace(note, clear=False, note=True) for note in notes)
        if not scored.is_clear:
            written[:0] = self._nearest(scored)
        if self.policy.kind is Kind.LEAD:
            written = self._with_place(written, scored.item.analysis)
        return tuple(written[:MAX_REASONS])

    def _with_place(self, written: list[Reason], item: Analysis) -> list[Reason]:
        """Put where a lead is among the first reasons: a list shows no more, and people travel to it."""
        others = [reason for reason in written if reason.signal != "territory"]
        place = [replace(note, clear=False, note=True) for note in self._from_places(item)]
        return [*others[: SHOWN_REASONS - 1], *place, *others[SHOWN_REASONS - 1 :]]

    def participation(self, found: TakingPart, item: Analysis) -> Reason:
        """Say that the asker takes part in a factory, and by which record or words."""
        if found.record is None:
            return self._write("participation", phrases.PARTICIPATES, item, found.quotes)
        role, since = phrases.TAKES_PART_AS[found.record.role], found.record.since
        french, english = phrases.since(since) if since else ("", "")
        return self._write("participation", role, item, found.quotes, french=french, english=english)

    def reaction(self, action: str | None, item: Analysis) -> tuple[Reason, ...]:
        """Remind the asker of what it said of an item; nothing of what an alert's opportunity cannot say."""
        if action not in phrases.SAID or self.policy.kind is Kind.ALERT:
            return ()
        reason = self._write(
            "reaction", phrases.SAID[action], item, (quote_field("item", item.subject, "name"),)
        )
        return (replace(reason, clear=False, note=True),)

    def _clear_reasons(self, scored: Scored) -> list[Reason]:
        """Return the reasons from clear evidence, strongest contribution first, ties by signal order."""
        weights, evidence = self.policy.weights, scored.evidence
        names = sorted(evidence.clear_labels, key=SIGNALS.index)
        names.sort(key=lambda name: -weights[name] * evidence.labels[name].similarity)
        written = [*self._from_met_facts(scored), *self._from_labels(scored, names)]
        written[2:2] = self._from_concepts(scored, written)
        written.extend(self._from_named_themes(scored, written))
        written.extend(self._from_peers(scored, clear=True))
        if scored.evidence.has_clear_words:
            written.extend(self._from_shared_words(scored, written))
        written.extend(self._from_echoes(scored, written))
        return written

    def _write(
        self, signal: str, phrase: Phrase, item: Analysis, quotes: tuple[Quote, ...], **facts: str
    ) -> Reason:
        return write(signal, phrase, (self.query, item), quotes, **facts)

    def _nearest(self, scored: Scored) -> list[Reason]:
        """Quote the nearest pair of labels, marked as not clear; nothing when none is near at all."""
        labels, weights = scored.evidence.labels, self.policy.weights
        best = max(labels, key=lambda name: weights[name] * labels[name].similarity, default=None)
        if best is None or labels[best].similarity <= 0:
            return []
        match = labels[best]
        phrase = phrases.POSSIBLE if match.similarity >= POSSIBLE_MATCH else phrases.FAINT
        reason = self._write(best, phrase, scored.item.analysis, self._quotes(scored, match))
        return [replace(reason, clear=False)]

    def _from_labels(self, scored: Scored, names: Iterable[str]) -> Iterator[Reason]:
        item = scored.item.analysis
        quoted: set[tuple[str, str]] = set()
        for name in names:
            match = scored.evidence.labels[name]
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

    def _from_met_facts(self, scored: Scored) -> list[Reason]:
        """Give the strongest facts that meet."""
        found = []
        for met in scored.evidence.clear_facts[:MAX_FACTS]:
            item = scored.item.analysis
            quotes = (
                quote_fact("query", self.query.subject, met.query),
                quote_fact("item", item.subject, met.item),
            )
            found.append(self._write("facts", phrases.FACT, item, quotes, french=met.fr, english=met.en))
        return found

    def _from_concepts(self, scored: Scored, written: Sequence[Reason]) -> list[Reason]:
        """Give the rarest shared concepts that no other reason quotes."""
        quoted = {fold(quote.text) for reason in written for quote in reason.quotes}
        found = []
        for shared in scored.evidence.clear_concepts:
            words = {fold(shared.query.text), fold(shared.item.text)}
            if words <= quoted:
                continue
            phrase = phrases.SAME_CONCEPT if len(words) == 1 else phrases.CONCEPT
            quotes = quote_mention("query", shared.query), quote_mention("item", shared.item)
            found.append(self._write("concepts", phrase, scored.item.analysis, quotes))
            quoted |= words
        return found[:MAX_CONCEPTS]

    def _from_named_themes(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """Give a theme of one side that the other's description names, unless it is quoted already."""
        quoted = {fold(quote.text) for reason in written for quote in reason.quotes}
        item, evidence = scored.item.analysis, scored.evidence
        theme = evidence.item_theme
        if theme is not None and theme.label.folded not in quoted:
            quotes = quote_named("query", theme), quote_label("item", theme.label)
            yield self._write("echo", phrases.ITEM_THEME_IN_QUERY, item, quotes)
            return
        theme = evidence.query_theme
        if theme is not None and theme.label.folded not in quoted:
            quotes = quote_named("item", theme), quote_label("query", theme.label)
            yield self._write("echo", phrases.QUERY_THEME_IN_ITEM, item, quotes)

    def _from_echoes(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """Give a label of one side that the other side's text is about, when nothing stronger is said."""
        if written:
            return
        evidence, item = scored.evidence, scored.item.analysis
        for echo in evidence.clear_echoes:
            ours = echo is evidence.query_echo
            about: Side = "item" if ours else "query"
            text = quote_sentence(about, item if ours else self.query, echo.label)
            if text is None:
                continue
            label = quote_label("query" if ours else "item", echo.label)
            phrase = phrases.QUERY_ECHO if ours else phrases.ITEM_ECHO
            yield self._write("echo", phrase, item, (label, text))
            return

    def _from_peers(self, scored: Scored, *, clear: bool) -> Iterator[Reason]:
        """Name the members like the asker that take part: clear evidence from two on, one is a note."""
        names = scored.evidence.peers
        if not names or clear != (len(names) >= CLEAR_PEERS):
            return
        phrase = phrases.PEER if len(names) == 1 else phrases.PEERS
        french, english = phrases.listed(names[:MAX_PEERS])
        quotes = (quote_field("item", scored.item.analysis.subject, "name"),)
        yield self._write("peers", phrase, scored.item.analysis, quotes, french=french, english=english)

    def _from_shared_words(self, scored: Scored, written: Sequence[Reason]) -> Iterator[Reason]:
        """One reason quoting up to three rare words that both texts contain, when there is one."""
        mine, theirs = self.query.words, scored.item.analysis.words
        quoted = fold(" ".join(quote.text for reason in written for quote in reason.quotes))
        picked = [word for word in scored.evidence.words if mine[word].folded not in quoted][:MAX_WORDS]
        if not picked:
            return
        quotes = [quote_word("query", mine[word]) for word in picked]
        quotes += [quote_word("item", theirs[word]) for word in picked]
        french = ", ".join(f"« {theirs[word].text} »" for word in picked)
        english = ", ".join(f"“{theirs[word].text}”" for word in picked)
        item = scored.item.analysis
        yield self._write("words", phrases.SHARED_WORDS, item, tuple(quotes), french=french, english=english)

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
        """Say that both towns are near, or have the same antenna; both must be named and known.

        Of a lead the distance is always said.
        """
        ours, theirs = self.query, item
        if ours.town is None or theirs.town is None or ours.place is None or theirs.place is None:
            return
        if not (ours.place.precise and theirs.place.precise):
            return
        quotes = quote_word("query", ours.town), quote_word("item", theirs.town)
        distance = self.territory.distance_km(ours.place, theirs.place)
        if distance <= NEAR_KM and ours.town.folded == theirs.town.folded:
            yield self._write("territory", phrases.SAME_TOWN, item, quotes)
        elif distance <= NEAR_KM or self.policy.kind is Kind.LEAD:
            yield self._write("territory", phrases.DISTANCE, item, quotes, km=str(round(distance)))
        elif ours.antenna and ours.antenna == theirs.antenna:
            yield self._write("territory", phrases.SAME_ANTENNA, item, quotes, antenna=ours.antenna)


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
    return Quote(
        side=side, field=label.field, start=label.start, end=label.start + len(label.text), text=label.text
    )


def quote_word(side: Side, word: Word) -> Quote:
    """Quote a word at its first place."""
    return Quote(side=side, field=word.field, start=word.start, end=word.end, text=word.text)


def quote_mention(side: Side, mention: Mention) -> Quote:
    """Quote the words that name a concept."""
    return Quote(side=side, field=mention.field, start=mention.start, end=mention.end, text=mention.text)


def quote_fact(side: Side, subject: object, mention: Mention) -> Quote:
    """Quote the words that state a fact; of a short remark the whole, which one word of it would not say."""
    remark = getattr(subject, mention.field, None)
    if mention.field in _REMARKS and isinstance(remark, str) and len(remark) <= _LONGEST_QUOTE:
        return quote_field(side, subject, mention.field)
    return quote_mention(side, mention)


def quote_named(side: Side, theme: NamedTheme) -> Quote:
    """Quote the words of a description that are a theme of the other side."""
    return Quote(side=side, field="description", start=theme.start, end=theme.end, text=theme.text)


def quote_sentence(side: Side, analysis: Analysis, label: Label) -> Quote | None:
    """Quote the sentence of a description that shares most words with a label; ties to the first.

    None when there is no description.
    """
    text = analysis.affirmed
    wanted = {token.stem for token in tokens(label.text)}
    best, most, start = None, -1, 0
    for sentence in _SENTENCE_END.split(text):
        start = text.find(sentence, start)
        shared = len(wanted & {token.stem for token in tokens(sentence)})
        if sentence.strip() and shared > most:
            best, most = (start, sentence.strip()), shared
        start += len(sentence)
    if best is None:
        return None
    return Quote(side=side, field="description", start=best[0], end=best[0] + len(best[1]), text=best[1])


def quote_field(side: Side, subject: object, field: str) -> Quote:
    """Quote the whole of a field."""
    text = str(getattr(subject, field))
    return Quote(side=side, field=field, start=0, end=len(text), text=text)
