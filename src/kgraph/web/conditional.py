"""Conditional requests (RFC 9110, sections 8.8.3 and 13): entity tags of answers that depend on the data.

A generation never changes, so an answer is known by its generation and its request: the tag is there
before the answer is, and a client that has it already costs no query. A content coding has a tag of its own
(section 8.8.3.3), which begins with the tag of what it encodes.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

import kgraph

__all__ = ["encoded_tag", "entity_tag", "is_known", "is_named"]

_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_STRONG: Final = re.compile(r'(?<!W/)("[\x21\x23-\x7e\x80-\xff]*")')


def entity_tag(generation: str, *request: str) -> str:
    """The strong tag, in its quotes, of the answer to a request by a generation (by its id).

    ``request`` is whatever else decides over the bytes: route, parameters, format, host.
    """
    parts = repr((kgraph.__version__, generation, request))  # in which no two requests look alike
    return f'"{sha256(parts.encode()).hexdigest()[:32]}"'


def encoded_tag(tag: str, coding: str) -> str:
    """The tag of the same answer in a content coding."""
    return f'{tag[:-1]}-{coding}"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match (RFC 9110, section 13.1.2, weakly compared) names the tag: then 304 will do."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)


def is_named(condition: str | None, *tags: str, strong: bool = False) -> str | None:
    """The one of these tags that a precondition names; ``*`` names none, since it asks if there is anything.

    If-Match is compared strongly (RFC 9110, section 8.8.3.2): a weak tag names nothing.
    """
    named = (_STRONG if strong else _TAG).findall(condition or "")
    return next((tag for tag in tags if tag in named), None)
