"""Pages of staff.

- ``queue``: the page *À traiter*: baskets, decisions on those that are ticked
- ``why``: why a pair, in one line of the queue
- ``deciding``: the page of one pair: both sides, the mails they will get, the decision
- ``pair``: what staff read of a pair before they decide
- ``words``: the word that staff add to each mail, and the mails as they read
- ``from_plan``: introductions proposed from the plan
- ``directory``: organisations by name, and one organisation's record
- ``imports``: a file imported, with what it would do shown before
- ``plan``: the page *Propositions*
- ``events``: rounds and tables of an event
- ``twins``: records that seem to be one organisation
- ``figures``: the page *Chiffres*: what came of a period
- ``mail``: the outbox: what was sent, what is kept, each mail as it reads
- ``alerts``: the page *Alertes*
- ``region``: the map of Occitanie
"""
