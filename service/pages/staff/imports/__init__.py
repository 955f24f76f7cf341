"""The page *Importer*: a file, its columns, what it would do, done, undone.

- ``waiting``: files between the steps
- ``columns``: what staff choose for each column
- ``preview``: what an import would do, in words
- ``routes``: the pages
"""
