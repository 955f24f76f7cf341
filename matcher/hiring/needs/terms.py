"""What an offer says of contract, remote work and languages, and which of its parts only would be welcome."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matcher.hiring.need import Contract, Remote
from matcher.language import negations

_FLAGS = re.IGNORECASE
_STATED = re.compile(r"\b(?:type de )?contrat\s*:\s*(?P<value>[^.;\n]{1,60})", _FLAGS)
_CONTRACTS: Mapping[Contract, re.Pattern[str]] = {
    Contract.PROFESSIONALISATION: re.compile(r"\bprofessionnalisation\b|\bcontrat\s+pro\b", _FLAGS),
    Contract.APPRENTICESHIP: re.compile(
        r"\bapprentissage\s+\d|\b(?:en|contrat\s+d['’]|offre\s+d['’])\s*(?:apprentissage|alternance)\b"
        r"|\balternance\b(?!\s+(?:termin|achev|souhait|appréci))"
        r"|\b(?:apprentie?|alternante?)s?\b|\bapprenti·e|^\s*apprentissage\b",
        _FLAGS,
    ),
    Contract.INTERNSHIP: re.compile(r"\b(?:stage|stagiaire|internship)\b", _FLAGS),
    Contract.FIXED_TERM: re.compile(r"\bcddi?\b|\bdurée déterminée\b|\bintérim\b|\bfixed.term\b", _FLAGS),
    Contract.PERMANENT: re.compile(r"\bcdi\b|\bdurée indéterminée\b|\bpermanent contract\b", _FLAGS),
}
_REMOTE: Mapping[Remote, re.Pattern[str]] = {
    Remote.NO: re.compile(
        r"\b(?:pas|sans|aucun)\s+(?:de\s+)?télétravail|\b(?:en\s+)?présentiel\b|\bsur site uniquement\b",
        _FLAGS,
    ),
    Remote.FULLY: re.compile(
        r"\btélétravail\s+(?:complet|total|intégral|à 100)|\b(?:100\s?%|full|entièrement)\s+(?:en\s+)?"
        r"(?:télétravail|remote|à distance)|\b(?:full|fully)[ -]remote\b",
        _FLAGS,
    ),
    Remote.PARTLY: re.compile(r"\bhybride\b|\btélétravail\b|\bremote\b|\bhybrid\b", _FLAGS),
}
_LANGUAGES = {
    "anglais": "en",
    "english": "en",
    "espagnol": "es",
    "allemand": "de",
    "italien": "it",
    "portugais": "pt",
    "catalan": "ca",
    "occitan": "oc",
    "arabe": "ar",
    "chinois": "zh",
    "néerlandais": "nl",
}
_LANGUAGE = re.compile(rf"\b(?P<name>{'|'.join(_LANGUAGES)})e?\b", _FLAGS)
_NATIVE = re.compile(r"langue maternelle|maternel|nati(?:f|ve)|bilingue de naissance", _FLAGS)
_APPRECIATED = re.compile(
    r"\bappréci(?:ée?s?|ables?)\b|\bidéalement\b|\b(?:serai(?:t|ent)|est|sont|comme|c['’]est) (?:un |des )?"
    r"(?:plus|bonus|atouts?)\b|\bles (?:petits )?plus\b|\b(?:un|des) (?:vrais? )?atouts?\b"
    r"|\bsouhait(?:ée?s?|ables?)\b|\bde préférence\b|\boptionnel(?:le)?s?\b|\bfacultati(?:f|ve)s?\b"
    r"|\bnice to have\b|\bbonus\b|\bnon (?:exigée?s?|obligatoires?)\b",
    _FLAGS,
)
_REQUIRED = re.compile(
    r"\b(?:requis|exigé|demandé|indispensable|impérati|obligatoire|nécessaire|maîtris|attendu|required|must)",
    _FLAGS,
)
_SEVERAL = re.compile(r"(?:ée?s|ables|raient un|sont|les plus|els|elles|ifs|ives|atouts)\b", _FLAGS)
_SENTENCE = re.compile(r"(?:[^.;\n]|\.(?=\w))+")
_HEADING = re.compile(r"^[\s\-*•#]*(?P<words>[^:\n]{2,60}):\s*$")
_FEW_WORDS = 3
"""Words before a marker that still make it the beginning: "Seraient aussi appréciés : ..."."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text, from ``start`` to ``end``."""

    start: int
    end: int

    def holds(self, place: int) -> bool:
        """Return whether a place is in the part."""
        return self.start <= place < self.end


