"""The rights of people and organisations over what is held of them: a copy, correction, erasure.

- ``subject``: a person or an organisation, and how it is named
- ``accesses``: who looked at what is held of a subject, changed it or took a copy
- ``traces``: fingerprints of texts, and the search for them in the bytes of files
- ``suppression``: what is kept of an erased subject, so that it is not taken in again
- ``erasure``: an erasure, from the request until nothing is found any more; its certificate
- ``files``: the files of the home folder, searched and cleaned
- ``unread``: what an organisation is recognised by whose row is damaged
- ``ports``: what this package asks of the store, the index and the files
- ``processing``: what is held, why, how long and who sees it, as a notice and a record
- ``retention``: what is kept no longer, removed by the rules of the notice
- ``desk``: the use cases: export, erase, correct, finish
"""

from matcher.rights.accesses import ONCE_IN, Access, By
from matcher.rights.desk import Parts, RightsDesk
from matcher.rights.erasure import Erasure, Removal, Request, certificate
from matcher.rights.files import EVENTS, MOST_UNPACKED, UPLOADS, Home
from matcher.rights.ports import Rows, Tables
from matcher.rights.processing import (
    Durations,
    Processing,
    notice,
    processings,
    record_rows,
    version_of_notice,
)
from matcher.rights.retention import Kept, Swept, rule_of, sweep
from matcher.rights.subject import Candidates, Subject, SubjectKind, find_subject
from matcher.rights.suppression import Suppressed, keys_named, keys_of_item, keys_of_person, suppression_hash
from matcher.rights.traces import Trace, Tracer
from matcher.rights.unread import RawItem

__all__ = [
    "EVENTS",
    "MOST_UNPACKED",
    "ONCE_IN",
    "UPLOADS",
    "Access",
    "By",
    "Candidates",
    "Durations",
    "Erasure",
    "Home",
    "Kept",
    "Parts",
    "Processing",
    "RawItem",
    "Removal",
    "Request",
    "RightsDesk",
    "Rows",
    "Subject",
    "SubjectKind",
    "Suppressed",
    "Swept",
    "Tables",
    "Trace",
    "Tracer",
    "certificate",
    "find_subject",
    "keys_named",
    "keys_of_item",
    "keys_of_person",
    "notice",
    "processings",
    "record_rows",
    "rule_of",
    "suppression_hash",
    "sweep",
    "version_of_notice",
]
