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


STEEPEST = 500.0
"""Largest parameter of a curve: beyond it a probability is 0 or 1 and the exponential overflows near 710."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve (Platt 1999).

    ``request`` is added to the intercept for a free text: it shows fewer signals than a stored organisation,
    so that the same score means more.

    >>> round(Curve(10.0, -4.0)(0.4), 2)
    0.5
    >>> Curve(10.0, -4.0, request=1.0)(0.3, is_request=True)
    0.5
    """

    slope: float
    intercept: float
    request: float = 0.0

    def __call__(self, score: float, *, is_request: bool = False) -> float:
        """Return the probability of a score, in [0, 1]."""
        shift = self.request if is_request else 0.0
        return 1.0 / (1.0 + math.exp(-(self.slope * score + self.intercept + shift)))

    @property
    def rises(self) -> bool:
        """Whether a higher score is more probable, and no score overflows."""
        return 0 < self.slope <= STEEPEST / 2 and abs(self.intercept) + abs(self.request) <= STEEPEST / 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curves of all kinds. ``version`` is None when scores are not calibrated."""

    version: str | None = None
    curves: Mapping[Kind, Curve] = field(default_factory=dict)

    def probability(self, kind: Kind, score: float, *, is_request: bool = False) -> float:
        """Return the probability of a score of this kind, or the score itself where there is no curve."""
        curve = self.curves.get(kind)
        return score if curve is None else curve(score, is_request=is_request)


UNCALIBRATED = Calibration()


def read_calibration(path: Path, encoder: str) -> Calibration:
    """Return the calibration of a file, :data:`UNCALIBRATED` if it is missing or of another encoder.

    Parameters
    ----------
    path
        JSON ``{"version", "encoder", "curves": {kind: {"slope", "intercept", "request"}}}``; ``request`` may
        be left out.
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
            Kind(kind): Curve(
                float(curve["slope"]), float(curve["intercept"]), float(curve.get("request", 0))
            )
            for kind, curve in given["curves"].items()
        }
        version, fitted_with = str(given["version"]), str(given["encoder"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(
            f"The calibration file {path.name} cannot be read ({error}). Make it again: matcher-lab calibrate"
        ) from error
    if not all(curve.rises for curve in curves.values()):
        raise InvalidRequest(
            f"The calibration file {path.name} holds a curve that does not rise, or too steeply. "
            "Make it again: matcher-lab calibrate"
        )
    return Calibration(version, curves) if fitted_with == encoder else UNCALIBRATED
