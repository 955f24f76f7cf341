"""Outside servers on this machine, for tests and for ``matcher-lab faults``: each ends with its context.

mail
    a real SMTP server that keeps what it gets
postgres
    a throw-away PostgreSQL, from the programs installed on the machine
qdrant_http
    a small Qdrant server: real HTTP before qdrant-client's local mode, with faults on request
"""

from training.servers import postgres
from training.servers.mail import Postbox, mail_server
from training.servers.qdrant_http import LocalServer, faulty_server, unique_prefix

__all__ = [
    "LocalServer",
    "Postbox",
    "faulty_server",
    "mail_server",
    "postgres",
    "unique_prefix",
]
