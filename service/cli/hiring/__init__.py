"""The commands of the HR factory.

- ``job``: checks the wording of a job offer
- ``need``: saves job needs, their leads, the map of those without one
- ``candidates``: turns candidates on and off, invites, lists profiles
"""
