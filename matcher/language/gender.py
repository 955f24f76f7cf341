"""One form for all genders: the French rules behind :func:`matcher.language.analyser.neutral`.

Nouns of persons take their masculine form, and so do the determiner before them and the adjectives after
them. Things and adjectives that look like such nouns ("une perceuse", "une stratégie commerciale") and
capitalised names are left alone. Every change made to a feminine noun is also made to a masculine one, so
that both spellings of a text end equal. A plural that opens the text, as a title does, becomes singular
("développeurs web"); elsewhere the number stays.
"""

import re
from collections.abc import Iterator

from matcher.language import inflection
from matcher.language.lexicon import (
    DETERMINERS,
    LINKS,
    MACHINE_CONTEXTS,
    MASCULINE_DETERMINERS,
    OPENERS,
    PLURALS,
    PRENOMINALS,
    STOPS,
    Form,
    Lexicon,
    lexicon,
)

_WORD = re.compile(r"(\w+)")
_BREAK = re.compile(r"[.!?;:\n•|()\[\]«»\"“”]|\s[-–—]\s|^[-–—]\s")
_REACH = 7
"""Words an adjective may stand behind its noun: "ingénieure d'études en systèmes embarqués confirmée"."""
_RELATION = re.compile(r"(?:ale|elle|ive)s?$")  # "aide sociale" is no person
_FEMININE_ARTICLES = ("une", "cette", "notre", "votre")
_COPULAS = frozenset(["êtes", "serez", "soyez", "étiez", "es", "seras", "suis", "serai"])
_SPEAKERS = frozenset(["vous", "tu", "je"])
_NOUN_PLACES = frozenset(DETERMINERS) | MASCULINE_DETERMINERS | PLURALS | OPENERS


def neutralise(text: str) -> str:
    """Return ``text`` with every noun of persons, and what agrees with it, in the masculine."""
    sentence = _Sentence(text, lexicon())
    for place in range(1, len(sentence.parts), 2):
        sentence.visit(place)
    return "".join(sentence.parts)


def _masculine(form: Form, keep_plural: bool) -> str:
    return form.plural if keep_plural and form.is_plural else form.singular


