"""The pages: what members and staff see in a browser, made on the server and without scripts.

- ``environment``: the templates in French and English, dates, icons
- ``frame``: what surrounds every page: menu, language, who is signed in
- ``errors``: errors as pages
- ``account``: signing in by a link, one's account, signing out
- ``demonstration``: choosing who to be, in a demonstration only
- ``acting``: for which organisation a signed-in person acts
- ``editing``: a record changed, with its history and undo
- ``member``, ``staff``, ``hr``, ``admin``: the pages of each
- ``forms``: what was typed, and one act for a form sent twice
- ``listing``, ``text``, ``keeping``: pages of lists, sentences, files for a while
- ``open_id``: signing in through an identity provider
- ``public``: start page, legal texts, language switch
- ``accessibility``: the result of the last test of accessibility
- ``candidate``: pages of candidates, who come by a link
- ``install``: the pages added to the application
"""

from service.pages.install import install, sweep

__all__ = ["install", "sweep"]
