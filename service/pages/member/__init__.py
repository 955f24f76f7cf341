"""Pages of a member: what is for it, its introductions, what it wishes.

- ``cards``: recommended items as cards
- ``for_me``: the page *Pour moi*, reactions, what was set aside
- ``introductions``: the page *Mes mises en relation* and answers
- ``meeting_form``: the form of a meeting's date
- ``standing``: one introduction as a member reads it
- ``record``: the page *Ma fiche*; ``record_form``: its form; ``effect``: what a change would move
- ``agenda``: dates of factories, open calls; ``own_data``: what is held, to take away
- ``wishes``: capacity, pause, do-not-introduce list
"""