class _Sentence:
    """A text cut into words (odd places of ``parts``) and the signs between them (even places).

    ``lower`` are the parts in lower case. A place below always means a word, so its neighbours are two away.
    """

    def __init__(self, text: str, words: Lexicon) -> None:
        self.parts = _WORD.split(text)
        self.lower = [part.lower() for part in self.parts]
        self.words = words
        self.all_capitals = text.isupper()
        # Nouns in apposition ("agente commerciale", "aide soignante"): place -> whether it keeps its plural,
        # as the noun before it does.
        self.appositions: dict[int, bool] = {}
        self.has_person = False  # a noun before this place names a person

    def visit(self, place: int) -> None:
        """Neutralise the noun phrase around the word at ``place``, if it names a person."""
        if self.lower[place] in _COPULAS and place > 1 and self.lower[place - 2] in _SPEAKERS:
            self._agree(place, keep_plural=True, many=None)
            return
        if self._is_name(place):
            return
        if self._is_head(place):
            self.appositions[place + 2] = False
        form = self._form(place)
        if form is None or not self._is_person(place, form):
            return
        self.has_person = True
        capital = self.parts[place][:1].isupper() or self._opens(place)
        keep_plural = self.appositions.get(place, place > 1) or form.kind in ("epicene", "english", "guess")
        self._rewrite(place, form, keep_plural)
        self._determine(place)
        self._agree(place, keep_plural, form.is_plural, capital=capital)

    def _is_head(self, place: int) -> bool:
        """Return whether the word opens a title whose person comes next: "aide-soignante"."""
        if self.lower[place] not in self.words.heads or self.parts[place + 1] not in (" ", "-"):
            return False
        again = "/" in self.parts[place - 1] and self.has_person
        qualifies = self.parts[place + 1] == " " and _RELATION.search(self.lower[place + 2])
        return (again or self._opens(place)) and not qualifies

    def _is_name(self, place: int) -> bool:
        """Return whether the word begins a double-barrelled name: "Berger-Levrault"."""
        if self.all_capitals or self.parts[place + 1] != "-" or place + 2 >= len(self.parts):
            return False
        following = self.parts[place + 2]
        capitals = self.parts[place][0].isupper() and following[:1].isupper()
        return capitals and following.lower() not in self.words.nouns

    def _form(self, place: int) -> Form | None:
        """Return the word as a noun of persons: from the lexicon, or guessed where a noun must stand."""
        word = self.lower[place]
        if self.all_capitals and word not in self.words.nouns:
            word = self.words.unaccented.get(word, word)  # capitals are often written without accents
        form = self.words.nouns.get(word)
        if form or not self._may_be_guessed(place):
            return form
        guessed = inflection.person(word)
        return Form(*guessed, word.endswith("s"), "guess") if guessed else None

    def _may_be_guessed(self, place: int) -> bool:
        """Return whether a word that is not in the lexicon is at the place of a title or its noun.

        Not as the object of a machine's verb: "utiliser une centrifugeuse".
        """
        opens = self._opens(place) or (self.parts[place - 1] == "-" and self._opens(place - 2))
        if not opens and self.lower[place - 2] not in _FEMININE_ARTICLES:
            return False
        return place < 4 or self.lower[place - 4] not in MACHINE_CONTEXTS

    def _opens(self, place: int) -> bool:
        """Return whether the word is first in the text or in a segment of it."""
        before = self.parts[place - 1]
        return place == 1 or bool(_BREAK.search(before))

    def _is_person(self, place: int, form: Form) -> bool:
        """Return whether the word means a person here, and no thing and no name of a company."""
        in_title = place in self.appositions or self._opens(place)
        if in_title or ("/" in self.parts[place - 1] and self.has_person):
            return True
        if self._is_capitalised(place):
            return self.parts[place - 2] in _NOUN_PLACES
        if form.kind == "thing":
            return False
        if form.kind in ("adj", "epicene"):
            return self._stands_as_noun(place)
        return True

    def _stands_as_noun(self, place: int) -> bool:
        """Return whether a word that is adjective or noun is a noun here: "une commerciale"."""
        previous = self.lower[place - 2] if place > 1 else ""
        if self.parts[place - 1] == ", " and self.parts[place].endswith(("trice", "trices")):
            return True
        if previous in ("et", "ou") and self.has_person:
            return True
        return previous in _NOUN_PLACES or previous in PRENOMINALS or previous in self.words.before

    def _rewrite(self, place: int, form: Form, keep_plural: bool) -> None:
        """Put the noun in the masculine; a title loses its capital, so that both genders end equal."""
        word = _masculine(form, keep_plural)
        written = self.parts[place]
        if word == written.lower() and not (written.istitle() or self.all_capitals):
            return
        if not (self.all_capitals or written.islower() or self._loses_capital(place, form)):
            word = word.capitalize()
        self._put(place, word)

    def _loses_capital(self, place: int, form: Form) -> bool:
        """Return whether a capital only marks the beginning of a title; a guessed noun may be a name."""
        in_title = self._opens(place) or "/" in self.parts[place - 1] or place in self.appositions
        return in_title and form.kind != "guess"

    def _put(self, place: int, word: str) -> None:
        self.parts[place] = word
        self.lower[place] = word.lower()

    def _determine(self, place: int) -> None:
        """Put the determiner and the adjectives before the noun in the masculine."""
        noun = self.lower[place]
        at = self._agree_before(place)
        if at > 0 and self.parts[at + 1].isspace() and self.lower[at] in DETERMINERS:
            self._follow_case(at, DETERMINERS[self.lower[at]], self.lower[at + 2])
            if self.lower[at] == "le":
                self._contract(at, noun)
            self._determine_all(at)
        elif self.lower[at] == "les" and at > 2 and self.lower[at - 2] == "toutes":
            self._follow_case(at - 2, "tous", "les")

    def _agree_before(self, place: int) -> int:
        """Put the adjectives before the noun in the masculine; return the place before them."""
        at = place - 2
        while at > 0 and self.parts[at + 1] in (" ", "-", "\u00a0") and self._may_precede(at):
            self._follow_case(at, PRENOMINALS.get(self.lower[at], self.lower[at]), self.lower[at + 2])
            at -= 2
        return at

    def _determine_all(self, at: int) -> None:
        """Put "toute(s)" before the determiner at ``at`` in the masculine: "toutes les", "toute la"."""
        if at > 2 and self.lower[at] in ("les", "le") and self.lower[at - 2] in ("toutes", "toute"):
            self._follow_case(at - 2, DETERMINERS[self.lower[at - 2]], self.lower[at])

    def _may_precede(self, at: int) -> bool:
        return self.lower[at] in PRENOMINALS or (
            self.lower[at] in self.words.before and self.lower[at] not in ("de", "e")
        )

    def _follow_case(self, at: int, word: str, following: str) -> None:
        if inflection.before_vowel(following):
            word = {"ce": "cet", "nouveau": "nouvel"}.get(word, word)
        if word != self.lower[at]:
            self._put(at, word.capitalize() if self._is_capitalised(at) else word)

    def _contract(self, at: int, noun: str) -> None:
        """Write "du" for "de le" and "au" for "à le"."""
        joined = {"de": "du", "à": "au"}.get(self.lower[at - 2]) if at > 2 else None
        if joined and self.parts[at - 1].isspace() and noun:
            self._follow_case(at - 2, joined, "")
            self.parts[at] = self.parts[at - 1] = ""
            self.lower[at] = self.lower[at - 2]

    def _agree(self, place: int, keep_plural: bool, many: bool | None, *, capital: bool = False) -> None:
        """Put the adjectives behind the noun at ``place`` in the masculine, and in its number.

        ``many``: whether the noun is a plural, None if not known; an adjective of another number belongs to
        another noun. ``capital``: whether capitalised adjectives count too, as they do in a title.
        ``adjacent`` says that only adjectives and links were met so far: behind
        any other word the adjectives are likely to belong to that word.
        """
        adjacent = True
        for at in self._within_reach(place):
            word = self.lower[at]
            if self._is_capitalised(at) and not capital:
                adjacent = False
                continue
            if adjacent and word in self.words.nouns:
                self.appositions[at] = keep_plural
                if not self._qualifies(word):
                    return
            agreed = self._agreed(word, many, adjacent)
            if agreed is None:
                adjacent = adjacent and self._may_qualify(at)
            else:
                self._put(at, _masculine(agreed, keep_plural))

    def _is_capitalised(self, at: int) -> bool:
        return self.parts[at][0].isupper() and not self.all_capitals

    def _within_reach(self, place: int) -> Iterator[int]:
        """Yield the places of the words behind ``place``, up to the next clause, without "et", "très" ..."""
        for at in range(place + 2, min(place + 2 + 2 * _REACH, len(self.parts)), 2):
            if self._ends_phrase(at):
                return
            if self.lower[at] not in LINKS:
                yield at

    def _ends_phrase(self, at: int) -> bool:
        """Return whether another noun phrase begins here."""
        stops = self.lower[at] in STOPS and self.lower[at - 2] not in ("de", "à")
        return stops or bool(_BREAK.search(self.parts[at - 1]))

    def _qualifies(self, word: str) -> bool:
        """Return whether a noun of persons can also be an adjective of titles ("commerciale")."""
        return self.words.nouns[word].kind in ("adj", "thing") and word in self.words.modifiers

    def _may_qualify(self, at: int) -> bool:
        """Return whether a word that does not change could still be an adjective of the noun before it."""
        word = self.lower[at]
        return "-" in self.parts[at + 1] or inflection.is_epicene(word) or word in self.words.modifiers

    def _agreed(self, word: str, many: bool | None, adjacent: bool) -> Form | None:
        """Return the forms of an adjective of the noun; None for another word or another number."""
        found = self._adjective(word, adjacent)
        if found is None or (many is not None and found[1] != many):
            return None
        singular, is_plural = found
        return Form(singular, inflection.plural(singular), is_plural, "mod")

    def _adjective(self, word: str, adjacent: bool) -> tuple[str, bool] | None:
        """Return the masculine singular of an adjective and whether it is a plural; None if it is none."""
        found = inflection.quality(word)
        if found or not adjacent:
            return found
        if word in self.words.modifiers:
            form = self.words.modifiers[word]
            return form.singular, form.is_plural
        return inflection.adjective(word)
