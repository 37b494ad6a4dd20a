"""A few hundred hostile requests to a real server; ``make soak`` sends ten thousand."""

from __future__ import annotations

from urllib.request import urlopen

from bench.hostile import besiege, listening_trap, served, settled


def test_a_siege_leaves_the_server_as_it_was() -> None:
    with listening_trap() as (trap, callers), served() as (pid, address):
        besiege(address, trap, requests=60, seed=2)  # so that all is loaded that will be
        before = settled(pid, address)
        outcomes = besiege(address, trap, requests=300, seed=1)
        after = settled(pid, address)
        assert [f"{o.attack.name}: {o.fault}: {o.attack.raw[:300]!r}" for o in outcomes if o.fault] == []
        assert callers == []
        assert after.outgrows(before, allowed_mb=100) == []
        assert urlopen(f"http://{address[0]}:{address[1]}/health").status == 200
