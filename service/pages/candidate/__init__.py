"""Pages of candidates, who have no account: they come by a link.

- ``entry``: the notice, and the form by which somebody enters
- ``own``: what is kept, and what the candidate does with it
"""
