"""The product's surfaces: ``http`` and the command line ``cli``.

- ``formats``: the JSON that both write
- ``dates``: dates and instants as people write them
"""
