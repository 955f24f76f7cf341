"""One form for all genders: the French rules behind :func:`matcher.language.text.neutral`.

Nouns of persons take their masculine form, and with them the determiner before and the adjectives behind.
Things and adjectives that look like such nouns ("une perceuse", "une stratégie commerciale") and capitalised
names are left alone. Whatever is done to a feminine noun is done beside a masculine one too, so that both
spellings of a text always end the same. A plural that opens the text, as a title does, becomes singular
("développeurs web"); elsewhere the number stays.
"""

import re

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
_REACH = (
    7  # words an adjective may stand behind its noun: "ingénieure d'études en systèmes embarqués confirmée"
)
_RELATION = re.compile(r"(?:ale|elle|ive)s?$")  # "aide sociale" is no person
_COPULAS = frozenset(["êtes", "serez", "soyez", "étiez", "es", "seras", "suis", "serai"])
_SPEAKERS = frozenset(["vous", "tu", "je"])
_NOUN_PLACES = frozenset(DETERMINERS) | MASCULINE_DETERMINERS | PLURALS | OPENERS


def neutralise(text: str) -> str:
    """``text`` with every noun of persons and what agrees with it in the masculine; the rest untouched."""
    sentence = _Sentence(text, lexicon())
    for place in range(1, len(sentence.parts), 2):
        sentence.visit(place)
    return "".join(sentence.parts)


