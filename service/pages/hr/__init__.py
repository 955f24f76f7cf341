"""Pages of the HR factory.

- ``hiring``: the page *Recruter*: a job offer checked, and leads for a need
"""
