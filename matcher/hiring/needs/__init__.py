"""Job needs: read from what was written, corrected, saved, and led to people through leads.

- ``reading``: a need from a text and what is known beside it, with notices of what to look at
- ``formats``: needs in files: JobPosting, offers of France Travail, tables
- ``occupations``: the occupation a title names
- ``titles``: the title of a need, in both genders
- ``terms``: contract, remote work, languages, and what is required or only welcome
"""

from matcher.hiring.needs.formats import read_content, read_table_of_needs
from matcher.hiring.needs.occupations import JobNames, read_job_names
from matcher.hiring.needs.reading import (
    NO_FIELDS,
    NeedFields,
    NeedNotice,
    NeedReader,
    ReadNeed,
    read_need_reader,
)
from matcher.hiring.needs.titles import both_genders

__all__ = [
    "NO_FIELDS",
    "JobNames",
    "NeedFields",
    "NeedNotice",
    "NeedReader",
    "ReadNeed",
    "both_genders",
    "read_content",
    "read_job_names",
    "read_need_reader",
    "read_table_of_needs",
]
