"""Vector indexes of Qdrant: embedded (Edge) and on a server.

- ``edge``: one shard in this process, and its lock; ``folders``: its generations, ``disk``: the room it needs
- ``server``: one collection on a server; ``generations``: its generations
- ``schema``: what is stored and asked, once for both dialects

The engine's modules load slowly, so import a class from its module where it is needed.
"""
