"""Outside servers on this machine, for tests and for ``matcher-lab faults``: each ends with its context.

mail
    a real SMTP server that keeps what it gets
postgres
    a throw-away PostgreSQL, from the programs installed on the machine
qdrant_http
    a small Qdrant server: real HTTP before qdrant-client's local mode, with faults on request; import it from
    there, since that client is slow to import
"""

from training.servers import postgres
from training.servers.mail import Postbox, mail_server

__all__ = ["Postbox", "mail_server", "postgres"]