class _Sentence:
    """A text cut into words (odd places of ``parts``) and what stands between them (even places)."""

    def __init__(self, text: str, words: Lexicon) -> None:
        self.parts = _WORD.split(text)
        self.lower = [part.lower() for part in self.parts]
        self.words = words
        self.shouts = text.isupper()
        self.beside: dict[
            int, bool
        ] = {}  # place of a noun in apposition -> whether its head keeps the plural
        self.peopled = False  # a person was named already

    def visit(self, place: int) -> None:
        """Neutralise the noun phrase around the word at ``place``, if it names a person."""
        if self.lower[place] in _COPULAS and place > 1 and self.lower[place - 2] in _SPEAKERS:
            self._agree(place, keep=True, many=None)
            return
        if self._is_name(place):
            return
        if self._is_head(place):
            self.beside[place + 2] = False
        form = self._form(place)
        if form is None or not self._is_person(place, form):
            return
        self.peopled = True
        capital = self.parts[place][:1].isupper() or self._opens(place)
        keep = self.beside.get(place, place > 1) or form.kind in ("epicene", "english", "guess")
        self._rewrite(place, form, keep)
        self._determine(place)
        self._agree(place, keep, form.is_plural, capital=capital)

    def _is_head(self, place: int) -> bool:
        """Whether the word opens a title whose person comes next: "aide-soignante", "garde monitrice"."""
        if self.lower[place] not in self.words.heads or self.parts[place + 1] not in (" ", "-"):
            return False
        again = "/" in self.parts[place - 1] and self.peopled
        qualifies = self.parts[place + 1] == " " and _RELATION.search(self.lower[place + 2])
        return (again or self._opens(place)) and not qualifies

    def _is_name(self, place: int) -> bool:
        """Whether the word begins a double-barrelled name: "Berger-Levrault"."""
        if self.shouts or self.parts[place + 1] != "-" or place + 2 >= len(self.parts):
            return False
        following = self.parts[place + 2]
        capitals = self.parts[place][0].isupper() and following[:1].isupper()
        return capitals and following.lower() not in self.words.nouns

    def _form(self, place: int) -> Form | None:
        word = self.lower[place]
        if self.shouts and word not in self.words.nouns:
            word = self.words.unaccented.get(word, word)
        form = self.words.nouns.get(word)
        opens = self._opens(place) or (self.parts[place - 1] == "-" and self._opens(place - 2))
        if form or not (opens or self.lower[place - 2] in ("une", "cette", "notre", "votre")):
            return form
        guessed = (
            None
            if self.lower[place - 4 : place - 3] and self.lower[place - 4] in MACHINE_CONTEXTS
            else inflection.person(word)
        )
        return Form(*guessed, word.endswith("s"), "guess") if guessed else None

    def _opens(self, place: int) -> bool:
        """Whether the word stands first in the text or in a segment of it."""
        before = self.parts[place - 1]
        return place == 1 or bool(_BREAK.search(before))

    def _is_person(self, place: int, form: Form) -> bool:
        word = self.parts[place]
        previous = self.lower[place - 2] if place > 1 else ""
        if place in self.beside or self._opens(place) or ("/" in self.parts[place - 1] and self.peopled):
            return True
        if word[0].isupper() and not self.shouts:
            return self.parts[place - 2] in _NOUN_PLACES
        if form.kind == "thing":
            return False
        if form.kind in ("adj", "epicene"):
            linked = self.parts[place - 1] == ", " and word.endswith(("trice", "trices"))
            linked = linked or (previous in ("et", "ou") and self.peopled)
            return (
                linked or previous in _NOUN_PLACES or previous in PRENOMINALS or previous in self.words.before
            )
        return True

    def _rewrite(self, place: int, form: Form, keep: bool) -> None:
        word = form.plural if keep and form.is_plural else form.singular
        written = self.parts[place]
        if word == written.lower() and not (written.istitle() or self.shouts):
            return
        lowers = form.kind != "guess" and (
            self._opens(place) or "/" in self.parts[place - 1] or place in self.beside
        )
        self._put(place, word if lowers or self.shouts or written.islower() else word.capitalize())

    def _put(self, place: int, word: str) -> None:
        self.parts[place] = word
        self.lower[place] = word.lower()

    def _determine(self, place: int) -> None:
        """Put the determiner and the adjectives before the noun in the masculine."""
        noun, at = self.lower[place], place - 2
        while at > 0 and self.parts[at + 1] in (" ", "-", "\u00a0") and self._may_precede(at):
            self._follow_case(at, PRENOMINALS.get(self.lower[at], self.lower[at]), self.lower[at + 2])
            at -= 2
        if at > 0 and self.parts[at + 1].isspace() and self.lower[at] in DETERMINERS:
            self._follow_case(at, DETERMINERS[self.lower[at]], self.lower[at + 2])
            if self.lower[at] == "le":
                self._contract(at, noun)
            if at > 2 and self.lower[at] in ("les", "le") and self.lower[at - 2] in ("toutes", "toute"):
                self._follow_case(at - 2, DETERMINERS[self.lower[at - 2]], self.lower[at])
        elif at > 2 and self.lower[at] == "les" and self.lower[at - 2] == "toutes":
            self._follow_case(at - 2, "tous", "les")

    def _may_precede(self, at: int) -> bool:
        return self.lower[at] in PRENOMINALS or (
            self.lower[at] in self.words.before and self.lower[at] not in ("de", "e")
        )

    def _follow_case(self, at: int, word: str, following: str) -> None:
        if inflection.before_vowel(following):
            word = {"ce": "cet", "nouveau": "nouvel"}.get(word, word)
        if word != self.lower[at]:
            self._put(at, word.capitalize() if self.parts[at][0].isupper() and not self.shouts else word)

    def _contract(self, at: int, noun: str) -> None:
        """Write "du" for "de le" and "au" for "à le"."""
        joined = {"de": "du", "à": "au"}.get(self.lower[at - 2]) if at > 2 else None
        if joined and self.parts[at - 1].isspace() and noun:
            self._follow_case(at - 2, joined, "")
            self.parts[at] = self.parts[at - 1] = ""
            self.lower[at] = self.lower[at - 2]

    def _agree(self, place: int, keep: bool, many: bool | None, *, capital: bool = False) -> None:
        """Put the adjectives behind the noun at ``place`` in the masculine, and its number.

        Those with a capital too where the noun has one (``capital``).
        """
        adjacent = True
        for at in range(place + 2, min(place + 2 + 2 * _REACH, len(self.parts)), 2):
            word = self.lower[at]
            if _BREAK.search(self.parts[at - 1]) or (word in STOPS and self.lower[at - 2] not in ("de", "à")):
                return
            if word in LINKS or (self.parts[at][0].isupper() and not capital and not self.shouts):
                adjacent = adjacent and word in LINKS
                continue
            if adjacent and word in self.words.nouns:
                self.beside[at] = keep
                if self.words.nouns[word].kind not in ("adj", "thing") or word not in self.words.modifiers:
                    return
            agreed = self._adjective(word, adjacent)
            if agreed is None or (many is not None and agreed[1] != many):
                adjacent = adjacent and (
                    "-" in self.parts[at + 1] or inflection.is_epicene(word) or word in self.words.modifiers
                )
            else:
                self._put(at, inflection.plural(agreed[0]) if keep and agreed[1] else agreed[0])

    def _adjective(self, word: str, adjacent: bool) -> tuple[str, bool] | None:
        found = inflection.quality(word)
        if found or not adjacent:
            return found
        if word in self.words.modifiers:
            form = self.words.modifiers[word]
            return form.singular, form.is_plural
        return inflection.adjective(word)
