"""Every setting of the product and the only reader of the environment.

Each field is set by the variable ``MATCHER_<FIELD>``; secrets never show in a representation or a log.
Paths are used as given: a relative one counts from the working directory.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from matcher.errors import InvalidRequest

PREFIX = "MATCHER_"
HASHING = "hashing"
MODEL_FOLDER = Path("models") / "e5-small"

_FOLLOWS = "default_factory_not_called"
"""pydantic's error of a default made from other fields when one of those is wrong."""

Backend = Literal["edge", "qdrant"]
Visibility = Literal["nothing", "factories", "directory"]
LogLevel = Literal["debug", "info", "warning", "error"]


def _known_zone(name: str) -> str:
    try:  # to list all zones would read hundreds of files
        ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ) as error:  # OSError: a folder, such as Europe
        raise ValueError(f"'{name}' is not a time zone of the IANA database, such as Europe/Paris") from error
    return name


def _long_enough(secret: SecretStr | None) -> SecretStr | None:
    if secret is None or not secret.get_secret_value():
        return None
    if len(secret.get_secret_value()) < 16:
        raise ValueError("a key needs at least 16 characters; make one with: openssl rand -hex 24")
    return secret


Zone = Annotated[str, AfterValidator(_known_zone)]
Key = Annotated[SecretStr | None, AfterValidator(_long_enough)]
Told = Annotated[str, Field(max_length=300, pattern=r"^[^\r\n]*$")]


_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared with, not bound to
"""What a server listens on to be reached from anywhere; nobody reaches it under that name."""


def _default_database(data: Mapping[str, Any]) -> str:
    return f"sqlite:///{data['home'] / 'matcher.db'}"


def _default_backend(data: Mapping[str, Any]) -> Backend:
    return "qdrant" if data["qdrant_url"] else "edge"


def _default_public_url(data: Mapping[str, Any]) -> str:
    host = "127.0.0.1" if data["host"] in _EVERY_ADDRESS else data["host"]
    return f"http://{host}:{data['port']}"


