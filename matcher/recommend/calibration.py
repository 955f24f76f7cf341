"""From a score to a probability: one logistic curve a kind, fitted on judged answers.

The curve says how often staff call an item of such a score clearly useful. It holds for the encoder it was
fitted with; with another one the score is given as it is and marked as not calibrated.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matcher.domain.items import Kind
from matcher.errors import InvalidRequest

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve (Platt 1999).

    >>> round(Curve(10.0, -4.0)(0.4), 2)
    0.5
    """

    slope: float
    intercept: float

    def __call__(self, score: float) -> float:
        """Return the probability of a score, in (0, 1)."""
        return 1.0 / (1.0 + math.exp(-(self.slope * score + self.intercept)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curves of all kinds. ``version`` is None when scores are not calibrated."""

    version: str | None = None
    curves: Mapping[Kind, Curve] = field(default_factory=dict)

    def probability(self, kind: Kind, score: float) -> float:
        """Return the probability of a score of this kind, or the score itself where there is no curve."""
        curve = self.curves.get(kind)
        return score if curve is None else curve(score)


UNCALIBRATED = Calibration()


def read_calibration(path: Path, encoder: str) -> Calibration:
    """Return the calibration of a file, :data:`UNCALIBRATED` if it is missing or of another encoder.

    Parameters
    ----------
    path
        JSON ``{"version", "encoder", "curves": {kind: {"slope", "intercept"}}}``.
    encoder
        Name of the encoder in use.

    Raises
    ------
    InvalidRequest
        The file is not of this form; the message says how to make it again.
    """
    if not path.is_file():
        return UNCALIBRATED
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        curves = {
            Kind(kind): Curve(float(curve["slope"]), float(curve["intercept"]))
            for kind, curve in given["curves"].items()
        }
        version, fitted_with = str(given["version"]), str(given["encoder"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(
            f"The calibration file {path.name} cannot be read ({error}). Make it again: matcher-lab calibrate"
        ) from error
    if any(not 0 < curve.slope < math.inf or not math.isfinite(curve.intercept) for curve in curves.values()):
        raise InvalidRequest(
            f"The calibration file {path.name} holds a curve that does not rise. "
            "Make it again: matcher-lab calibrate"
        )
    return Calibration(version, curves) if fitted_with == encoder else UNCALIBRATED
