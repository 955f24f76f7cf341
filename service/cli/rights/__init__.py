"""The commands of rights and of their proof.

- ``audit``: its check and its export
- ``privacy``: a copy of what is held, correction, erasure
"""
