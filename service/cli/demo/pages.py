"""The pages of the demonstration, served on this machine alone.

Everything is kept in the folder ``demonstration`` of the home, with a store and an index of its own: the
people of the demonstration never come into the store of the cluster.
"""

from datetime import UTC, datetime

from matcher.build import open_matcher
from matcher.settings import Settings
from service import cli
from service.cli.demo.catalogue import bring_up_to_date, prepare
from service.cli.demo.people import settle, shown_organisation
from service.cli.index import prepare_encoder

FOLDER = "demonstration"
HOST = "127.0.0.1"
START = "/demonstration"


def demonstration(settings: Settings, port: int | None = None) -> Settings:
    """Return the settings of the demonstration: its own folder, this machine alone, no mail sent.

    >>> shown = demonstration(Settings(home=getfixture("tmp_path"), host="0.0.0.0", smtp_url="smtp://mail"))
    >>> shown.home.name, shown.host, shown.smtp_url, shown.demonstration
    ('demonstration', '127.0.0.1', None, True)
    """
    home, port = settings.home / FOLDER, port or settings.port
    return settings.model_copy(
        update={
            "home": home,
            "database_url": f"sqlite:///{home / 'matcher.db'}",
            "encoder": settings.encoder or str(settings.model_dir),
            "index_backend": "edge",
            "host": HOST,
            "port": port,
            "public_url": f"http://{HOST}:{port}",
            "smtp_url": None,
            "demonstration": True,
        }
    )


def serve(settings: Settings, organisation: str, port: int | None) -> None:
    """Prepare the demonstration where needed and serve its pages until interrupted."""
    prepare_encoder(settings)
    shown = demonstration(settings, port)
    prepare(shown)
    with open_matcher(shown) as matcher:
        bring_up_to_date(matcher)
        settle(matcher, shown_organisation(matcher, organisation), datetime.now(UTC))
    cli.serve.run(shown, None, None, 1, start=START)
