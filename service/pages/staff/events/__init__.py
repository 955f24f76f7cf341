"""The page *Événement*: participants, rounds or tables, print, files, late changes.

- ``kept``: events on the disk for a month
- ``planning``: a list and options to rounds; late changes
- ``form``: what was typed
- ``routes``: the pages
"""
