"""The product's surfaces: ``http``, the ``pages`` of the same server, and the command line ``cli``.

- ``app``: the application: routes and pages together, from opening the matcher to closing it
- ``listing``: what is open on a day
- ``formats``: the JSON that both write
- ``dates``: dates and instants as people write them
- ``words``: likelihoods, fields and values in words
"""
