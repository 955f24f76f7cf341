"""The errors the product raises on purpose, as one tree.

::

    MatcherError
    ├── InvalidRequest        the caller can correct it: bad value, empty profile, malformed file
    │   ├── Ambiguous         a name fits several items; the message lists them
    │   └── StalePlan         a plan was made before the catalogue changed: make it again
    ├── NotFound              no such item; the message suggests near names
    ├── NotAllowed            the caller may not do this
    ├── NotReady              something must be run first; the message names the command
    │   ├── IndexMismatch     the index was built by another encoder, template or analyser
    │   └── ModelMissing      the encoder's files are absent or not the ones pinned
    └── BackendUnavailable    an outside thing failed: store, index, disk
        └── IndexLocked       another process owns the embedded index

A message says what failed, where, and how to put it right. It never holds personal data.
"""

from collections.abc import Sequence


class MatcherError(Exception):
    """Base of every deliberate error; ``str(error)`` is fit to show to whoever runs the product.

    ``withheld`` are the parts of the message that are for them alone, such as addresses; :attr:`public` is
    the message without them.

    >>> BackendUnavailable("The store at db:5432 failed.", withheld=[" at db:5432"]).public
    'The store failed.'
    """

    def __init__(self, message: str = "", *, withheld: Sequence[str] = ()) -> None:
        super().__init__(message)
        self._withheld = withheld

    @property
    def public(self) -> str:
        """The message as anybody may read it."""
        message = str(self)
        for part in self._withheld:
            message = message.replace(part, "")
        return message


class InvalidRequest(MatcherError):
    """The request cannot be served as written."""


class Ambiguous(InvalidRequest):
    """A name stands for several items."""


class StalePlan(InvalidRequest):
    """The catalogue changed after a plan was made: applying it would do something else. Nothing was done."""


class NotFound(MatcherError):
    """The thing asked for does not exist."""


class NotAllowed(MatcherError):
    """The caller is not permitted to do this."""


class NotReady(MatcherError):
    """A preparation step is missing."""


class IndexMismatch(NotReady):
    """The index on disk does not belong to the encoder, template or analyser in use."""


class ModelMissing(NotReady):
    """The encoder's files are missing, incomplete or tampered with."""


class BackendUnavailable(MatcherError):
    """An outside thing did not do its work."""


class IndexLocked(BackendUnavailable):
    """Another process holds the embedded index."""
