"""What people send in forms: read as it was typed, and acted on once.

- ``fields``: the fields and files of a form, and the address that a form leads to
- ``once``: an equal form sent again within seconds gets the first answer
"""

from service.pages.forms.fields import own_path, sent_file, sent_in_memory, ticked, typed
from service.pages.forms.once import Sendings, leave_last_form, once

__all__ = [
    "Sendings",
    "leave_last_form",
    "once",
    "own_path",
    "sent_file",
    "sent_in_memory",
    "ticked",
    "typed",
]
