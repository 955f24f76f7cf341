"""Staff add a word to the mails of a pair: seen before it is sent, kept apart by side, never lost."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from pydantic import SecretStr

from matcher.build import Matcher
from matcher.introductions import Act, Actor, Details, Introduction, Party, Side, State
from tests.pages.conftest import copied_settings, running
from tests.pages.signing_in import ADMIN, MEMBER, STAFF, browser_of
from training.servers import Postbox, mail_server

BY_STAFF = Actor(Party.STAFF, STAFF.id)
BY_ANOTHER = Actor(Party.STAFF, ADMIN.id)
WORD = "Vu au <b>salon</b> : appelez-moi au 05 61 00 00 00"
ESCAPED = "Vu au &lt;b&gt;salon&lt;/b&gt; : appelez-moi au 05 61 00 00 00"


@pytest.fixture
def matcher(signed: FastAPI) -> Matcher:
    found: Matcher = signed.state.matcher
    return found


@pytest.fixture
def one(matcher: Matcher) -> Introduction:
    return propose(matcher)


def propose(matcher: Matcher) -> Introduction:
    """ORG001 (Claire Martin) and ORG002 (Hugo Petit) are proposed to each other."""
    return matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, datetime.now(UTC))


def send(
    app: FastAPI, one: Introduction, act: str, first: str = "", second: str = "", **ticked: str
) -> Response:
    """Send the form of a pair as a browser does: with the version and the words that it was made from."""
    form = {
        "act": act,
        "version": str(one.version),
        "word-first": first,
        "word-second": second,
        "read-first": one.words.get(Side.FIRST, ""),
        "read-second": one.words.get(Side.SECOND, ""),
    }
    return browser_of(app, STAFF).post(f"/a-traiter/{one.id}", data=form | ticked)


def stored(matcher: Matcher, one: Introduction) -> Introduction:
    return matcher.store.introductions.get(one.id)


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_a_word_goes_from_the_form_into_both_parts_of_the_mail_of_its_side(
    pages_home: Path, tmp_path: Path
) -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        changes = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"), "mail_from": "contact@example.org"}
        with running(copied_settings(pages_home, tmp_path).model_copy(update=changes)) as app:
            matcher: Matcher = app.state.matcher
            one = propose(matcher)
            assert send(app, one, "write", first=WORD, second="Pour la seconde").status_code == 303
            matcher.worker.round()
            assert postbox.mails == [], "nothing is sent before it is approved"
            approved = send(app, stored(matcher, one), "approve", first=WORD, second="Pour la seconde")
            assert approved.headers["location"].endswith("fait=staff_approve")
            matcher.worker.round()
            (sent,) = matcher.store.mail.all()
            shown = browser_of(app, STAFF).get(f"/courriers/{sent.id}").text
            assert "celui-ci est réécrit" in shown, "another word may be stored by now"
            now = datetime.now(UTC)
            matcher.introductions.act(one.id, Act.YES, Actor(Party.FIRST, MEMBER.id), now)
            matcher.worker.round()
            matcher.worker.stop()
    to_first, to_second = postbox.mails
    assert postbox.recipients == ["claire@example.org", "hugo@example.org"]
    for mail, own, foreign in ((to_first, "salon", "Pour la"), (to_second, "Pour la", "salon")):
        for kind in ("plain", "html"):
            part = mail.get_body((kind,))
            assert part is not None
            assert own in part.get_content()
            assert foreign not in part.get_content()
    text, page = to_first.get_body(("plain",)), to_first.get_body(("html",))
    assert text is not None
    assert page is not None
    assert WORD in plain(text.get_content())
    assert ESCAPED in plain(page.get_content())


def test_the_mails_are_read_as_typed_before_anything_is_kept(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    shown = send(signed, one, "preview", first=WORD)
    assert shown.status_code == 200
    page = plain(shown.text)
    assert "Claire Martin" in page
    assert "Hugo Petit" in page
    assert page.count(ESCAPED) == 2, "in the field, and in the mail of that side alone"
    assert "Souhaitez-vous rencontrer une organisation" in page
    assert stored(matcher, one) == one


def test_a_kept_word_is_shown_in_the_mail_and_in_the_history(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    kept = send(signed, one, "write", first=WORD)
    assert kept.headers["location"].endswith(f"/a-traiter/{one.id}?fait=word_kept")
    page = plain(browser_of(signed, STAFF).get(f"/a-traiter/{one.id}").text)
    assert page.count(ESCAPED) == 4, "field, what was read, mail, history"
    assert "Mot pour les courriels" in page
    again = send(signed, stored(matcher, one), "write", first=WORD)
    assert again.headers["location"].endswith("fait=record_same")


def test_of_two_people_the_second_sees_both_words_and_loses_nothing(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    theirs = Details(words={Side.FIRST: "le mot d'une collègue", Side.SECOND: "bonjour à vous"})
    matcher.introductions.act(one.id, Act.WRITE, BY_ANOTHER, datetime.now(UTC), theirs)
    refused = send(signed, one, "approve", first="mon mot")
    assert refused.status_code == 409
    assert "mon mot</textarea>" in refused.text
    assert "Enregistré entre-temps par quelqu'un d'autre : « le mot d&#39;une collègue »" in plain(
        refused.text
    )
    assert "bonjour à vous</textarea>" in refused.text, "a word only the other changed asks for no decision"
    assert stored(matcher, one).state is State.PROPOSED
    now_seen = stored(matcher, one)
    assert send(signed, now_seen, "write", first="mon mot", second="bonjour à vous").status_code == 303
    assert stored(matcher, one).words == {Side.FIRST: "mon mot", Side.SECOND: "bonjour à vous"}


def test_a_word_typed_after_its_request_was_queued_is_shown_and_not_sent(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    now = datetime.now(UTC)
    matcher.introductions.act(one.id, Act.APPROVE, BY_ANOTHER, now)
    matcher.introduction_worker.due(now)
    late = send(signed, one, "write", first=WORD)
    assert late.status_code == 409
    assert "ce mot n&#39;y est pas" in late.text or "ce mot n'y est pas" in late.text
    assert ESCAPED in plain(late.text)
    assert stored(matcher, one).words == {}


def test_a_word_of_a_request_that_is_queued_is_shown_and_can_be_removed(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    now = datetime.now(UTC)
    words = Details(words={Side.FIRST: WORD, Side.SECOND: "Pour la seconde"})
    matcher.introductions.act(one.id, Act.WRITE, BY_STAFF, now, words)
    matcher.introductions.act(one.id, Act.APPROVE, BY_STAFF, now)
    matcher.introduction_worker.due(now)
    page = plain(browser_of(signed, STAFF).get(f"/a-traiter/{one.id}").text)
    assert page.count("Retirer ce mot") == 2
    assert "Un mot de votre part" not in page, "no word can be added any more"
    removed = send(signed, stored(matcher, one), "write", second="Pour la seconde")
    assert removed.headers["location"].endswith("fait=word_kept"), "the other one is kept"
    form = {"act": "write", "version": str(stored(matcher, one).version)}
    form |= {"word-second": "", "read-second": "Pour la seconde"}
    removed = browser_of(signed, STAFF).post(f"/a-traiter/{one.id}", data=form)
    assert removed.headers["location"].endswith("fait=word_removed")
    assert stored(matcher, one).words == {}
    assert "Retirer ce mot" not in browser_of(signed, STAFF).get(f"/a-traiter/{one.id}").text
    (request,) = matcher.store.mail.all()
    page = browser_of(signed, STAFF).get(f"/courriers/{request.id}").text
    assert "salon" not in page
    assert "est réécrit" not in page, "it waits still"


@pytest.mark.parametrize(
    ("word", "said"),
    [("x" * 1001, "Ce mot est trop long"), ("a\x07b", "caractère de contrôle")],
    ids=["too_long", "control_character"],
)
def test_a_word_that_may_not_be_kept_is_shown_with_why(
    signed: FastAPI, matcher: Matcher, one: Introduction, word: str, said: str
) -> None:
    refused = send(signed, one, "approve", first=word, second="gardé tel quel")
    assert refused.status_code == 422
    assert said in refused.text
    assert f"{word}</textarea>" in refused.text
    assert "gardé tel quel</textarea>" in refused.text
    assert stored(matcher, one) == one


@pytest.mark.parametrize(
    "wrong",
    [{"act": "postpone", "weeks": "99"}, {"act": "refuse", "ground": "x"}, {"act": "dance"}, {"version": ""}],
    ids=["delay", "ground", "act", "version"],
)
def test_a_form_that_lacks_something_keeps_the_words(
    signed: FastAPI, matcher: Matcher, one: Introduction, wrong: dict[str, str]
) -> None:
    form = {"act": "write", "version": str(one.version), "word-first": WORD, "read-first": ""} | wrong
    refused = browser_of(signed, STAFF).post(f"/a-traiter/{one.id}", data=form)
    assert refused.status_code == 422
    assert f"{ESCAPED}</textarea>" in plain(refused.text)
    assert "Une valeur manque" in refused.text
    assert stored(matcher, one) == one


def test_without_an_index_the_pair_is_shown_without_evidence(pages_home: Path, tmp_path: Path) -> None:
    settings = copied_settings(pages_home, tmp_path)
    shutil.rmtree(settings.home / "index")
    with running(settings) as app:
        one = propose(app.state.matcher)
        shown = browser_of(app, STAFF).get(f"/a-traiter/{one.id}")
        assert shown.status_code == 200
        assert "Les raisons ne peuvent pas" in shown.text
        assert "cent meilleures" not in shown.text
        typed = send(app, one, "preview", first=WORD)
        assert typed.status_code == 200
        assert plain(typed.text).count(ESCAPED) == 2


def test_a_word_that_names_the_other_is_warned_of(signed: FastAPI, one: Introduction) -> None:
    assert "Ce mot nomme" in send(signed, one, "preview", first="Voyez citadelle securite !").text
    assert "Ce mot nomme" not in send(signed, one, "preview", first="Une belle citadelle").text


def test_a_word_that_names_the_other_goes_only_when_that_is_ticked(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    naming = "Citadelle Sécurité serait ravie."
    for act in ("approve", "write"):
        stopped = send(signed, one, act, first=naming)
        assert stopped.status_code == 422
        assert "Ce mot nomme" in stopped.text
        assert "Rien n'a été enregistré" in plain(stopped.text)
        assert naming in stopped.text
        assert stored(matcher, one) == one
    assert send(signed, one, "approve", first=naming, named="1").status_code == 303
    assert stored(matcher, one).words == {Side.FIRST: naming}


def test_those_approved_together_keep_their_own_words(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    other = matcher.introductions.propose(("ORG001", "ORG003"), BY_STAFF, datetime.now(UTC))
    send(signed, one, "write", first="pour la paire 1")
    send(signed, other, "write", first="pour la paire 2")
    found = [stored(matcher, each) for each in (one, other)]
    form = {"chosen": [f"{each.id}:{each.version}" for each in found], "act": "approve"}
    browser_of(signed, STAFF).post("/a-traiter/decisions", data=form)
    approved = [stored(matcher, each) for each in (one, other)]
    assert [each.state for each in approved] == [State.APPROVED] * 2
    assert [each.words[Side.FIRST] for each in approved] == ["pour la paire 1", "pour la paire 2"]


def test_put_off_with_a_word_it_is_kept(signed: FastAPI, matcher: Matcher, one: Introduction) -> None:
    form = {"act": "postpone", "weeks": "2", "version": str(one.version), "word-first": "À la rentrée"}
    answered = browser_of(signed, STAFF).post(f"/a-traiter/{one.id}", data=form)
    assert answered.headers["location"].endswith("fait=staff_postpone")
    assert stored(matcher, one).words == {Side.FIRST: "À la rentrée"}


@pytest.mark.parametrize("word", ["", WORD], ids=["without_a_word", "with_a_word"])
def test_a_second_click_is_harmless(signed: FastAPI, matcher: Matcher, one: Introduction, word: str) -> None:
    for _ in range(2):
        assert send(signed, one, "approve", first=word).headers["location"].endswith("fait=staff_approve")
    assert stored(matcher, one).state is State.APPROVED
    assert stored(matcher, one).words == ({Side.FIRST: word} if word else {})


def test_a_second_click_on_those_ticked_says_what_the_first_did(
    signed: FastAPI, matcher: Matcher, one: Introduction
) -> None:
    form = {"chosen": f"{one.id}:{one.version}", "act": "approve"}
    for _ in range(2):
        answered = browser_of(signed, STAFF).post("/a-traiter/decisions", data=form)
        assert answered.headers["location"].endswith("fait=staff_approve")
    assert stored(matcher, one).state is State.APPROVED


def test_words_are_for_staff(signed: FastAPI, one: Introduction) -> None:
    assert browser_of(signed, MEMBER).post(f"/a-traiter/{one.id}", data={"act": "write"}).status_code == 403
