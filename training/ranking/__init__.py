"""Evaluation of rankings.

- ``evaluate``: every method over one retrieval set; ``baselines``: the methods
- ``comparison``: methods compared, with intervals; ``significance``, ``metrics``: how sure, and of what
- ``cluster``: the real pipeline on the judged catalogue
- ``answers``: lists as users get them
- ``contradictions``: order against reasons
- ``calibrate``: from scores to chances
- ``fit_ranker``: weights learnt from judgements; ``ranker``: how
- ``gender``: rankings of two forms of a title; ``invariance``: how far apart
- ``stuffing``: the places that stuffed records buy
- ``golden``: the small set whose floors the tests guard
"""
