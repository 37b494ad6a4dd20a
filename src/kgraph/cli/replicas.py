"""``kgraph follow`` and ``kgraph publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import ParameterError

__all__ = ["follow_command", "publish_command"]


@click.command("follow")
@click.argument("source", required=False, metavar="[URL|DIR]")
@click.option("--once", is_flag=True, help="Take what is current now, then end.")
@click.option("--attached", type=int, hidden=True, help="End with this process, which started this one.")
@settings_options("store", "follow", "follow_interval", "replica_token")
def follow_command(source: str | None, once: bool, attached: int | None, project: Path, **flags: Any) -> None:
    """Take generations from another kgraph server, a store's folder or a bucket, for good.

    Only files that are not here yet are copied, and each is checked. 'kgraph serve --follow' does this, and
    serves what comes.
    """
    from kgraph.cli.printing import ERRORS, progress  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.engine.confinement import die_with_parent  # noqa: PLC0415
    from kgraph.replicas.following import Follower  # noqa: PLC0415
    from kgraph.replicas.source import open_source  # noqa: PLC0415
    from kgraph.store import Catalog  # noqa: PLC0415

    if attached is not None:
        die_with_parent(attached)
    settings = read_settings(project, flags if source is None else {**flags, "follow": source})
    if not settings.follow:
        raise ParameterError("Nothing is named that could be followed.", hint="Name a URL or a folder.")
    followed = open_source(settings.follow, settings.project, token=settings.replica_token)
    catalog = Catalog(settings.store_path)

    def tell(text: str) -> None:
        ERRORS.print(Text(text))

    if not once:
        Follower(followed, catalog, tell=tell, hear=tell).follow(interval_s=settings.follow_interval)
    with progress() as hear:
        taken = Follower(followed, catalog, tell=tell, hear=hear).take()
    if taken is None:
        tell(f"What is current at {followed.name} is here already.")


@click.command("publish")
@click.argument("target", metavar="URL|DIR")
@settings_options("store")
def publish_command(target: str, project: Path, **flags: Any) -> None:
    """Put the current generation into a folder or a bucket, for replicas to follow.

    Only what is not there yet is copied, and replicas see it when all of it is there. A bucket is a URL
    that fsspec knows, such as s3://bucket/folder.
    """
    from kgraph.cli.printing import ERRORS, progress  # noqa: PLC0415 - see kgraph.cli.main
    from kgraph.readers import read_source  # noqa: PLC0415
    from kgraph.replicas.bucket import Bucket  # noqa: PLC0415
    from kgraph.replicas.folder import StoreFolder  # noqa: PLC0415
    from kgraph.replicas.following import Follower  # noqa: PLC0415
    from kgraph.replicas.source import folder_of  # noqa: PLC0415
    from kgraph.store import Catalog  # noqa: PLC0415

    settings = read_settings(project, flags)
    try:
        folder = folder_of(read_source(target), Path.cwd())
    except ValueError as error:
        raise ParameterError(f"{target!r} cannot be published to.", hint=f"Name {error}.") from error
    if target.startswith(("http://", "https://")):
        raise ParameterError(
            "A server takes no generations: replicas ask it for its own.",
            hint="Start them with 'kgraph serve --follow URL'.",
        )
    catalog = Catalog(settings.store_path)
    if folder is not None and folder.resolve() == settings.store_path:
        raise ParameterError("This is the store itself.", hint="Replicas can follow it as it is.")
    generation, pin = catalog.pin_current()
    try:
        with progress() as hear:
            if folder is None:
                number = Bucket(target).publish(generation, hear)
                told = f"Published {generation.id}: {number} files were new."
            else:
                source = StoreFolder(settings.store_path)
                taken = Follower(source, Catalog(folder), tell=lambda _: None, hear=hear).take()
                told = f"Published {generation.id}." if taken else f"{generation.id} is there already."
    finally:
        pin.release()
    ERRORS.print(Text(told))
