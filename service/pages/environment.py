"""The templates: one environment a language, strict about names, with dates and plain filters.

Sentences are French in the templates; ``messages/en.po`` has the English ones and is read as it is.
"""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from matcher.mail import written_day, written_moment
from service.pages.text import STAFF_COUNTS, quoted, spaced
from service.words import Language, field_label, likelihood

MESSAGES = Path(__file__).with_name("messages") / "en.po"
LANGUAGES: tuple[Language, ...] = ("fr", "en")


class Catalogue:
    """The sentences of one language; French is the language of the templates itself."""

    def __init__(self, lang: Language) -> None:
        self._said: dict[str, str] = {}
        self._plural: dict[str, tuple[str, str]] = {}
        if lang == "en":
            self._read()

    def _read(self) -> None:
        with MESSAGES.open("rb") as file:
            for message in read_po(file):
                if not message.id:  # the file's own header: an empty sentence is empty in every language
                    continue
                if isinstance(message.id, tuple) and isinstance(message.string, tuple):
                    self._plural[message.id[0]] = (message.string[0], message.string[1])
                elif isinstance(message.id, str) and isinstance(message.string, str):
                    self._said[message.id] = message.string

    def gettext(self, sentence: str) -> str:
        """Return a sentence in this language; in French where there is none."""
        return self._said.get(sentence) or spaced(sentence)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the singular or the plural; French counts 0 and 1 as singular, English only 1."""
        if singular in self._plural:
            one, many = self._plural[singular]
            return one if count == 1 else many
        return spaced(singular if count < 2 else plural)


@cache
def environment(lang: Language) -> Environment:
    """Return the templates of a language, made once."""
    made = Environment(
        loader=PackageLoader("service.pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    sentences = Catalogue(lang)
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        sentences.gettext, sentences.ngettext, newstyle=True
    )
    made.filters["likelihood"] = lambda probability: likelihood(probability, lang)
    made.filters["field_label"] = lambda name: field_label(name, lang)
    made.filters["day"] = lambda at, zone: day(at, zone, lang)
    made.filters["moment"] = lambda at, zone: written_moment(at, zone, lang)
    made.filters["short_day"] = lambda at, zone: format_date(at.astimezone(zone), "d MMM", locale=lang)
    made.filters["last_day"] = lambda at, zone: day(at - timedelta(seconds=1), zone, lang)
    made.filters["clock"] = lambda at, zone: f"{at.astimezone(zone):%H:%M}"
    made.filters["quarter"] = lambda first: format_date(first, "QQQQ y", locale=lang)
    made.filters["number"] = lambda value: format_decimal(value, format="#,##0.#", locale=lang)
    made.filters["percent"] = lambda share: format_percent(share, locale=lang)
    made.filters["size"] = lambda code: sentences.gettext(STAFF_COUNTS.get(code) or code)
    made.filters["in_words"] = lambda sentence: sentence.en if lang == "en" else spaced(sentence.fr)
    made.filters["quoted"] = quoted
    return made


def day(at: datetime | date, zone: ZoneInfo, lang: Language) -> str:
    """Write a day as people read it.

    >>> day(datetime.fromisoformat("2026-12-03T23:30:00+00:00"), ZoneInfo("Europe/Paris"), "fr")
    '4 décembre 2026'
    >>> day(date(2026, 12, 1), ZoneInfo("Europe/Paris"), "fr")
    '1er décembre 2026'
    """
    there = at.astimezone(zone).date() if isinstance(at, datetime) else at
    return written_day(there, lang)


def translate(sentence: str, lang: Language) -> str:
    """Return a French sentence of the pages in ``lang``."""
    return _catalogue(lang).gettext(sentence)


@cache
def _catalogue(lang: Language) -> Catalogue:
    return Catalogue(lang)
