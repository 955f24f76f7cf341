"""Pages of staff.

- ``queue``: the page *À traiter*: baskets, one pair side by side, decisions
- ``pair``: what staff read of a pair before they decide
- ``from_plan``: introductions proposed from the plan
- ``directory``: organisations by name, and one organisation's record
- ``imports``: a file imported, with what it would do shown before
- ``plan``: the page *Propositions*
- ``events``: rounds and tables of an event
- ``twins``: records that seem to be one organisation
- ``figures``: the page *Chiffres*: what came of a period
- ``mail``: the outbox: what was sent, what is kept, each mail as it reads
"""
