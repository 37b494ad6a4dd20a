"""Taking generations: byte for byte, only what is new, and nothing that is not what was sealed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgraph.errors import KgraphError, ReplicaError, StoreError
from kgraph.replicas import forget_status, read_status
from kgraph.replicas.bucket import Bucket
from kgraph.replicas.folder import StoreFolder
from kgraph.replicas.following import Follower
from kgraph.replicas.landing import Landing
from kgraph.replicas.source import Source, open_source
from kgraph.store import Catalog, Generation
from kgraph.store.catalog import KEPT
from kgraph.store.generation import FORMAT
from kgraph.store.sealing import seal
from kgraph.store.sums import SUMS, load_sums, parse_sums, render_sums

from .conftest import contents, publish, republish, start


def silent(_: str) -> None:
    pass


def take(source: Source, store: Path) -> Generation | None:
    return Follower(source, Catalog(store), tell=silent).take()


@pytest.fixture(params=["folder", "file", "bucket"])
def followed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Callable[[], Source]]]:
    """A store, and the source that has what is current in it when one asks."""
    store = tmp_path / "there"
    if request.param != "bucket":
        text = str(store) if request.param == "folder" else f"file://{store}"
        yield store, lambda: open_source(text, tmp_path)
        return
    bucket = Bucket(f"memory://{uuid4()}/x")

    def source() -> Source:
        bucket.publish(Catalog(store).current(), silent)
        return bucket

    yield store, source


def test_generations_land_byte_for_byte_and_only_what_is_new_is_copied(
    followed: tuple[Path, Callable[[], Source]], tmp_path: Path
) -> None:
    store, source = followed
    here = Catalog(tmp_path / "here")
    landing = Landing(here, silent)
    first = publish(store, 1, files=30)
    landing.land(source(), first.id)
    assert contents(here.current().path) == contents(first.path)
    assert landing.taken_bytes >= 1000
    second = republish(store, title="Two")
    landed = landing.land(source(), second.id)
    assert contents(here.current().path) == contents(second.path) == contents(landed.path)
    assert landing.taken_bytes == len((second.path / "manifest.json").read_bytes())
    old, new = (each.path / "queries" / "q7.rq" for each in (first, second))
    links = [here.path / "generations" / each.parts[-3] / "queries" / "q7.rq" for each in (old, new)]
    assert links[0].samefile(links[1])
    assert not (here.path / "generations" / ".cargo").exists()


def test_a_rollback_is_followed_without_a_copy_or_with_one(tmp_path: Path) -> None:
    store, source = tmp_path / "there", StoreFolder(tmp_path / "there")
    publish(store, 1)
    two = publish(store, 2)
    here = Catalog(tmp_path / "here")
    follower = Follower(source, here, tell=silent)
    assert follower.take() is not None
    three = publish(store, 3)
    follower.take()
    assert here.current().id == three.id
    Catalog(store).rollback()
    follower.take()
    assert here.current().id == two.id
    Catalog(store).rollback()  # to one that was never here
    follower.take()
    assert contents(here.current().path) == contents(Catalog(store).current().path)
    assert follower.take() is None


def test_a_bucket_keeps_what_the_last_generations_are_made_of(tmp_path: Path) -> None:
    store, bucket = tmp_path / "there", Bucket(f"memory://{uuid4()}/x")
    generations = [publish(store, number) for number in range(KEPT + 2)]
    for generation in generations[2:]:
        bucket.publish(generation, silent)
    assert bucket.publish(generations[-1], silent) == 0
    assert bucket._there("generations") == {each.id for each in generations[2:]}
    newest = {digest for each in generations[2:] for digest in load_sums(each.path).values()}
    assert bucket._there("files") == newest
    publish(store, 99)
    bucket.publish(Catalog(store).current(), silent)
    assert generations[2].id not in bucket._there("generations")
    assert take(bucket, tmp_path / "here") is not None


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Generation]:
    """A store to damage, a replica that has its first generation, and the second."""
    folder = tmp_path_factory.mktemp("damaged")
    publish(folder / "there", 1)
    take(StoreFolder(folder / "there"), folder / "here")
    return folder / "there", folder / "here", publish(folder / "there", 2, files=3)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_wrong_byte_in_any_file_is_never_published(
    damaged: tuple[Path, Path, Generation], data: st.DataObject
) -> None:
    store, here, second = damaged
    before = Catalog(here).current()
    sealed = contents(second.path)
    known = set(load_sums(before.path).values())  # of which the replica has its own
    copied = {name for name, digest in load_sums(second.path).items() if digest not in known}
    name = data.draw(st.sampled_from(sorted({SUMS, *copied})))
    place = data.draw(st.integers(0, len(sealed[name]) - 1))
    wrong = bytearray(sealed[name])
    kind = data.draw(st.sampled_from(["flip", "cut", "add"]))
    if kind == "flip":
        wrong[place] ^= data.draw(st.integers(1, 255))
    elif kind == "cut":
        del wrong[place:]
    else:
        wrong += b"\n"
    if not (may_have_come := data.draw(st.booleans())):
        shutil.rmtree(here / "generations" / ".cargo", ignore_errors=True)
    (second.path / name).write_bytes(wrong)
    try:
        landed = take(StoreFolder(store), here)
    except KgraphError as error:
        assert Catalog(here).current().id == before.id
        told = str(error)
        assert getattr(read_status(here), "problem", None) == told
    else:
        assert may_have_come  # whole, before it was damaged
        assert landed is not None
        assert contents(landed.path) == sealed
        Catalog(here).rollback(before.id)
        shutil.rmtree(landed.path)
    finally:
        (second.path / name).write_bytes(sealed[name])


def test_what_was_damaged_and_is_mended_lands(damaged: tuple[Path, Path, Generation]) -> None:
    store, here, second = damaged
    take(StoreFolder(store), here)
    assert contents(Catalog(here).current().path) == contents(second.path)
    status = read_status(here)
    assert status is not None
    assert (status.problem, status.offered) == (None, second.id)


class _Pruning(StoreFolder):
    """A store whose generation is pruned while it is copied, once."""

    pruned = False

    def sums(self, generation: str) -> bytes:
        content = super().sums(generation)
        if not self.pruned:
            self.pruned = True
            publish(self.path, 2)
            (self.path / "generations" / generation / "queries" / "q0.rq").unlink()
        return content


def test_where_a_generation_goes_while_it_is_copied_the_next_is_taken(tmp_path: Path) -> None:
    publish(tmp_path / "there", 1)
    taken = take(_Pruning(tmp_path / "there"), tmp_path / "here")
    assert taken is not None
    assert taken.id == Catalog(tmp_path / "there").current().id


@pytest.mark.parametrize("other", [FORMAT - 1, FORMAT + 1])
def test_another_format_is_refused_before_it_is_copied(other: int, tmp_path: Path) -> None:
    publish(tmp_path / "there", 1, files=20, format=other)
    with pytest.raises(ReplicaError, match=rf"format {other}, and this kgraph reads {FORMAT}"):
        take(StoreFolder(tmp_path / "there"), tmp_path / "here")
    assert len(list((tmp_path / "here" / "generations" / ".cargo").iterdir())) == 1
    assert Catalog(tmp_path / "here").is_bare()


def test_a_store_with_generations_of_its_own_is_left_alone(tmp_path: Path) -> None:
    publish(tmp_path / "there", 1)
    own = publish(tmp_path / "here", 2)
    with pytest.raises(StoreError, match="generations of its own"):
        take(StoreFolder(tmp_path / "there"), tmp_path / "here")
    assert Catalog(tmp_path / "here").current().id == own.id
    take(StoreFolder(tmp_path / "there"), tmp_path / "new")
    forget_status(tmp_path / "new")  # as a server does that follows nothing
    with pytest.raises(StoreError, match="generations of its own"):
        take(StoreFolder(tmp_path / "there"), tmp_path / "new")


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReplicaError, match="no generation in"):
        take(StoreFolder(tmp_path / "nothing"), tmp_path / "here")
    with pytest.raises(ReplicaError, match="Nothing has been published"):
        take(Bucket(f"memory://{uuid4()}"), tmp_path / "here")
    publish(tmp_path / "there", 1)
    (Catalog(tmp_path / "there").current().path / SUMS).unlink()
    with pytest.raises(ReplicaError, match="an older kgraph made it"):
        take(StoreFolder(tmp_path / "there"), tmp_path / "here")


def test_killed_while_it_copies_it_goes_on_where_it_was(tmp_path: Path) -> None:
    store, here = tmp_path / "there", tmp_path / "here"
    publish(store, 1)
    take(StoreFolder(store), here)
    before = Catalog(here).current().id
    size = 192 << 20
    catalog = Catalog(store)
    with catalog.writing():  # with a file that takes a while
        base = publish_large(catalog, size)
    process = start("follow", store, "--store", here, "--once", "--project", tmp_path)
    cargo = here / "generations" / ".cargo"
    while not any(part.stat().st_size > size // 8 for part in cargo.glob("*.part")):
        assert process.poll() is None, process.communicate()[0]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert Catalog(here).current().id == before
    (part,) = cargo.glob("*.part")
    come = part.stat().st_size
    assert size // 8 < come < size
    landing = Landing(Catalog(here), silent)
    landed = landing.land(StoreFolder(store), base.id)
    assert landing.taken_bytes <= size - come + (1 << 20)
    assert load_sums(landed.path) == load_sums(base.path)
    assert (landed.path / "queries" / "large.rq").stat().st_size == size


def publish_large(catalog: Catalog, size: int) -> Generation:
    current = catalog.current()
    manifest = replace(current.manifest, id=catalog.identifier("0" * 8))

    def write(path: Path) -> Generation:
        subprocess.run(["cp", "-a", current.path, path], check=True)
        (path / SUMS).unlink()
        with (path / "queries" / "large.rq").open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 10) * (1 << 10))
        return seal(path, manifest)

    return catalog.publish(manifest.id, write)


def test_a_full_disk_is_told_and_room_mends_it(tmp_path: Path) -> None:
    store, here = tmp_path / "there", tmp_path / "here"
    publish(store, 1)
    command = ("follow", store, "--store", here, "--once", "--project", tmp_path)
    small = start(*command, before="ulimit -f 40")  # KiB
    said, _ = small.communicate(timeout=60)
    assert small.returncode == 1, said
    assert "cannot be written: File too large" in said
    assert Catalog(here).is_bare()
    ample = start(*command)
    said, _ = ample.communicate(timeout=60)
    assert (ample.returncode, said.startswith("Took ")) == (0, True), said
    assert contents(Catalog(here).current().path) == contents(Catalog(store).current().path)


def test_one_process_follows_into_a_store_and_the_next_takes_over(tmp_path: Path) -> None:
    store, here = tmp_path / "there", tmp_path / "here"
    publish(store, 1)
    command = ("follow", store, "--store", here, "--project", tmp_path, "--follow-interval", "0.1")
    with start(*command) as one, start(*command) as two:
        for number in (2, 3):
            wanted = publish(store, number).id
            until(lambda wanted=wanted: Catalog(here).current().id == wanted)  # type: ignore[misc]
            if number == 2:
                one.kill()
        two.kill()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            if holds():
                return
        except StoreError:
            pass
        assert time.monotonic() < end
        time.sleep(0.02)


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.just("0f" * 32)))
def test_sums_say_any_name_and_none_that_leads_out(digests: dict[str, str]) -> None:
    if any(part in (".", "..") for name in digests for part in name.split("/")) or SUMS in digests:
        with pytest.raises(StoreError):
            parse_sums(render_sums(digests))
    else:
        assert parse_sums(render_sums(digests)) == digests


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/../../b", "", SUMS, "a/."])
def test_sums_with_a_name_that_leads_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(StoreError):
        parse_sums(render_sums({name: "0f" * 32}))


def test_a_generation_can_be_checked_with_coreutils(tmp_path: Path) -> None:
    generation = publish(tmp_path, 1)
    command = ["sha256sum", "--check", "--quiet", "--strict", SUMS]
    done = subprocess.run(command, cwd=generation.path, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert {*load_sums(generation.path), SUMS} == set(contents(generation.path))
