"""Who may use which route.

- ``admin_key``: the administrator's key of the settings
"""
