"""The addresses of the API, one router a module.

- ``recommendations``, ``items``, ``plan``, ``health``: what the engine does
- ``feedback``: reactions to what was recommended
- ``introductions``, ``own_introductions``: for staff, and for members
- ``hiring``: job needs, candidates, shortlists; ``job_checks``: the wording of an offer
- ``rights``: data and erasure, alerts, the report
- ``people``, ``sign_in``, ``calendar``: people and keys, visits, a person's calendar
- ``links``: links of mails; ``forms``: the pages that they open
- ``commands``: what the command line asks of a running service
"""
