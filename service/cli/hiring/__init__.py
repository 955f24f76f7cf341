"""The ``matcher job`` commands of the HR factory.

- ``job``: checks the wording of a job offer
"""