def contract_of(text: str) -> Contract | None:
    """Return the contract behind "contrat :", else the first that is named; None when none is.

    >>> contract_of("Contrat : CDI. Sortie d'alternance bienvenue"), contract_of("en alternance, puis CDI")
    (<Contract.PERMANENT: 'permanent'>, <Contract.APPRENTICESHIP: 'apprenticeship'>)
    """
    stated = _STATED.search(text)
    if stated and (found := _first(_CONTRACTS, stated["value"])):
        return found
    return _first(_CONTRACTS, text)


def remote_of(text: str) -> Remote | None:
    """Return how much of the work is remote; None when nothing is said.

    >>> remote_of("2 jours de télétravail"), remote_of("pas de télétravail"), remote_of("à Nîmes")
    (<Remote.PARTLY: 'partly'>, <Remote.NO: 'no'>, None)
    """
    for remote, pattern in _REMOTE.items():
        if pattern.search(text):
            return remote
    return None


def languages_of(text: str) -> tuple[str, ...]:
    """Return the ISO 639-1 codes of languages a text requires, ascending.

    A native language is no requirement of a work, and what is only welcome is none either.

    >>> languages_of("Anglais professionnel. Espagnol apprécié."), languages_of("anglais langue maternelle")
    (('en',), ())
    """
    welcome, denied = appreciated_parts(text), negations(text)
    found: set[str] = set()
    for sentence in _SENTENCE.finditer(text):
        if _NATIVE.search(sentence[0]):
            continue
        for name in _LANGUAGE.finditer(text, sentence.start(), sentence.end()):
            is_denied = any(span.start <= name.start() < span.end for span in denied)
            if not is_denied and not any(part.holds(name.start()) for part in welcome):
                found.add(_LANGUAGES[name["name"].lower()])
    return tuple(sorted(found))


def appreciated_parts(text: str) -> list[Part]:
    r"""Return the parts of a text whose skills would be welcome and are not required.

    A marker that begins a sentence, or speaks of several things, covers the sentence; another its own clause.
    A heading ("Les plus :") covers the lines down to the next heading or empty line.

    >>> text = "Python exigé, Docker serait un plus"
    >>> [text[part.start:part.end].strip() for part in appreciated_parts(text)]
    ['Docker serait un plus']
    """
    return [*_under_headings(text), *_in_sentences(text)]


def _first(patterns: Mapping[Contract, re.Pattern[str]], text: str) -> Contract | None:
    places = [(found.start(), kind) for kind, pattern in patterns.items() if (found := pattern.search(text))]
    return min(places, key=lambda place: place[0])[1] if places else None


def _under_headings(text: str) -> Iterator[Part]:
    start, at = -1, 0
    for line in text.splitlines(keepends=True):
        heading = _HEADING.match(line)
        if start >= 0 and (heading or not line.strip()):
            yield Part(start, at)
            start = -1
        if heading and _APPRECIATED.search(heading["words"]):
            start = at + len(line)
        at += len(line)
    if start >= 0:
        yield Part(start, at)


def _in_sentences(text: str) -> Iterator[Part]:
    for sentence in _SENTENCE.finditer(text):
        marker = _APPRECIATED.search(sentence[0])
        if marker:
            start = sentence.start() + _covers_from(sentence[0], marker)
            yield Part(
                start, sentence.end() if _opens(sentence[0], marker) else _clause_end(sentence, marker)
            )


def _opens(sentence: str, marker: re.Match[str]) -> bool:
    """Return whether a marker begins its sentence, and something follows that it is about."""
    follows = sentence[marker.end() :].strip(" :,")
    return bool(follows) and len(sentence[: marker.start()].split()) <= _FEW_WORDS


def _covers_from(sentence: str, marker: re.Match[str]) -> int:
    """Return where the part that a marker is about begins in its sentence."""
    before = sentence[: marker.start()]
    if _opens(sentence, marker):
        return 0
    required = [found.end() for found in _REQUIRED.finditer(before)]
    if _SEVERAL.search(marker[0]):
        return required[-1] if required else 0
    return max([before.rfind(",") + 1, before.rfind(" et ") + 1, *required])


def _clause_end(sentence: re.Match[str], marker: re.Match[str]) -> int:
    comma = sentence[0].find(",", marker.end())
    return sentence.end() if comma < 0 else sentence.start() + comma
