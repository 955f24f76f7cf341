"""The commands of rights and of their proof.

- ``privacy``: a copy of what is held, correction, erasure
"""
