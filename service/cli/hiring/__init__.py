"""The commands of the HR factory.

- ``job``: checks the wording of a job offer
- ``need``: saves job needs, their leads, the map of those without one
- ``shortlist``: lists profiles for a need, keeps what a person decides
- ``candidates``: turns candidates on and off, invites, lists profiles
"""
