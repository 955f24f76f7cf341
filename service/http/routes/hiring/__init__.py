"""Routes of the HR factory.

- ``candidates``: whether candidates are taken in, profiles by their skills alone, contacts opened
- ``needs``: job needs, their leads, the map of those without one
- ``shortlists``: profiles listed for a need, decided on by a person
"""
