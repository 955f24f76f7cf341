"""Routes of the HR factory.

- ``candidates``: whether candidates are taken in, profiles by their skills alone, contacts opened
- ``own_profile``: what candidates do themselves, by the link of their mail
- ``needs``: job needs, their leads, the map of those without one
- ``shortlists``: profiles listed for a need, decided on by a person
"""
