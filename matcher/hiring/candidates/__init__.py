"""Candidates who chose to be found, by their skills alone: off until an administrator records the DPIA.

- ``gate``: whether candidates are taken in
- ``candidate``: a profile under a neutral code; contact and openings, sealed apart
- ``cv``: the text of a CV, read by a child process with limits
- ``cv_child``: that process
- ``cv_docx``: what of a DOCX is seen, for that process
- ``clauses``: a CV without the clauses that tell who somebody is
- ``keep_list``: what of a text enters a profile: skills, languages, certifications of closed lists
- ``languages``: the closed list of languages
- ``notice``: what a candidate is told before anything is entered, versioned
- ``sealing``: sealing of contacts and reasons
- ``ports``: what this package asks of the store, the mail and the people
- ``desk``: the use cases of administrators and of the HR factory
- ``sample``: invented profiles for demonstrations, never beside real ones
- ``own``: the use cases of a candidate
"""

from matcher.hiring.candidates.candidate import (
    ERASED_ORGANISATION,
    Candidate,
    CandidateState,
    Consent,
    Contact,
    Opening,
    SealedCandidate,
    SealedOpening,
    Source,
    new_code,
    new_id,
)
from matcher.hiring.candidates.clauses import readable
from matcher.hiring.candidates.cv import MOST_BYTES, CvRefused, CvText, read_cv
from matcher.hiring.candidates.desk import CandidateDesk, CandidateParts, address_hash, own_link
from matcher.hiring.candidates.gate import CandidatesClosed, Gate, require_open
from matcher.hiring.candidates.keep_list import Certifications, Finder, KeepList, read_certifications
from matcher.hiring.candidates.languages import LANGUAGES
from matcher.hiring.candidates.notice import CURRENT, Controller, PersonNotice, person_notice
from matcher.hiring.candidates.own import (
    MOST_SKILLS,
    MOST_YEARS,
    ChangeRefused,
    Entry,
    OwnDesk,
    Wishes,
)
from matcher.hiring.candidates.ports import CandidateRows
from matcher.hiring.candidates.sample import MOST_SAMPLES, SAMPLE_PREFIX, SampleDesk
from matcher.hiring.candidates.sealing import KEY_FILE, Sealing

__all__ = [
    "CURRENT",
    "ERASED_ORGANISATION",
    "KEY_FILE",
    "LANGUAGES",
    "MOST_BYTES",
    "MOST_SAMPLES",
    "MOST_SKILLS",
    "MOST_YEARS",
    "SAMPLE_PREFIX",
    "Candidate",
    "CandidateDesk",
    "CandidateParts",
    "CandidateRows",
    "CandidateState",
    "CandidatesClosed",
    "Certifications",
    "ChangeRefused",
    "Consent",
    "Contact",
    "Controller",
    "CvRefused",
    "CvText",
    "Entry",
    "Finder",
    "Gate",
    "KeepList",
    "Opening",
    "OwnDesk",
    "PersonNotice",
    "SampleDesk",
    "SealedCandidate",
    "SealedOpening",
    "Sealing",
    "Source",
    "Wishes",
    "address_hash",
    "new_code",
    "new_id",
    "own_link",
    "person_notice",
    "read_certifications",
    "read_cv",
    "readable",
    "require_open",
]
