"""The ``matcher`` command.

- ``main``: the commands, their options and exit codes
- ``recommend``: recommend, search, members-for (an alert), skills
- ``open``: the calls open on a day
- ``catalogue``: import, export, show
- ``index``: prepare, migrate, index, reindex
- ``backup``: backup, restore
- ``people``: users, keys
- ``introductions``: introductions of members, and what members wish
- ``plan``: the plan of introductions
- ``events``: rounds and tables of an event
- ``demo``, ``doctor``, ``serve``: the commands of these names
- ``render``: answers, items and plans as tables
"""
