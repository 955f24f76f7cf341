"""Pages of the HR factory.

- ``audit``: shortlists of a quarter, and counts of a group compared with a draw by lot
- ``candidates``: profiles by their skills alone, contacts opened with a reason, invitations
- ``hiring``: the page *Recruter*: a job offer checked, and leads for a need
- ``needs``: job needs written, corrected, saved; their leads; the map of those without one
- ``shortlists``: everyone listed for a need, requirement by requirement; a person decides
- ``need_languages``: languages that a job asks, by name or code
- ``need_versions``: two people on one need: both versions
"""
