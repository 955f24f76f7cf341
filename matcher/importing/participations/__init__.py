"""Files that say who takes part in which factory.

- ``columns``: recognises such a file, and reads its cells
- ``importer``: plans and applies its import
"""

from matcher.importing.participations.columns import lists_participations
from matcher.importing.participations.importer import import_participations

__all__ = ["import_participations", "lists_participations"]
