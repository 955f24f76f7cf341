"""The audit: who saw or decided what, on which version, in a chain that shows every later change.

- ``entry``: one entry, its canonical form and its hash; references that name nobody
- ``chain``: the check of a whole chain against its head and its signed checkpoints
- ``log``: the use cases: check, export, sign a checkpoint
- ``ports``: what the audit asks of the store
"""

from matcher.audit.chain import RESUME, Checkpoint, Fault, FaultKind, Head, Resumption, Verdict, sign, verify
from matcher.audit.entry import FIRST, SERVICE, Acting, Entry, Note, Of, hash_of_entry, reference
from matcher.audit.log import CHECKPOINT_FILE, KEY_FILE, AuditLog, read_checkpoint

__all__ = [
    "CHECKPOINT_FILE",
    "FIRST",
    "KEY_FILE",
    "RESUME",
    "SERVICE",
    "Acting",
    "AuditLog",
    "Checkpoint",
    "Entry",
    "Fault",
    "FaultKind",
    "Head",
    "Note",
    "Of",
    "Resumption",
    "Verdict",
    "hash_of_entry",
    "read_checkpoint",
    "reference",
    "sign",
    "verify",
]
