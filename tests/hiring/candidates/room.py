"""A store of candidates with everything beside it but the skills of the product: a few are found by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from matcher.build import Matcher
from matcher.hiring import read_ground_check
from matcher.hiring.candidates import (
    CURRENT,
    Candidate,
    CandidateDesk,
    CandidateParts,
    Certifications,
    Controller,
    Entry,
    KeepList,
    OwnDesk,
    Sealing,
    read_cv,
)
from matcher.people import Purpose, Role, new_person
from matcher.settings import Settings

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
GROUNDS = read_ground_check(Path(__file__).parents[3] / "data")
ANSWERS = {
    "controller_address": "1 place de l'Exemple, 31000 Toulouse",
    "privacy_contact": "donnees@cluster.example",
    "processors": "Hébergeur Exemple (France)",
}
"""Settings that say who answers for the profiles."""
CONTROLLER = Controller("Digital 113", *ANSWERS.values())
ORGANISATIONS = frozenset({"ORG2", "ORG009"})
"""Those that a candidate may choose."""
SKILLS = ("Python", "Docker", "Java", "Julia", "gestion de projet")


@dataclass(frozen=True, slots=True)
class FoundByName:
    """A skill found by its name."""

    id: str
    label: str
    start: int
    end: int
    years: int | None = None


class FewSkills:
    """Finds :data:`SKILLS` wherever their names are."""

    def in_text(self, text: str) -> Sequence[FoundByName]:
        found = []
        for name in SKILLS:
            at = text.find(name)
            if at >= 0:
                found.append(FoundByName(f"term:{name.lower()}", name, at, at + len(name)))
        return found


class Room:
    """The use cases of candidates over a real store, and HR's person who may open contacts."""

    def __init__(self, matcher: Matcher, *, by_invitation: bool = False) -> None:
        self.matcher, store = matcher, matcher.store
        links, salt = matcher.links, store.rights.salt
        sealing = Sealing(lambda: b"a key of these tests")
        parts = CandidateParts(
            store.candidates,
            sealing,
            links,
            store.mail,
            store.people,
            salt,
            CONTROLLER,
            ORGANISATIONS.intersection,
            GROUNDS.require_lawful,
        )
        self.parts = parts
        self.desk = CandidateDesk(parts)
        keep_list = KeepList(
            FewSkills(), Certifications([("RNCP37873", "Concepteur développeur d'applications")])
        )
        self.own = OwnDesk(
            parts, self.desk, lambda: keep_list, read_cv, lambda: matcher.rights, by_invitation=by_invitation
        )
        self.hr = new_person("lea@example.org", "Léa Durand", roles=[Role.HR])
        store.people.put(self.hr)

    def enter(self, email: str = "ada.exemple@courriel.example", name: str = "Ada Exemplaire") -> Candidate:
        """Let somebody enter, and confirm the address by the link of the mail."""
        self.own.enter(Entry(email, name, CURRENT), NOW)
        return self.own.follow(self.token(email), NOW)

    def token(self, email: str) -> str:
        """Return the token of the latest link sent to a candidate."""
        candidate = self.desk.find(email)
        assert candidate is not None
        return self.matcher.links.token(self.matcher.links.of(candidate.id, Purpose.CANDIDATE)[-1].id)


def bytes_of(home: Path) -> bytes:
    """Return every byte of every file of a home, the store's log included."""
    return b"\x00".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


def settings_in(home: Path) -> Settings:
    return Settings(
        home=home,
        encoder="hashing",
        log_level="error",
        candidates_by_invitation=False,
        **ANSWERS,  # type: ignore[arg-type]  # settings that are texts
    )
