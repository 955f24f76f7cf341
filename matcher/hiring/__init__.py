"""The HR factory: job needs, the wording of their offers, and the profiles that can meet them.

- ``need``: a job need, its requirements, and the skills that needs and profiles share
- ``profile``: what matching may read of a candidate
- ``papers``: cards, impact annex, record and technical file, from the system's own facts
- ``job_ad``: an offer as read from a text or a schema.org ``JobPosting``
- ``job_check``: what in its wording the law forbids, asks to justify or advises against
- ``grounds``: the grounds of discrimination that what staff write must not speak of
- ``screen``: a request for leads without the words that say who is wanted
- ``wordings``: words that a rule is about, found in a text and quoted
- ``apprentices``: the ages that the law sets for apprentices, and the offers that may state them
- ``place``: where the work is, by what a text says
- ``titles``: titles that name one gender alone, and both forms of them
- ``candidates``: candidates who chose to be found, by their skills alone
- ``needs``: job needs understood, kept, and their leads
- ``shortlists``: needs and profiles compared, and shortlists on which a person decides
"""

from matcher.hiring.grounds import GroundCheck, UnlawfulWords, read_ground_check
from matcher.hiring.job_ad import JobAd, read_job_ad
from matcher.hiring.job_check import Finding, JobCheck, Severity, read_job_check
from matcher.hiring.need import Contract, JobNeed, JobSkill, Occupation, Remote, Requirement, Weight
from matcher.hiring.profile import CandidateProfile, HeldSkill
from matcher.hiring.screen import screened

__all__ = [
    "CandidateProfile",
    "Contract",
    "Finding",
    "GroundCheck",
    "HeldSkill",
    "JobAd",
    "JobCheck",
    "JobNeed",
    "JobSkill",
    "Occupation",
    "Remote",
    "Requirement",
    "Severity",
    "UnlawfulWords",
    "Weight",
    "read_ground_check",
    "read_job_ad",
    "read_job_check",
    "screened",
]
