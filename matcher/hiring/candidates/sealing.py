"""Sealing of contacts and reasons: what a copy of the database alone does not show."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping

from cryptography.fernet import Fernet, InvalidToken

from matcher.errors import BackendUnavailable

KEY_FILE = "candidate-key"


class Sealing:
    """Seals small texts with a key of the home (Fernet: AES-128-CBC and HMAC-SHA256).

    Parameters
    ----------
    key
        Gives the secret; asked when it is first needed.

    Examples
    --------
    >>> sealing = Sealing(lambda: b"a secret of this example")
    >>> sealed = sealing.seal({"name": "Claire Martin"})
    >>> "Claire" in sealed, sealing.open(sealed)
    (False, {'name': 'Claire Martin'})
    """

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def seal(self, facts: Mapping[str, str]) -> str:
        """Return the facts sealed; two seals of the same facts differ."""
        return self._fernet().encrypt(json.dumps(dict(facts), ensure_ascii=False).encode()).decode("ascii")

    def open(self, sealed: str) -> dict[str, str]:
        """Return sealed facts; BackendUnavailable where the key is not the one they were sealed with."""
        try:
            facts: dict[str, str] = json.loads(self._fernet().decrypt(sealed.encode("ascii")))
        except InvalidToken as error:
            raise BackendUnavailable(
                f"A sealed contact cannot be opened: restore the file {KEY_FILE} of the home, or"
                " MATCHER_CANDIDATE_KEY, as it was."
            ) from error
        return facts

    def _fernet(self) -> Fernet:
        digest = hashlib.sha256(b"candidates\0" + self._key()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))
