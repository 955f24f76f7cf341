"""Pages of a member: what is for it, its introductions, what it wishes.

- ``cards``: recommended items as cards
- ``for_me``: the page *Pour moi*, reactions, what was set aside
- ``introductions``: the page *Mes mises en relation* and answers
- ``meeting_form``: the form of a meeting's date
- ``standing``: one introduction as a member reads it
- ``record``: the page *Ma fiche*; ``record_form``: its form; ``effect``: what a change would move
- ``agenda``: dates of factories; ``calls``: open calls, saved searches
- ``own_data``: what is held, to take away; ``erase_own``: its erasure by the person
- ``wishes``: capacity, pause, do-not-introduce list
- ``by_link``: an introduction answered by a link of a mail
"""
