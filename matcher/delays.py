"""The rules of introductions and of alerts, as the settings in force have them."""

from matcher.alerts import AlertRules
from matcher.introductions import Rules
from matcher.settings import Settings


def alert_rules(settings: Settings) -> AlertRules:
    """Return when, and how often, members are told of calls."""
    return AlertRules(
        least_probability=settings.alert_probability,
        most_a_week=settings.alerts_a_week,
        weekday=settings.alert_weekday,
        zone=settings.zone,
    )


def introduction_rules(settings: Settings) -> Rules:
    """Return the delays and limits of introductions."""
    return Rules(
        first_reminder=settings.introduction_reminder_days,
        later_reminders=settings.introduction_later_reminder_days,
        expiry=settings.introduction_expiry_days,
        spacing=settings.introduction_spacing_days,
        outcome_after=settings.introduction_outcome_days,
        zone=settings.zone,
    )
