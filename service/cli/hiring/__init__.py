"""The commands of the HR factory.

- ``job``: checks the wording of a job offer
- ``candidates``: turns candidates on and off, invites, lists profiles
"""
