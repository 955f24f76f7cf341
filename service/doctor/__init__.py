"""Checks of every outside part, each with how to fix it.

- ``checks``: python, settings, disk, data, mails, model, store, index, erasures, twins, plan, port
- ``findings``: what they find, in French and English
"""

from service.doctor.checks import examine, examine_open, twins_of
from service.doctor.findings import Finding

__all__ = ["Finding", "examine", "examine_open", "twins_of"]
