"""Alerts: members are told of the calls that fit them, once each, in one mail a week.

- ``alert``: an alert, a saved search, who would be told and why not, the rules
- ``ports``: what alerts ask of the store and of the recommender
- ``desk``: the use cases: preview, send, withdraw, saved searches
- ``digest``: the weekly mail
"""

from matcher.alerts.alert import Alert, AlertRules, AlertState, Digest, Fit, Recipient, SavedSearch
from matcher.alerts.desk import AlertDesk, AlertParts
from matcher.alerts.digest import EVENT, DigestWorker, of_digest
from matcher.alerts.ports import AlertRows, Finder

__all__ = [
    "EVENT",
    "Alert",
    "AlertDesk",
    "AlertParts",
    "AlertRows",
    "AlertRules",
    "AlertState",
    "Digest",
    "DigestWorker",
    "Finder",
    "Fit",
    "Recipient",
    "SavedSearch",
    "of_digest",
]
