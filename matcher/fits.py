"""What alerts are made from: the members a call fits, and the calls that a saved search asks for."""

from collections.abc import Callable, Sequence
from datetime import datetime

from matcher.alerts import Fit
from matcher.domain.answers import Recommendation
from matcher.domain.items import Kind, Opportunity, Organisation, Profile
from matcher.recommend.recommender import Recommender

_CALLS_OF_A_SEARCH = 10


class RecommendedFits:
    """Finds fits by asking the recommender; see :class:`matcher.alerts.Finder`.

    Parameters
    ----------
    recommender
        Gives the recommender over the index that serves.
    """

    def __init__(self, recommender: Callable[[], Recommender]) -> None:
        self._recommender = recommender

    def members_for(self, call: Opportunity, most: int, now: datetime) -> Sequence[Fit]:
        """Return the organisations a call fits, those with clear evidence, best first."""
        answer = self._recommender().recommend(call, Kind.ALERT, most, now, signals=False)
        return [_fit(call.id, entry.item_id, entry) for entry in answer.items]

    def calls_for(self, organisation: Organisation, text: str, now: datetime) -> Sequence[Fit]:
        """Return the open calls that a text asks for, best first; where the organisation is counts too."""
        place = organisation.model_dump(include={"city", "department_code", "size_band"})
        asked = Profile(description=text, **place)
        answer = self._recommender().recommend(
            asked, Kind.INTERNATIONAL, _CALLS_OF_A_SEARCH, now, signals=False
        )
        return [_fit(entry.item_id, organisation.id, entry) for entry in answer.items]


def _fit(call_id: str, organisation_id: str, entry: Recommendation) -> Fit:
    reason = entry.reasons[0] if entry.reasons else None
    why = (reason.fr, reason.en) if reason else ("", "")
    return Fit(call_id, organisation_id, entry.score, *why)
