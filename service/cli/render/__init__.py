"""What the command line prints.

- ``console``: where results, progress and errors are written
- ``answer``: answers as tables
- ``item``: one item, a field a row
- ``phrases``: every word and sentence, in French and English
"""
