"""Pages of the administrator of the service.

- ``people``: people and keys: added, disabled, revoked
- ``state``: checks, settings in force, the index
- ``acts``: words for the entries of the audit
- ``backup``: the page *Sauvegarde*
- ``gate``: the page *Vivier de profils*: candidates turned on and off
- ``journal``: the page *Journal*: who saw or decided what
"""
