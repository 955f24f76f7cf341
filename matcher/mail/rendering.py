"""From an event and its facts to subject, text and HTML: one template a language serves both forms.

A template names parts (paragraph, list, button); ``parts/text.jinja`` and ``parts/html.jinja`` say how each
looks, so that the two forms of a mail cannot tell different things.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from matcher.mail.messages import Event

Lang = Literal["fr", "en"]
Form = Literal["text", "html"]
LANGUAGES: tuple[Lang, ...] = ("fr", "en")

_WIDTH = 72
_NO_BREAK, _THIN_NO_BREAK = "\u00a0", "\u202f"
_BEFORE_SIGN = re.compile(r" (?=[?!;])")
_BEFORE_COLON = re.compile(r" (?=[:»%€])")
_AFTER_GUILLEMET = re.compile(r"« ")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's subject, on one line, and its body in both forms."""

    subject: str
    text: str
    html: str


def render(event: Event, lang: Lang, facts: Mapping[str, Any]) -> Rendered:
    """Return the mail of an event in a language.

    Raises
    ------
    jinja2.UndefinedError
        A template names a fact that is not given.

    Examples
    --------
    >>> facts = {"reader": "Claire", "cluster": "Digital 113", "url": "https://example.org/s", "minutes": 15}
    >>> render(Event.SIGN_IN, "fr", facts | {"stop_url": "", "why": ""}).subject
    'Votre lien de connexion à Digital 113'
    """
    text, html = _environment("text", lang), _environment("html", lang)
    subject = _subject(text, event, lang, facts)
    plain = re.sub(r"\n{3,}", "\n\n", _block(text, event, lang, "body", facts)).strip() + "\n"
    page = html.get_template("parts/page.jinja")
    body = Markup(_block(html, event, lang, "body", facts))  # noqa: S704  # escaped by its own template
    return Rendered(subject, plain, page.render(subject=subject, lang=lang, body=body))


def _subject(environment: Environment, event: Event, lang: Lang, facts: Mapping[str, Any]) -> str:
    line = _spaced(_block(environment, event, lang, "subject", facts))
    return str(typeset(line)) if lang == "fr" else line


def _block(environment: Environment, event: Event, lang: Lang, name: str, facts: Mapping[str, Any]) -> str:
    template = environment.get_template(f"{event.value}/{lang}.jinja")
    context = template.new_context({**facts, "part": environment.globals["part"]})
    return "".join(template.blocks[name](context))


@cache
def _environment(form: Form, lang: Lang) -> Environment:
    made = Environment(
        loader=PackageLoader("matcher.mail"),
        autoescape=form == "html",  # noqa: S701  # the other form is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["filled"] = filled
    made.filters["typeset"] = typeset if lang == "fr" else _as_it_is
    made.globals["part"] = made.get_template(f"parts/{form}.jinja").module
    return made


def filled(text: str, start: str = "") -> str:
    """Fill a paragraph to 72 columns; addresses are never broken. ``start`` begins its first line."""
    return textwrap.fill(
        _spaced(text),
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _spaced(text: str) -> str:
    """Make every run of breaking white space one space; ``str.split`` would take no-break spaces too."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def typeset(text: str | Markup) -> str | Markup:
    """Put French no-break spaces before high signs and inside guillemets.

    >>> typeset("Oui ?") == "Oui\u202f?", typeset("« a »") == "«\u00a0a\u00a0»"
    (True, True)
    """
    kind = type(text)
    found = _BEFORE_SIGN.sub(_THIN_NO_BREAK, str(text))
    found = _BEFORE_COLON.sub(_NO_BREAK, found)
    return kind(_AFTER_GUILLEMET.sub(f"«{_NO_BREAK}", found))


def _as_it_is(text: str | Markup) -> str | Markup:
    return text


def written_day(day: date, lang: Lang) -> str:
    """Write a day as people read it.

    >>> written_day(date(2026, 12, 31), "fr"), written_day(date(2027, 1, 1), "fr")
    ('31 décembre 2026', '1er janvier 2027')
    """
    if lang == "en":
        return format_date(day, "d MMMM y", locale="en")
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {format_date(day, 'MMMM y', locale='fr')}"
