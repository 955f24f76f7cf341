"""Meeting rounds and tables of an event.

event
    people, scores and what is settled to rounds or tables
schedule
    one-to-one rounds: who meets whom, when and at which table; late changes
bound
    which pairs should meet, and the most any schedule could reach
rounds
    chosen pairs spread over rounds
rules
    the conditions of an event, checked
groups
    tables of four to eight
participants
    the people of an event
files
    lists of participants, scores and rounds read; rounds written
columns, attendance
    which column of a list means what; who comes, when, and whom not to meet
calendar
    when rounds take place, and one iCalendar file a person
"""

from matcher.meetings.calendar import Timetable, write_calendars
from matcher.meetings.event import EventOptions, EventPlan, Settled, plan_event
from matcher.meetings.files import (
    read_participants,
    read_rounds,
    read_scores,
    read_tables,
    write_rounds,
)
from matcher.meetings.groups import Company, Seating, SettledSeats, seat_groups, table_sizes
from matcher.meetings.participants import BASE, Participant, Roster
from matcher.meetings.rules import Rules
from matcher.meetings.schedule import Schedule, plan_meetings, reopen

__all__ = [
    "BASE",
    "Company",
    "EventOptions",
    "EventPlan",
    "Participant",
    "Roster",
    "Rules",
    "Schedule",
    "Seating",
    "Settled",
    "SettledSeats",
    "Timetable",
    "plan_event",
    "plan_meetings",
    "read_participants",
    "read_rounds",
    "read_scores",
    "read_tables",
    "reopen",
    "seat_groups",
    "table_sizes",
    "write_calendars",
    "write_rounds",
]
