"""Where training and evaluation texts come from.

- ``beir``: retrieval sets of the BEIR layout
- ``datasets``: what the encoder learns from
- ``job_skills``: the skills that needs and profiles may hold
- ``roles``: the lexicon of gendered titles
"""
