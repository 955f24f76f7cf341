"""The demonstration: everything prepared by one command, then answers on the terminal or pages in a browser.

- ``catalogue``: the shipped catalogue put into a store, and indexed
- ``answers``: what the service tells one real organisation
- ``people``: four people of the demonstration, and introductions under way
- ``pages``: the pages served with those people, in a folder of their own
"""

from service.cli.demo.answers import run
from service.cli.demo.catalogue import import_catalogue
from service.cli.demo.pages import serve

__all__ = ["import_catalogue", "run", "serve"]
