"""Job needs: read from what was written, corrected, saved, and led to people through leads.

- ``reading``: a need from a text and what is known beside it, with notices of what to look at
- ``formats``: needs in files: JobPosting, offers of France Travail, tables
- ``occupations``: the occupation a title names
- ``titles``: the title of a need, in both genders
- ``saved``, ``desk``: a need that is kept, and what is done with needs
- ``leads``, ``mobilities``: leads for a need, each with its fact
- ``egapro``: the published index of professional equality, read from its file
- ``gaps``, ``unmet``: the map of needs without a lead; what would help one of them
- ``terms``: contract, remote work, languages, and what is required or only welcome
"""

from matcher.hiring.needs.desk import Draft, NeedDesk, NeedRefused
from matcher.hiring.needs.egapro import EmployerFact, EmployerFacts, ReadFacts, read_egapro, write_rejected
from matcher.hiring.needs.formats import read_content, read_table_of_needs
from matcher.hiring.needs.gaps import NeedGap, gaps
from matcher.hiring.needs.leads import Both, LeadGroup, LeadKind, NeedLead, NeedLeads
from matcher.hiring.needs.mobilities import Mobilities, read_mobilities
from matcher.hiring.needs.occupations import JobNames, read_job_names
from matcher.hiring.needs.reading import (
    NO_FIELDS,
    NeedFields,
    NeedNotice,
    NeedReader,
    ReadNeed,
    read_need_reader,
)
from matcher.hiring.needs.saved import NeedRows, NeedState, Override, SavedNeed
from matcher.hiring.needs.titles import both_genders
from matcher.hiring.needs.unmet import unmet

__all__ = [
    "NO_FIELDS",
    "Both",
    "Draft",
    "EmployerFact",
    "EmployerFacts",
    "JobNames",
    "LeadGroup",
    "LeadKind",
    "Mobilities",
    "NeedDesk",
    "NeedFields",
    "NeedGap",
    "NeedLead",
    "NeedLeads",
    "NeedNotice",
    "NeedReader",
    "NeedRefused",
    "NeedRows",
    "NeedState",
    "Override",
    "ReadFacts",
    "ReadNeed",
    "SavedNeed",
    "both_genders",
    "gaps",
    "read_content",
    "read_egapro",
    "read_job_names",
    "read_mobilities",
    "read_need_reader",
    "read_table_of_needs",
    "unmet",
    "write_rejected",
]
