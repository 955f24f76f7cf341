"""Names for the array types that numeric code passes around, so that one name means one dtype."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
"""Real numbers, in single or double precision."""
Ints = NDArray[np.int64]
"""Whole numbers: row numbers, ranks, counts."""
Bools = NDArray[np.bool_]
"""Flags."""