class Settings(BaseSettings):
    """What an operator may choose; everything has a default that works on one machine.

    >>> Settings(home=Path("elsewhere")).database_url
    'sqlite:///elsewhere/matcher.db'
    >>> Settings(qdrant_url="http://qdrant:6333").index_backend
    'qdrant'
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    # Where things lie
    home: Path = Field(Path("var"), description="Folder of everything the product writes")
    data_dir: Path = Field(
        Path(__file__).resolve().parent.parent / "data", description="Catalogue and reference"
    )
    database_url: str = Field(
        default_factory=_default_database, description="SQLAlchemy address of the store"
    )

    # Encoder and index
    encoder: str = Field("", description="Folder or hub name; empty: the prepared model; hashing: weightless")
    encoder_threads: int | None = Field(None, ge=1, le=256)
    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = Field(None, description="Key to answer with; a read-only one will do")
    qdrant_write_key: SecretStr | None = Field(None, description="Key to index with")
    qdrant_shards: int = Field(1, ge=1, le=256, description="Parts of a new index on a Qdrant server")
    qdrant_replicas: int = Field(1, ge=1, le=16, description="Copies of each part, on different nodes")
    qdrant_quantised: bool = Field(
        False,
        description="Search vectors of 8 bits held in memory, then the whole ones: a quarter of the memory",
    )
    collection: str = Field("matcher", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    index_backend: Backend = Field(default_factory=_default_backend)
    index_interval_s: float = Field(5.0, gt=0, le=3600, description="Seconds between two looks at the outbox")

    # The service that commands ask instead of opening the index themselves
    url: str = Field(
        "",
        pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$",
        description="Address of a service on another machine; empty: the one that runs over the home folder",
    )
    token: Key = Field(None, description="Key of that service (matcher keys create), for its staff")

    # HTTP
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65_535)
    admin_key: Key = Field(
        None, description="The first key of the API; it may do all but work with candidates"
    )
    public: Visibility = Field("nothing", description="What is shown without sign-in; never needs or gains")
    demonstration: bool = Field(
        False,
        description="Made-up people, let in without a link; only on this machine (matcher demo --serve)",
    )
    secret: Key = Field(
        None, description="What links of mails are made from; empty: a file in the home folder"
    )
    audit_key: Key = Field(
        None, description="What states of the audit are signed with; empty: a file in the home folder"
    )
    candidate_key: Key = Field(
        None, description="What contacts of candidates are sealed with; empty: a file in the home folder"
    )
    candidates_by_invitation: bool = Field(
        True, description="Whether candidates enter only with an invitation of the HR factory"
    )
    controller_address: Told = Field(
        "", description="Postal address of the cluster, which candidates are told (GDPR art. 13)"
    )
    privacy_contact: Told = Field(
        "",
        description="Address that answers candidates on their data, or that of the data protection officer",
    )
    processors: Told = Field(
        "",
        description="Who hosts the service and sends its mails, each with the country: candidates are told",
    )
    log_level: LogLevel = "info"

    # Signing in through an identity provider (OpenID Connect); all three or none
    oidc_issuer: str = Field(
        "", pattern=r"^(https?://[^\s?#]+)?$", description="Address of the provider, as it calls itself"
    )
    oidc_client_id: str = Field("", description="Name under which it knows this service")
    oidc_client_secret: SecretStr | None = Field(None, description="What this service proves that by")
    oidc_name: str = Field("", max_length=60, description="What people call it, for the button")

    # Mail
    public_url: str = Field(
        default_factory=_default_public_url,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Address of the service as people reach it, for links in mails",
    )
    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587 or smtps://host:465; empty: mails are kept, not sent"
    )
    mail_from: str = Field("", description="Address that mails come from, and that answers go to")
    cluster_name: str = Field("Digital 113", min_length=1, max_length=60, pattern=r"^[^\r\n]*$")
    work: bool = Field(True, description="Whether `matcher serve` also sends mails, reminders and the like")
    work_interval_s: float = Field(20.0, gt=0, le=3600, description="Seconds between two rounds of that work")

    # Limits
    max_body_bytes: int = Field(262_144, ge=1_024, le=16_777_216)
    max_upload_bytes: int = Field(
        10_485_760, ge=1_024, le=104_857_600, description="Size of a file sent on a page of staff"
    )
    max_text_chars: int = Field(20_000, ge=100, le=20_000)
    least_probability: float = Field(
        0.2, ge=0, le=1, description="Probability of being clearly useful below which a list ends"
    )
    max_k: int = Field(50, ge=1, le=100, description="Items one answer may hold")
    max_waiting_texts: int = Field(
        32, ge=1, le=1_000, description="Questions with a text at once; further ones get 503, to ask again"
    )
    kept_items_mb: int = Field(
        2_500, ge=50, le=1_000_000, description="Megabytes of prepared items a process keeps, 45 KB each"
    )
    impressions_days: int = Field(
        90, ge=1, le=3_650, description="Days for which each item shown is kept; then counts per month only"
    )
    requests_of_a_caller: int = Field(
        600, ge=0, le=1_000_000, description="Requests a minute of one person or key; 0: any number"
    )
    requests_of_an_address: int = Field(
        1_200, ge=0, le=1_000_000, description="Requests a minute from one network address; 0: any number"
    )
    max_page: int = Field(200, ge=1, le=1_000, description="Items a page of a list may hold")

    # Alerts (docs/decisions/0803-alerts.md)
    alert_probability: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Probability of being clearly useful from which a member is told of a call",
    )
    alerts_a_week: int = Field(3, ge=1, le=20, description="Calls a member is told of in a week at most")
    alert_weekday: int = Field(2, ge=1, le=7, description="Day of the weekly mail, 1 being Monday")

    # Introductions (docs/decisions/0702-introductions.md)
    need_days: int = Field(60, ge=1, le=365, description="Days after which a saved job need expires")
    introduction_reminder_days: int = Field(
        3, ge=1, le=30, description="Working days after which a request is recalled first"
    )
    introduction_later_reminder_days: tuple[int, ...] = Field(
        (10, 21), description="Days of the later reminders, as [10, 21]; the last one is the last chance"
    )
    introduction_expiry_days: int = Field(
        30, ge=2, le=365, description="Days after which a request without an answer ends"
    )
    introduction_spacing_days: int = Field(
        7, ge=0, le=90, description="Days between two requests to one organisation at least"
    )
    introduction_outcome_days: int = Field(
        14, ge=1, le=365, description="Days after which both sides are asked how it was"
    )

    timezone: Zone = Field(
        "Europe/Paris",
        description="Zone dates are shown in, and of the day asked about; files are read in Paris time",
    )

    @model_validator(mode="after")
    def _whole_provider(self) -> Self:
        given = [bool(self.oidc_issuer), bool(self.oidc_client_id), self.oidc_client_secret is not None]
        if any(given) and not all(given):
            raise ValueError(
                "an identity provider needs MATCHER_OIDC_ISSUER, MATCHER_OIDC_CLIENT_ID and"
                " MATCHER_OIDC_CLIENT_SECRET together"
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, ready to use."""
        return ZoneInfo(self.timezone)

    @property
    def model_dir(self) -> Path:
        """Folder of the prepared model."""
        return self.home / MODEL_FOLDER

    @property
    def index_dir(self) -> Path:
        """Folder of the embedded index and its generations."""
        return self.home / "index"


def load() -> Settings:
    """Read the environment.

    Raises
    ------
    InvalidRequest
        A variable holds a value that cannot be used; every such variable is named, its value is not shown.
    """
    try:
        return Settings()
    except ValidationError as fault:
        errors = [e for e in fault.errors() if e["type"] != _FOLLOWS] or fault.errors()
        raise InvalidRequest("Settings cannot be used.\n" + "\n".join(map(_fault_told, errors))) from None


def _fault_told(error: Mapping[str, Any]) -> str:
    """Return the variable and what is wrong with it; of several variables together, what is wrong."""
    name = "_".join(map(str, error["loc"])).upper()
    said: str = error["msg"]
    return f"{PREFIX}{name}: {said}" if name else said


def is_elsewhere() -> bool:
    """Whether commands ask a service that is named, wrong as other settings may be."""
    return bool(os.environ.get(f"{PREFIX}URL"))


def unknown_variables() -> list[str]:
    """Names of ``MATCHER_`` variables in the environment that no setting reads: most often a misspelling."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def tell_workers(variable: str, value: str) -> None:
    """Set a variable that a library reads in the processes which this one starts."""
    os.environ[variable] = value
