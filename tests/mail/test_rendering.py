"""What a mail says: both forms tell the same, in plain French or English, and nothing is run as HTML."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import html5lib
import pytest
from jinja2 import UndefinedError

import matcher.mail
from matcher.mail import Event
from matcher.mail.rendering import LANGUAGES, Lang, render

TEMPLATES = Path(matcher.mail.__file__).parent / "templates"
ADDRESS = "https://matcher.example.org/answer/" + "a" * 43
FACTS: dict[str, Any] = {
    "reader": "Claire <b>Martin</b>",
    "cluster": "Digital 113",
    "why": "Vous représentez Atelier & Fils.",
    "stop_url": "https://matcher.example.org/stop/" + "b" * 43,
    "url": ADDRESS,
    "erase_url": ADDRESS,
    "calls": ({"name": "Mission Canada"},),
    "minutes": 15,
    "other": "une entreprise de 10 à 49 personnes, à Toulouse",
    "other_name": "",
    "own_name": "Atelier & Fils",
    "word": ("Bonjour, vu au salon <b>.", "Appelez-moi : 05 61 00 00 00"),
    "lines": ("Vous cherchez : un hébergeur", "L'autre entreprise propose : de l'hébergement"),
    "until": "31 décembre 2026",
    "asked_on": "1er décembre 2026",
    "asked_first": True,
    "days": 90,
    "decision": "keep",
    "yes_url": ADDRESS + "?choice=yes",
    "later_url": ADDRESS + "?choice=not_now",
    "no_url": ADDRESS + "?choice=no",
    "answer_url": ADDRESS,
    "contacts": (),
    "ground": "",
    "ended_by_reader": True,
    "page_url": "https://matcher.example.org/organisations/ORG1/introductions",
    "moment": "jeudi 10 décembre 2026 à 10:30",
    "place": "Albi, salle 2",
    "is_change": False,
    "met_on": "",
}
ALL = [(event, lang) for event in Event for lang in LANGUAGES]


class Words(HTMLParser):
    """The words of a page that are read, without its head."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_head = self.in_head or tag == "head"

    def handle_endtag(self, tag: str) -> None:
        self.in_head = self.in_head and tag != "head"

    def handle_data(self, data: str) -> None:
        if not self.in_head:
            self.words.extend(words(data))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"https?://\S+", "", text).casefold())


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_text_and_html_say_the_same(event: Event, lang: Lang) -> None:
    mail = render(event, lang, FACTS)
    read = Words()
    read.feed(mail.html)
    assert read.words == words(mail.text)


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_html_is_well_formed_and_quotes_names_as_text(event: Event, lang: Lang) -> None:
    mail = render(event, lang, FACTS)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(mail.html)
    assert parser.errors == []
    assert "<b>" not in mail.html
    assert "&lt;b&gt;Martin" in mail.html
    assert "Claire <b>Martin</b>" in mail.text
    assert f'<html lang="{lang}">' in mail.html


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_a_mail_is_short_and_fits_a_screen(event: Event, lang: Lang) -> None:
    mail = render(event, lang, FACTS)
    assert 10 < len(mail.subject) < 100
    assert "\n" not in mail.subject
    assert len(words(mail.text)) < 250
    assert all(len(line) <= 72 or "https://" in line for line in mail.text.splitlines())
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("event", Event)
def test_french_signs_are_set_with_spaces_that_do_not_break(event: Event) -> None:
    mail = render(event, "fr", FACTS)
    for text in (mail.text, mail.html.partition("<body")[2]):
        assert re.findall(r" [?!;»](?!\S)|« |(?<=\w) :(?=\s)", text) == []


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_no_mail_guesses_the_gender_of_its_reader(event: Event, lang: Lang) -> None:
    text = render(event, lang, FACTS).text
    assert not re.search(r"\b(Monsieur|Madame|cher|chère|invité|intéressé|inscrit|prêt|connecté)\b", text)
    assert "·" not in text


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_every_mail_says_who_writes_and_why_and_how_to_stop(event: Event, lang: Lang) -> None:
    mail = render(event, lang, FACTS)
    for text in (mail.text, mail.html):
        assert "Digital 113" in text
        assert FACTS["stop_url"] in text
    asked_for = render(event, lang, FACTS | {"stop_url": ""})
    assert "stop" not in asked_for.text.casefold()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("event", [Event.ASKED, Event.REMINDER, Event.LAST_CHANCE])
def test_a_question_has_three_answers_and_an_end(event: Event, lang: Lang) -> None:
    mail = render(event, lang, FACTS)
    for text in (mail.text, mail.html):
        assert [answer in text for answer in ("choice=yes", "choice=not_now", "choice=no")] == [True] * 3
        assert FACTS["until"].casefold() in " ".join(text.casefold().split())


def test_a_fact_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(Event.SIGN_IN, "fr", {})


def test_every_event_has_a_folder_with_every_language_and_no_folder_is_left_over() -> None:
    found = {folder.name: sorted(file.stem for file in folder.iterdir()) for folder in TEMPLATES.iterdir()}
    found.pop("parts")
    assert found == {event.value: sorted(LANGUAGES) for event in Event}


def test_contacts_are_named_with_their_function_and_address() -> None:
    contacts = ({"name": "Jean Roux", "function": "direction technique", "email": "jean@example.org"},)
    mail = render(Event.ACCEPTED, "fr", FACTS | {"contacts": contacts, "other_name": "Beta"})
    assert mail.subject == "Mise en relation acceptée\u00a0: Beta"
    assert "Jean Roux, direction technique\u00a0: jean@example.org" in mail.text
    assert "mailto:jean@example.org" in mail.html
