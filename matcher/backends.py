"""The encoder and the index that the settings name."""

from matcher.adapters.encoder import HashingEncoder, SentenceEncoder
from matcher.adapters.encoder.kept import KeptEncoder
from matcher.adapters.qdrant.edge import OPTIMIZE_ABOVE, EdgeIndex, optimize_folder
from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.errors import InvalidRequest
from matcher.index import Encoder, Generations
from matcher.recommend.similarity import UNRELATED
from matcher.settings import HASHING, Settings

_KEPT = "encoder.json"


def keep_encoder(settings: Settings, encoder: Encoder) -> None:
    """Keep in the home folder what stored questions need of an encoder, for a time when it is away."""
    KeptEncoder.keep(settings.home / _KEPT, encoder, UNRELATED)


def kept_encoder(settings: Settings) -> Encoder:
    """Return what was kept of the encoder; ModelMissing if nothing was."""
    return KeptEncoder.read(settings.home / _KEPT)


def make_encoder(settings: Settings) -> Encoder:
    """Return the encoder of the settings; ModelMissing says what to run when its files are not there."""
    if settings.encoder == HASHING:
        return HashingEncoder()
    folder = settings.encoder or settings.model_dir
    return SentenceEncoder(folder, threads=settings.encoder_threads)


def make_generations(settings: Settings) -> Generations:
    """Return the place of index generations for the backend of the settings."""
    if settings.index_backend == "qdrant":
        return _on_a_server(settings)
    root = settings.index_dir
    return FolderGenerations(root, EdgeIndex, optimize=optimize_folder, optimize_above=OPTIMIZE_ABOVE)


def _on_a_server(settings: Settings) -> Generations:
    if not settings.qdrant_url:
        raise InvalidRequest("The index backend is qdrant but no server is named. Set MATCHER_QDRANT_URL.")
    read_key, write_key = (
        key.get_secret_value() if key else None
        for key in (settings.qdrant_api_key, settings.qdrant_write_key)
    )
    # A second to import, for those alone who have a server.
    from matcher.adapters.qdrant.generations import Layout, QdrantGenerations  # noqa: PLC0415
    from matcher.adapters.qdrant.server import Server  # noqa: PLC0415

    server = Server(settings.qdrant_url, read_key, write_key)
    layout = Layout(settings.qdrant_shards, settings.qdrant_replicas, settings.qdrant_quantised)
    return QdrantGenerations(server, settings.collection, layout)
