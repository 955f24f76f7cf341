"""Where links of mails lead: pages that show what a confirmation would do."""

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses below the service's public one.

    >>> Addresses("https://matcher.example.org").answer("abc", "yes")
    'https://matcher.example.org/answers/abc?choice=yes'
    """

    public_url: str

    def sign_in(self, token: str) -> str:
        """Return the page that signs a person in once it is confirmed."""
        return self._at("v1/sign-in", token)

    def data(self, token: str) -> str:
        """Return the page on which a person downloads what is held of them."""
        return self._at("v1/data", token)

    def erase(self, token: str) -> str:
        """Return the page on which a person erases what is held of them."""
        return self._at("v1/erase", token)

    @property
    def open_id(self) -> str:
        """Where the identity provider sends people back to; registered with it as the redirect address."""
        return f"{self.public_url.rstrip('/')}/oidc/retour"

    def answer(self, token: str, choice: str = "") -> str:
        """Return the page on which a member answers; ``choice`` is only proposed there."""
        address = self._at("answers", token)
        return f"{address}?{urlencode({'choice': choice})}" if choice else address

    def unsubscribe(self, token: str) -> str:
        """Return the page that stops mails; a mail program may POST to it at once (RFC 8058)."""
        return self._at("v1/unsubscribe", token)

    def calendar(self, token: str) -> str:
        """Return where a calendar program reads a person's calendar."""
        return f"{self._at('calendars', token)}.ics"

    def stop_alerts(self, token: str) -> str:
        """Return the page that stops alerts alone (RFC 8058, as :meth:`unsubscribe`)."""
        return self._at("v1/alerts-stop", token)

    def calls(self) -> str:
        """Return the page of what is open for the reader; it needs a sign-in."""
        return f"{self.public_url.rstrip('/')}/pour-moi?kind=international"

    def candidate(self, token: str) -> str:
        """Return a candidate's own page."""
        return self._at("candidat", token)

    def candidate_entry(self, invitation: str) -> str:
        """Return the page on which somebody who was invited becomes a candidate."""
        return self._at("candidats/invitation", invitation)

    def introductions(self, organisation_id: str) -> str:
        """Return the page of an organisation's introductions; it needs a sign-in."""
        return f"{self._at('organisations', organisation_id)}/introductions"

    def _at(self, folder: str, name: str) -> str:
        return f"{self.public_url.rstrip('/')}/{folder}/{name}"
