"""The HR factory measured: matching, what is kept of a CV, and blindness.

- ``split``: needs and profiles from ROME, without a skill in common
- ``benchmark``: ``matcher-lab hiring``, need to profile beside BM25 and the plain encoder
"""
