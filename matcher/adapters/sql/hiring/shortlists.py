"""Shortlists in SQL: a row a shortlist, and one for each profile on it, which goes with the candidate."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, insert, select, update

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.mail import queue_messages
from matcher.adapters.sql.schema import shortlist_entries, shortlists
from matcher.audit import Note, Of
from matcher.domain import MessageRequest
from matcher.errors import NotFound
from matcher.hiring import HeldSkill, JobSkill, Requirement, Weight
from matcher.hiring.shortlists import (
    Apart,
    Decided,
    Decision,
    Line,
    Listed,
    Match,
    MetBy,
    Shortlist,
    decided_meanwhile,
)
from matcher.knowledge.job_skills import Relation


class ShortlistTables:
    """The shortlists; see :class:`matcher.hiring.shortlists.ShortlistRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, shortlist: Shortlist) -> None:
        """Keep a shortlist with its profiles, in one transaction with its entry in the audit."""
        head = {
            "id": shortlist.id,
            "need_id": shortlist.need_id,
            "need_version": shortlist.need_version,
            "made_at": stamp(shortlist.made_at),
            "made_by": shortlist.made_by or None,
            "seed": shortlist.seed,
            "model": shortlist.model,
            "skills_version": shortlist.skills_version,
        }
        rows = [_row(shortlist.id, entry) for entry in shortlist.listed]
        version = f"{shortlist.model} {shortlist.skills_version} {shortlist.need_version}"
        note = Note("shortlist.make", Of.SHORTLIST, shortlist.id, shortlist.made_by, version)
        with self._database.writing("keeping a shortlist") as connection:
            connection.execute(insert(shortlists), head)
            if rows:
                connection.execute(insert(shortlist_entries), rows)
            enter(connection, [note], shortlist.made_at)

    def get(self, shortlist_id: str) -> Shortlist:
        """Return a shortlist; NotFound for an unknown id."""
        found = self._read(shortlists.c.id == shortlist_id)
        if not found:
            raise NotFound(f"There is no shortlist '{shortlist_id}'.")
        return found[0]

    def all(self, need_id: str = "") -> Sequence[Shortlist]:
        """Return shortlists, latest first: of a need, or all."""
        return self._read(shortlists.c.need_id == need_id if need_id else shortlists.c.id != "")

    def decide(self, shortlist: Shortlist, entry: Listed, decided: Decided, mail: MessageRequest) -> None:
        """Keep a decision, queue its mail and enter it in the audit, all or nothing.

        NotFound where the profile was withdrawn meanwhile, IllegalStep where somebody else decided on it.
        """
        candidate_id, former = entry.candidate_id, entry.decided
        mine = (
            shortlist_entries.c.shortlist_id == shortlist.id,
            shortlist_entries.c.candidate_id == candidate_id,
        )
        as_read = shortlist_entries.c.decided_at.is_not_distinct_from(stamp(former.at) if former else None)
        values = {
            "decision": decided.decision.value,
            "sealed_reason": decided.reason,
            "decided_by": decided.by,
            "decided_at": stamp(decided.at),
        }
        act, version = f"shortlist.{decided.decision.value}", shortlist.need_version
        notes = [
            Note(act, Of.CANDIDATE, candidate_id, decided.by, version),
            Note(act, Of.SHORTLIST, shortlist.id, decided.by, version),
        ]
        with self._database.writing("keeping a decision") as connection:
            if not connection.execute(
                update(shortlist_entries).where(*mine, as_read).values(values)
            ).rowcount:
                if connection.execute(select(shortlist_entries.c.candidate_id).where(*mine)).first():
                    raise decided_meanwhile(entry.code)
                raise NotFound("There is no such profile on this shortlist: it may have been withdrawn.")
            queue_messages(connection, [mail], decided.at)
            enter(connection, notes, decided.at)

    def _read(self, which: Any) -> list[Shortlist]:
        heads = select(shortlists).where(which).order_by(shortlists.c.made_at.desc(), shortlists.c.id)
        named = select(shortlists.c.id).where(which)
        entries = select(shortlist_entries).where(shortlist_entries.c.shortlist_id.in_(named))
        by_place = entries.order_by(shortlist_entries.c.shortlist_id, shortlist_entries.c.place)
        with self._database.snapshot("reading shortlists") as connection:
            rows = connection.execute(heads).all()
            listed = connection.execute(by_place).all()
        grouped = {name: list(group) for name, group in groupby(listed, key=lambda row: row.shortlist_id)}
        return [_shortlist(row, grouped.get(row.id, [])) for row in rows]


def _row(shortlist_id: str, entry: Listed) -> dict[str, Any]:
    match = {"lines": [asdict(line) for line in entry.match.lines], "languages": entry.match.languages}
    return {
        "shortlist_id": shortlist_id,
        "candidate_id": entry.candidate_id,
        "code": entry.code,
        "rank": entry.rank,
        "place": entry.place,
        "apart": entry.apart.value if entry.apart else "",
        "score": entry.match.score,
        "match": json.dumps(match, ensure_ascii=False),
        "decision": "",
        "sealed_reason": "",
        "decided_by": None,
        "decided_at": None,
    }


def _shortlist(row: Row[Any], entries: Sequence[Row[Any]]) -> Shortlist:
    return Shortlist(
        id=row.id,
        need_id=row.need_id,
        need_version=row.need_version,
        made_at=datetime.fromisoformat(row.made_at),
        made_by=row.made_by or "",
        seed=row.seed,
        model=row.model,
        skills_version=row.skills_version,
        listed=tuple(_listed(entry) for entry in entries),
    )


def _listed(row: Row[Any]) -> Listed:
    facts = json.loads(row.match)
    lines = tuple(_line(line) for line in facts["lines"])
    languages = tuple((language, is_met) for language, is_met in facts["languages"])
    match = Match(row.code, row.score, lines, languages)
    apart = Apart(row.apart) if row.apart else None
    has_changed = facts.get("has_changed", False)
    return Listed(row.candidate_id, match, row.rank, row.place, apart, _decided(row), has_changed)


def _decided(row: Row[Any]) -> Decided | None:
    if not row.decision:
        return None
    at = datetime.fromisoformat(row.decided_at)
    return Decided(Decision(row.decision), row.sealed_reason, row.decided_by or "", at)


def _line(facts: dict[str, Any]) -> Line:
    asked, held = facts["requirement"], facts["held"]
    requirement = Requirement(
        JobSkill(**asked["skill"]), Weight(asked["weight"]), asked["words"], asked["years"]
    )
    return Line(
        requirement,
        MetBy(facts["state"]),
        facts["chance"],
        HeldSkill(JobSkill(**held["skill"]), held["years"]) if held else None,
        Relation(facts["relation"]) if facts["relation"] else None,
        facts["short_of_years"],
    )
