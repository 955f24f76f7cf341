"""The outside things: databases, vector indexes, encoders. No adapter imports another.

- ``encoder``: text encoders, and the preparation of their model
- ``oidc``: an identity provider that speaks OpenID Connect
- ``qdrant``: vector indexes, embedded and on a server
- ``smtp``: a mail server
- ``sql``: the store, in SQLite or PostgreSQL
"""
