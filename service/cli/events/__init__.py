"""The ``matcher meetings`` command: rounds and tables of an event.

- ``meetings``: reads participants and rules, writes schedules
- ``meeting_scores``: scores of the pairs of participants
"""
