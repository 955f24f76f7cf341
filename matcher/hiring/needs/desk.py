"""The use cases of job needs: read, check, save, edit, close."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.errors import IllegalStep, InvalidRequest
from matcher.hiring.job_ad import JobAd, read_job_ad
from matcher.hiring.job_check import Finding, JobCheck, Severity
from matcher.hiring.need import JobNeed
from matcher.hiring.needs.formats import read_content
from matcher.hiring.needs.reading import NO_FIELDS, NeedFields, NeedNotice, NeedReader, ReadNeed
from matcher.hiring.needs.saved import NeedRows, Override, SavedNeed
from matcher.hiring.needs.titles import seniority, title_of

MAX_NOTE = 500
_NO_JOB = (
    "Le besoin ne nomme aucun métier : donnez son intitulé, ou le code ROME du métier.",
    "The need names no job: give its title, or the ROME code of the occupation.",
)


class NeedRefused(InvalidRequest):
    """A need that cannot be kept as it is; ``french`` and ``str()`` say what to correct."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(english)
        self.french = french


@dataclass(frozen=True, slots=True)
class Draft:
    """A need before it is saved: what was understood, what to look at, and what the job check found."""

    need: JobNeed
    notices: tuple[NeedNotice, ...]
    findings: tuple[Finding, ...]


class NeedDesk:
    """Reads needs, checks their wording, and keeps them.

    Parameters
    ----------
    reader, check
        Reads a need; finds wordings that the law forbids or advises against.
    rows
        Where needs are kept.
    require_lawful
        Refuses a note that speaks of a ground of discrimination.
    new_id
        Gives an id that tells nothing: neither how many needs there are nor since when.
    """

    def __init__(
        self,
        reader: NeedReader,
        check: JobCheck,
        rows: NeedRows,
        require_lawful: Callable[[str], None],
        new_id: Callable[[], str] = lambda: f"NEED-{secrets.token_hex(5)}",
    ) -> None:
        self.reader = reader
        self._check = check
        self._rows = rows
        self._require_lawful = require_lawful
        self._new_id = new_id

    def draft(self, content: str, now: datetime, known: NeedFields = NO_FIELDS) -> Draft:
        """Read a need and check its wording; nothing is kept.

        The title is put in both genders before the check, in the text too: what will be saved is checked.
        ``content`` is a text, or with nothing known a JobPosting or an offer of France Travail.
        """
        if known == NO_FIELDS:
            read = read_content(self.reader, content, now)
        else:
            read = self.reader.read(content, now, known)
        return self.checked(read)

    def checked(self, read: ReadNeed) -> Draft:
        """Return what was read with what the job check finds in its wording."""
        need = _with_both_genders(read.need)
        return Draft(need, read.notices, tuple(self._check.findings(_as_ad(need))))

    def save(self, draft: Draft, overrides: Sequence[Override] = (), by: str | None = None) -> SavedNeed:
        """Keep a need and return it with its id.

        Raises
        ------
        NeedRefused
            The need names no occupation, or its wording must be corrected and no note says why it stays.
        UnlawfulWords
            A note speaks of a ground on which the law forbids to decide.
        NotFound
            Its organisation is not in the store.
        """
        self._check_notes(overrides)
        kept = _overridden(draft, overrides)
        if draft.need.occupation is None:
            raise NeedRefused(*_NO_JOB)
        saved = SavedNeed(replace(draft.need, id=self._new_id()), overrides=kept, created_by=by)
        self._rows.add(saved)
        return saved

    def edit(
        self, need_id: str, draft: Draft, overrides: Sequence[Override] = (), seen: str = ""
    ) -> SavedNeed:
        """Keep a corrected need in the place of the one of this id; errors as of :meth:`save`.

        ``seen`` is the version that was read, "" for any: IllegalStep where the need is of another one, so
        that of two people who correct it neither loses what the other wrote.
        """

        def corrected(former: SavedNeed) -> SavedNeed:
            if seen and seen != former.version:
                raise IllegalStep(f"{need_id} changed since you read it: read it again. Nothing was done.")
            need = replace(draft.need, id=need_id, created_at=former.need.created_at)
            notes = [*former.overrides, *overrides]
            return replace(former, need=need, overrides=_overridden(draft, notes))

        self._check_notes(overrides)
        if draft.need.occupation is None:
            raise NeedRefused(*_NO_JOB)
        return self._rows.change(need_id, corrected)

    def _check_notes(self, overrides: Sequence[Override]) -> None:
        for one in overrides:
            self._require_lawful(one.note)

    def close(self, need_id: str, now: datetime) -> SavedNeed:
        """Note that nobody is sought any more for a need; safe to repeat. NotFound for an unknown id."""
        return self._rows.change(need_id, lambda saved: saved.closed(now))

    def get(self, need_id: str) -> SavedNeed:
        """Return a need; NotFound for an unknown id."""
        return self._rows.get(need_id)

    def active(self, now: datetime) -> list[SavedNeed]:
        """Return the needs for which people are sought, latest first."""
        return [saved for saved in self._rows.all() if saved.is_active(now)]

    def all(self) -> Sequence[SavedNeed]:
        """Return every need that is kept, latest first."""
        return self._rows.all()


def _with_both_genders(need: JobNeed) -> JobNeed:
    written = title_of(need.text)
    if not written or not need.text:
        return need
    # The level stays in the text: it is no requirement, but says for whom the leads are.
    level = seniority(written)
    return replace(need, text=need.text.replace(written, f"{need.title} {level}".strip(), 1))


def _as_ad(need: JobNeed) -> JobAd:
    ad = read_job_ad(need.text or need.title)
    placed, contracted = ad.placed or bool(need.department), ad.contracted or need.contract is not None
    # A saved need carries the day it was made.
    return replace(ad, title=need.title, dated=True, placed=placed, contracted=contracted)


def _to_correct(finding: Finding) -> tuple[str, str]:
    """Return what to correct before a need is kept, in both languages; a finding may be of the whole text."""
    quoted_fr, quoted_en = "La rédaction", "The wording"
    if finding.words.text:
        quoted_fr, quoted_en = f"« {finding.words.text} »", f"'{finding.words.text}'"
    return (
        f"{quoted_fr} est à corriger ({finding.article}) : {finding.instead_fr}. Ou écrivez en note pourquoi"
        " cela reste.",
        f"{quoted_en} must be corrected ({finding.article}): write '{finding.instead_fr}', or leave a note"
        " that says why it stays.",
    )


def _overridden(draft: Draft, overrides: Sequence[Override]) -> tuple[Override, ...]:
    """Return the notes that speak of a finding; NeedRefused where words to correct have none."""
    notes: dict[tuple[str, str], Override] = {}
    for one in overrides:
        if one.note.strip():
            notes[one.criterion, one.words] = replace(one, note=one.note.strip()[:MAX_NOTE])
    kept: list[Override] = []
    for finding in draft.findings:
        note = notes.get((finding.criterion, finding.words.text))
        if note is not None:
            kept.append(note)
        elif finding.severity is Severity.FIX:
            raise NeedRefused(*_to_correct(finding))
    return tuple(dict.fromkeys(kept))
