"""The HR factory measured: matching, what is kept of a CV, and blindness.

- ``figures``: ``matcher-lab hr``, every figure in one table
- ``split``: needs and profiles from ROME, without a skill in common
- ``benchmark``: ``matcher-lab hiring``, need to profile beside BM25 and the plain encoder
- ``sample``: synthetic CVs of invented people
- ``twins``: the same CV with one trait of the person changed
- ``blind``: ``matcher-lab blind``, that traits and tricks change nothing
- ``cv_files``: CVs as PDF and DOCX
- ``plantings``: identities planted in CVs, and what of them reaches a profile
"""
