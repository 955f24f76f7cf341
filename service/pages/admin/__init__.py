"""Pages of the administrator of the service.

- ``people``: people and keys: added, disabled, revoked
- ``state``: checks, settings in force, the index
"""
