"""The errors the product raises on purpose, as one tree.

::

    MatcherError
    ├── InvalidRequest        the caller can correct it: bad value, empty profile, malformed file
    │   ├── Ambiguous         a name fits several items; the message lists them
    │   ├── FileRefused       a file cannot be imported as a whole (matcher.importing)
    │   ├── StalePlan         a plan was made before the catalogue changed: make it again
    │   └── IllegalStep       the present state does not allow this step, or it was taken already
    ├── NotFound              no such item; the message suggests near names
    ├── NotAllowed            the caller may not do this
    ├── NotReady              something must be run first; the message names the command
    │   ├── IndexMismatch     the index was built by another encoder, template or analyser
    │   └── ModelMissing      the encoder's files are absent or not the ones pinned
    └── BackendUnavailable    an outside thing failed: store, index, disk
        └── IndexLocked       another process owns the embedded index

A message says what failed, where, and how to put it right. It never holds personal data.
"""


class MatcherError(Exception):
    """Base of every deliberate error; ``str(error)`` is fit to show to anybody.

    Parameters
    ----------
    message
        What is wrong and how to put it right; without paths, hosts or personal data.
    place
        The file, folder or host it happened at: for the operator alone.
    cause
        What the outside part said, which may name hosts or users: for the operator alone.

    Examples
    --------
    >>> error = BackendUnavailable("The store failed.", place="db:5432", cause="connection refused")
    >>> str(error)
    'The store failed.'
    >>> error.detail
    'The store failed. (Where: db:5432. Cause: connection refused)'
    """

    def __init__(self, message: str = "", *, place: object = "", cause: object = "") -> None:
        super().__init__(message)
        self.place = str(place)
        self.cause = str(cause).rstrip(".")

    @property
    def detail(self) -> str:
        """The message with place and cause: for the command line of the operator."""
        where = [f"Where: {self.place}"] if self.place else []
        why = [f"Cause: {self.cause}"] if self.cause else []
        return f"{self} ({'. '.join(where + why)})" if where or why else str(self)

    @property
    def log_fields(self) -> dict[str, str]:
        """The error as fields of a log line; place and cause only where there are any."""
        fields = {"error": type(self).__name__, "detail": str(self), "place": self.place, "cause": self.cause}
        return {name: value for name, value in fields.items() if value}


class InvalidRequest(MatcherError):
    """The request cannot be served as written."""


class Ambiguous(InvalidRequest):
    """A name matches several items."""


class StalePlan(InvalidRequest):
    """The catalogue changed after a plan was made: applying it would do something else. Nothing was done."""


class IllegalStep(InvalidRequest):
    """What was asked does not follow from the present state of the thing. Nothing was done."""


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
