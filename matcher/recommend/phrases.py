"""How a reason is said, in French and English, and what it quotes."""

from matcher.domain.answers import Quote, Reason, Side
from matcher.index.labels import Label
from matcher.recommend.features import Prepared, Word

PAIR: dict[str, tuple[str, str]] = {
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
        "{query} s'adresse au secteur « {a} » ; à rapprocher de « {b} » ({item}).",
        "{query} serves “{a}”; compare “{b}” ({item}).",
    ),
    "served": (
        "{item} s'adresse au secteur « {b} » ; à rapprocher de « {a} » ({query}).",
        "{item} serves “{b}”; compare “{a}” ({query}).",
    ),
    "axis": (
        "{query} cherche « {a} » ; {item} relève de l'axe « {b} ».",
        "{query} looks for “{a}”; {item} belongs to the axis “{b}”.",
    ),
    "market": (
        "Mêmes clients : « {a} » ({query}) et « {b} » ({item}).",
        "Same clients: “{a}” ({query}) and “{b}” ({item}).",
    ),
}
REQUEST = {
    "needs": (
        "Demandé : « {a} » ; {item} propose « {b} ».",
        "Asked for: “{a}”; {item} offers “{b}”.",
    ),
    "axis": (
        "Demandé : « {a} » ; {item} relève de l'axe « {b} ».",
        "Asked for: “{a}”; {item} belongs to the axis “{b}”.",
    ),
}
"""Of a need that is a free text, whatever its form."""
POSSIBLE = (
    "Lien possible : « {a} » ({query}) et « {b} » ({item}).",
    "Possible link: “{a}” ({query}) and “{b}” ({item}).",
)
FAINT = (
    "Pas de lien net ; au plus proche : « {a} » ({query}) et « {b} » ({item}).",
    "No clear link; closest: “{a}” ({query}) and “{b}” ({item}).",
)
"""These two are said when no evidence is clear, so that what is said is still true."""
NAMED = (
    (
        "« {b} » ({item}) figure en toutes lettres dans la description ({query}).",
        "“{b}” ({item}) stands word for word in the description ({query}).",
    ),
    (
        "« {a} » ({query}) figure en toutes lettres dans la description ({item}).",
        "“{a}” ({query}) stands word for word in the description ({item}).",
    ),
)
SAME = {
    "theme": ("Thème commun : « {a} ».", "Shared theme: “{a}”."),
    "market": ("Clients communs : « {a} ».", "Shared clients: “{a}”."),
    "clients": (
        "« {a} » : secteur visé par {query} et thème affiché par {item}.",
        "“{a}”: a sector served by {query} and a theme of {item}.",
    ),
    "served": (
        "« {b} » : secteur visé par {item} et thème affiché par {query}.",
        "“{b}”: a sector served by {item} and a theme of {query}.",
    ),
}
"""Said where both labels are the same words."""


SKILL = (
    "Compétence commune (ESCO) : {label} - « {a} » ({query}), « {b} » ({item}).",
    "Shared skill (ESCO): {english} - “{a}” ({query}), “{b}” ({item}).",
)


def quote_label(side: Side, label: Label) -> Quote:
    """Quote a whole label."""
    return Quote(side=side, field=label.field, start=0, end=len(label.text), text=label.text)


def sentence(
    signal: str,
    phrases: tuple[str, str],
    query: Prepared,
    item: Prepared,
    quotes: tuple[Quote, ...],
    **facts: str,
) -> Reason:
    """Say ``phrases`` of two sides: ``{a}`` and ``{b}`` are quoted, cut where long."""
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
    """Begin with a capital, unless the first word is a name with one of its own ("e-Citiz")."""
    first = sentence.split(" ", 1)[0]  # a quotation mark is neither: what is quoted stays as it is
    return sentence if first != first.lower() else sentence[:1].upper() + sentence[1:]


def quote_word(side: Side, word: Word) -> Quote:
    """Quote a word where it stands first."""
    return Quote(side=side, field=word.field, start=word.start, end=word.end, text=word.text)


def quote_whole(side: Side, subject: object, field: str) -> Quote:
    """Quote the whole of a field."""
    text = str(getattr(subject, field))
    return Quote(side=side, field=field, start=0, end=len(text), text=text)
