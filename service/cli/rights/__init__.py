"""The commands of rights, of their proof, and of alerts.

- ``alerts``: members told of calls
- ``audit``: its check and its export
- ``report``: figures of a period
- ``privacy``: a copy of what is held, correction, erasure
"""
