"""Replicas: sealed generations on their way from where they were made to the servers that serve them.

source      where generations come from: one small protocol, and what a name or URL stands for
primary     … another kgraph server
folder      … a store's folder, on a shared file system for instance
bucket      … a bucket or anything else that fsspec reaches; and putting generations there
landing     taking a generation into a store of one's own: only what is not there yet, each byte checked
following   doing that again and again
status      what a replica knows of the one that it follows
keeping     a server's process that follows
"""

from __future__ import annotations

from kgraph.replicas.status import ReplicaStatus, forget_status, read_status

__all__ = ["ReplicaStatus", "forget_status", "read_status"]
