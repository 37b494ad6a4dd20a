"""Hostile requests, drawn at random from a seed, each with the statuses that are a correct answer to it.

An attack is bytes on the wire: what a client may send that means harm, or that has no manners. Addresses
that a query or a document names lead to a trap, where nobody may ever call.
"""

from __future__ import annotations

import json
import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

__all__ = ["Attack", "Outcome", "draw_attacks", "strike"]

REFUSED: Final = frozenset({400, 404, 405, 406, 408, 411, 413, 414, 415, 431, 501})
#: Out of time or of memory, which under siege may befall anybody.
BOMBED: Final = frozenset({503, 504, 507})
ANSWERED: Final = frozenset({200, 201, 204, 304})
ANYTHING: Final = REFUSED | ANSWERED | BOMBED | {401, 403, 409, 412}

#: The end of a body in chunks.
END: Final = b"\r\n0\r\n\r\n"

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
FORM: Final = "application/x-www-form-urlencoded"
FORM_DATA: Final = "multipart/form-data"


@dataclass(frozen=True)
class Attack:
    """What is sent. ``cut`` is the number of bytes after which the client hangs up, if it does."""

    name: str
    raw: bytes
    statuses: frozenset[int]
    cut: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came back: no status where nothing did. ``fault`` says what is wrong with it, if anything is."""

    attack: Attack
    status: int | None
    fault: str


def http(
    method: str,
    target: str,
    *,
    body: bytes = b"",
    kind: str = "",
    headers: str = "",
    length: int | None = None,
) -> bytes:
    """A request, as proper as its parts are."""
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}"
    if kind:
        head += f"Content-Type: {kind}\r\n"
    if body or length is not None or method in ("POST", "PUT"):
        head += f"Content-Length: {len(body) if length is None else length}\r\n"
    return head.encode("utf-8", "surrogatepass") + b"\r\n" + body


def asked(query: str, dice: random.Random) -> bytes:
    """A query in one of the three ways of the protocol."""
    way = dice.randrange(3)
    if way == 0 and len(query) < 20_000:
        return http("GET", f"/sparql?query={quote(query)}")
    if way == 1:
        return http("POST", "/sparql", body=query.encode(), kind=QUERY)
    return http("POST", "/sparql", body=f"query={quote(query)}".encode(), kind=FORM)


ALL: Final = "VALUES ?i { 0 1 2 3 4 5 6 7 8 9 }"
MANY: Final = " ".join(ALL.replace("?i", f"?i{n}") for n in range(12))
BOMBS: Final = (
    f"SELECT (COUNT(*) AS ?n) {{ {MANY} }}",
    f"SELECT * {{ {MANY} }} ORDER BY ?i0 ?i1 ?i2 LIMIT 1",
    f"SELECT DISTINCT ?i0 ?i1 ?i2 ?i3 ?i4 ?i5 ?i6 ?i7 {{ {MANY} }} OFFSET 99999999",
    f'SELECT (GROUP_CONCAT(?i0; separator="x") AS ?g) {{ {MANY} }}',
    f'SELECT (COUNT(*) AS ?n) {{ {MANY} FILTER(REGEX(CONCAT(STR(?i0), STR(?i9)), "(a|a)*$")) }}',
    f"SELECT (SUM(?i0 * ?i1) AS ?s) {{ {MANY} }} GROUP BY ?i2 ?i3 ?i4 ?i5 ?i6 ?i7 ?i8 HAVING (?s > 1e9)",
    f"ASK {{ {MANY} FILTER NOT EXISTS {{ {MANY.replace('?i', '?j')} FILTER(?j0 > 99) }} FILTER(?i0 > 99) }}",
    f"CONSTRUCT {{ ?x ?y 1 }} {{ {MANY} BIND(IRI(CONCAT('urn:', STR(?i0))) AS ?x) FILTER(?i1 > 99) }}",
)


def bomb(dice: random.Random, trap: str) -> Attack:
    del trap
    query = dice.choice(BOMBS).replace("?i0", f"?i{dice.randrange(10**6)}", dice.randrange(2))
    return Attack("bomb", asked(query, dice), BOMBED | {200})


def nesting(dice: random.Random, trap: str) -> Attack:
    del trap
    depth = dice.choice((200, 5_000, 100_000))
    query = dice.choice(
        (
            "SELECT * " + "{" * depth + "}" * depth,
            "SELECT (" + "(" * depth + "1" + ")" * depth + " AS ?x) {}",
            "ASK { FILTER(" + "!" * depth + "true) }",
            "ASK { " + "?s ?p [ " * depth + " ]" * depth + " }",
            "ASK { ?s " + "(" * depth + "<urn:p>" + ")*" * depth + " ?o }",
            "SELECT * {" + "OPTIONAL {" * depth + "}" * depth + "}",
            "SELECT (1" + "+1" * depth + " AS ?x) {}",
        )
    )
    return Attack("nesting", asked(query, dice), ANSWERED | REFUSED | BOMBED)


def malformed(dice: random.Random, trap: str) -> Attack:
    del trap
    noise = dice.randbytes(dice.randrange(1, 400))
    raw = dice.choice(
        (
            noise + b"\r\n\r\n",
            http("POST", "/sparql", body=noise, kind=QUERY),
            http("POST", "/sparql", body=b"query=%" + noise, kind=FORM),
            http("POST", "/sparql", body="ASK {}".encode("utf-16"), kind=QUERY),
            http("POST", "/sparql", body=b"ASK {}", kind=f"{QUERY}; charset=utf-7"),
            http("POST", "/sparql", body=b"ASK {}\x00", kind=QUERY),
            http("POST", "/sparql", body=b'ASK { ?s ?p "\xed\xa0\x80" }', kind=QUERY),
            http("POST", "/sparql", body=b"", kind=QUERY, length=-5),
            http("POST", "/sparql", body=b"", kind=QUERY, length=10**30),
            http("POST", "/sparql", kind=QUERY, headers="Transfer-Encoding: chunked\r\n", body=noise),
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nASK{}\r\n0\r\n\r\n",
            http("POST", "/sparql", kind=QUERY, headers="Content-Encoding: gzip\r\n", body=noise),
            http("GET", "/sparql?query=ASK%7B%7D%00"),
            http("GET", "/sparql?query=%ff%fe"),
            http("GET", "/sparql?" + "&".join(f"a{n}=1" for n in range(12_000))),
            http("GET", "//sparql?query=ASK{}"),
            b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /sparql HTTP/1.1\r\n\r\n",
            b"GET /sparql HTTP/1.1\r\nHost: x y\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        )
    )
    return Attack("malformed", raw, REFUSED | BOMBED)


def oversized(dice: random.Random, trap: str) -> Attack:
    del trap
    raw, statuses = dice.choice(
        (
            (http("GET", "/sparql?query=" + "x" * 70_000), {414}),
            (http("GET", "/", headers=f"X-Large: {'x' * 200_000}\r\n"), {431}),
            (http("GET", "/", headers="X-Many: x\r\n" * 500), {431}),
            (http("GET", "/", headers=f"{'X' * 150_000}: x\r\n"), {431}),
            (http("POST", "/sparql", body=b"#" * (9 << 20), kind=QUERY), {413}),
            (http("POST", "/sparql", kind=QUERY, length=1 << 40), {413}),
            (http("GET", "/sparql?query=ASK{}", headers=f"Accept: {'a/b,' * 20_000}\r\n"), {406}),
            (http("GET", "/sparql?query=ASK{}", headers=f"If-None-Match: {'W/' * 40_000}\r\n"), {200}),
            (http("GET", f"/queries/{'x' * 10_000}"), {404}),
            (http("GET", f"/who-said?q={'x%20' * 15_000}"), {200, 400}),
        )
    )
    return Attack("oversized", raw, BOMBED | statuses)


def mistyped(dice: random.Random, trap: str) -> Attack:
    del trap
    kind = dice.choice(
        ("text/plain", "application/json", "", "multipart/form-data", "text/turtle;;;", "\x7f/x")
    )
    method = dice.choice(("POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "get", "OPTIONS", "PROPFIND"))
    path = dice.choice(
        ("/sparql", "/graph-store?default", "/queries/typed", "/health", "/", "/static/kgraph.css")
    )
    accept = dice.choice(
        ("", "Accept: image/png\r\n", "Accept: ;;;,,\r\n", "Accept-Encoding: identity;q=0\r\n")
    )
    return Attack("mistyped", http(method, path, body=b"ASK {}", kind=kind, headers=accept), ANYTHING)


def calling(dice: random.Random, trap: str) -> Attack:
    """SERVICE, LOAD and all else that might fetch, in disguise."""
    call = f"http://{trap}/{dice.randrange(10**6)}"
    query = dice.choice(
        (
            f"SELECT * {{ SERVICE <{call}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ sErViCe SILENT<{call}>{{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE #<urn:x>\n <{call}> {{ ?s ?p ?o }} }}",
            f"PREFIX t: <{call}#> SELECT * {{ SERVICE t:x {{ ?s ?p ?o }} }}",
            f"BASE <{call}> SELECT * {{ SERVICE <x> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ VALUES ?s {{ <{call}> }} SERVICE ?s {{ ?a ?b ?c }} }}",
            f"SELECT * {{ {{ SELECT * {{ SERVICE <{call}> {{ ?s ?p ?o }} }} }} }}",
            f"SELECT * {{ FILTER EXISTS {{ SERVICE SILENT <{call}> {{ ?s ?p ?o }} }} }}",
            f"SELECT * {{ S\\u0045RVICE <{call}> {{ ?s ?p ?o }} }}",
            f"SELECT * FROM <{call}> FROM NAMED <{call}> {{ ?s ?p ?o }}",  # noqa: S608 - it is SPARQL
            f"DESCRIBE <{call}>",
        )
    )
    update = dice.choice(
        (
            f"LOAD <{call}>",
            f"LOAD SILENT <{call}> INTO GRAPH <urn:g>",
            f"#\nlOaD\n<{call}>",
            f"CLEAR DEFAULT; LOAD <{call}>",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{call}> {{ ?s ?p ?o }} }}",
            f"DELETE {{ ?s ?p ?o }} USING <{call}> WHERE {{ SERVICE SILENT <{call}> {{ ?s ?p ?o }} }}",
        )
    )
    context = json.dumps({"@context": call, "@id": "urn:s", "p": 1}).encode()
    entity = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{call}">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>'
    laughs = (
        "<!DOCTYPE r ["
        + '<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
        + ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="&m;"/>'
    )
    raw = dice.choice(
        (
            asked(query, dice),
            asked(query, dice),
            http("POST", "/sparql", body=update.encode(), kind=UPDATE),
            http("POST", "/sparql", body=f"update={quote(update)}".encode(), kind=FORM),
            http("GET", f"/sparql?query=ASK{{?s%20?p%20?o}}&default-graph-uri={quote(call, safe='')}"),
            http("PUT", "/graph-store?graph=urn:g", body=context, kind="application/ld+json"),
            http("PUT", "/graph-store?graph=urn:g", body=entity.encode(), kind="application/rdf+xml"),
            http("PUT", "/graph-store?graph=urn:g", body=laughs.encode(), kind="application/rdf+xml"),
            http("GET", f"/graph-store?graph={quote(call, safe='')}"),
            http("GET", f"/explain?subject={quote(f'<{call}>')}&predicate=a&object=a"),
        )
    )
    return Attack("calling", raw, ANSWERED | REFUSED | BOMBED | {403})


RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def deep(dice: random.Random, trap: str) -> Attack:
    """A document, alone or in a form, or an update, that is nested too deeply, or grows as it is read."""
    del trap
    depth = dice.choice((40, 5_000, 20_000))
    before = dice.choice(
        ("<<( <urn:a> <urn:b> ", "<<(#<<(\n<urn:a><urn:b>", f"<<( #{'x' * 99}\n<urn:a> <urn:b> ")
    )
    triple = f"<urn:a> <urn:b> {before * depth}1{')>>' * depth} ."
    striped = f"{'<p><Description>' * depth}{'</Description></p>' * depth}"
    grown = "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(dice.choice((4, 9)))
    )
    entities = f'<!DOCTYPE r [<!ENTITY a "ha">{grown}]>'
    kind, text = dice.choice(
        (
            ("text/turtle", triple),
            ("application/trig", f"<urn:g> {{ {triple} }}"),
            ("application/n-triples", triple),
            ("application/n-quads", triple),
            ("application/rdf+xml", f'<RDF xmlns="{RDF}">{striped}</RDF>'),
            ("application/rdf+xml", f'{entities}<RDF xmlns="{RDF}"><Description value="&d;"/></RDF>'),
            ("application/ld+json", '{"@id":"urn:a","urn:b":' * depth + "1" + "}" * depth),
            ("application/ld+json", '{"@context":' + "[" * depth + "]" * depth + "}"),
        )
    )
    part = (
        f'--x\r\nContent-Disposition: form-data; name="f"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n--x--\r\n'
    )
    raw = dice.choice(
        (
            http("PUT", "/graph-store?graph=urn:deep", body=text.encode(), kind=kind),
            http("POST", "/graph-store?default", body=text.encode(), kind=kind),
            http("POST", "/graph-store", body=text.encode(), kind=kind),
            http("POST", "/graph-store?graph=urn:deep", body=part.encode(), kind=f"{FORM_DATA}; boundary=x"),
            http("POST", "/sparql", body=f"INSERT DATA {{ {triple} }}".encode(), kind=UPDATE),
        )
    )
    return Attack("deep", raw, ANSWERED | REFUSED | BOMBED)


def scanning(dice: random.Random, trap: str) -> Attack:
    """A text that a careless scanner would read again and again, in what is asked and in what is shown."""
    del trap
    unit = dice.choice(
        ("<<(#", "<<(\n#", "a.", "a:b.-.", "{", "(", "#", "&lt;<<( <a:b>", "W/", "%41", '\\"', "1e")
    )
    text = unit.replace("\n", "\\n") * (dice.choice((4_000, 400_000)) // len(unit))
    query = dice.choice(
        (f"SELECT ('{text}' AS ?x) {{}}", f"ASK {{ {text}", f"SELECT * {{ ?s ?p {text} }}", text)
    )
    accept = dice.choice(("Accept: text/html\r\n", "", "Accept: application/json\r\n"))
    raw = http("POST", "/sparql", body=query.encode(), kind=QUERY, headers=accept)
    return Attack("scanning", raw, ANSWERED | REFUSED | BOMBED)


def ambiguous(dice: random.Random, trap: str) -> Attack:
    """An offer of another protocol, which leaves the request whole, or a head that says two things."""
    del trap
    offer = (
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    )
    twice = dice.choice(
        (
            "Origin: http://localhost\r\nOrigin: http://evil.example\r\n",
            "Host: localhost\r\nHost: evil.example\r\n",
            "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
            "Content-Type: text/turtle\r\nContent-Type: text/plain\r\n",
            "Content-Length: 3\r\nContent-Length: 4\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        )
    )
    put = ("PUT", "/graph-store?graph=urn:offer")
    raw, statuses = dice.choice(
        (
            (http("GET", "/sparql?query=ASK{}", headers=offer), {200}),
            (http(*put, body=b"<urn:a> <urn:b> 1 .", kind="text/turtle", headers=offer), {201, 204}),
            (http("POST", "/sparql", body=b"ASK {}", kind=QUERY, headers=offer), {200}),
            (http("GET", "/sparql?query=ASK{}", headers=twice), {400}),
            (http("POST", "/sparql", body=b"CLEAR GRAPH <urn:offer>", headers=twice), {400}),
        )
    )
    return Attack("ambiguous", raw, BOMBED | statuses)


EVIL: Final = (
    "'; DROP ALL; --",
    '" } INSERT DATA { <urn:a> <urn:b> <urn:c> } #',
    "> } ; CLEAR ALL #",
    "\\u0022 } #",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "x\x00y",
    "\U0001d573" * 50,
    "%s%n%x",
    "\u202e\ufeff",
    "-1e999",
    "9" * 400,
)


def injecting(dice: random.Random, trap: str) -> Attack:
    del trap
    evil = quote(dice.choice(EVIL), safe="")
    target = dice.choice(
        (
            f"/queries/typed?words={evil}",
            f"/queries/typed?thing={evil}",
            f"/queries/typed?count={evil}",
            f"/queries/typed?day={evil}&colour={evil}",
            f"/queries/{evil}",
            f"/queries/typed.{evil}",
            f"/who-said?q={evil}",
            f"/who-said?subject={evil}&since={evil}&limit={evil}",
            f"/explain?subject={evil}&predicate={evil}&object={evil}",
            f"/graph-store?graph={evil}",
            f"/graph-store/{evil}",
            f"/sparql?query=ASK{{}}&format={evil}",
            f"/sparql?query=ASK{{}}&default-graph-uri={evil}",
            f"/static/{evil}",
            f"/static/%2e%2e/%2e%2e/{evil}",
            f"/id/{evil}",
            f"/graph/{evil}",
            f"/{evil}",
        )
    )
    return Attack("injecting", http("GET", target), BOMBED | {200, 400, 404, 406})


def cutting(dice: random.Random, trap: str) -> Attack:
    """A client that hangs up: in the head, in the body, or in the answer."""
    whole = dice.choice(
        (
            asked(dice.choice(BOMBS), dice),
            asked("SELECT * { ?a ?b ?c }", dice),
            http("PUT", "/graph-store?graph=urn:cut", body=b"<urn:a> <urn:b> 1 ." * 50, kind="text/turtle"),
            http("POST", "/sparql", body=b"INSERT DATA { <urn:cut> <urn:b> 1 }", kind=UPDATE),
            injecting(dice, trap).raw,
        )
    )
    return Attack("cutting", whole, ANYTHING | BOMBED, cut=dice.randrange(1, len(whole) + 1))


KINDS: Final[tuple[tuple[Callable[[random.Random, str], Attack], int], ...]] = (
    (bomb, 2),
    (nesting, 3),
    (malformed, 20),
    (oversized, 8),
    (mistyped, 15),
    (calling, 20),
    (injecting, 20),
    (cutting, 12),
    (deep, 3),
    (scanning, 8),
    (ambiguous, 8),
)


def draw_attacks(number: int, *, seed: int, trap: str) -> Iterator[Attack]:
    """Draw some attacks; the same for the same seed. ``trap`` is the address where nobody may call."""
    dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
    kinds, weights = [kind for kind, _ in KINDS], [weight for _, weight in KINDS]
    for kind in dice.choices(kinds, weights, k=number):
        yield kind(dice, trap)


def strike(attack: Attack, address: tuple[str, int], *, timeout_s: float = 30.0) -> Outcome:
    """Send an attack, and judge what comes back."""
    received = b""
    try:
        with socket.create_connection(address, timeout=timeout_s) as connection:
            if attack.cut is not None:
                connection.sendall(attack.raw[: attack.cut])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return Outcome(attack, None, "")
            with suppress(ConnectionError):  # it may be refused before it was read to its end
                connection.sendall(attack.raw)
            while piece := connection.recv(65536):
                received += piece
                if len(received) > 1 << 20:
                    break
    except TimeoutError:
        return Outcome(attack, None, "no answer in time")
    except ConnectionError as error:
        if not received:
            return Outcome(attack, None, f"no answer: {error}")
    return judge(attack, received)


def judge(attack: Attack, received: bytes) -> Outcome:
    """Whether an answer is a correct one."""
    head, _, body = received.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 3 or not words[1].isdigit():
        return Outcome(attack, None, f"no HTTP: {received[:60]!r}")
    status = int(words[1])
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    fault = ""
    if status not in attack.statuses:
        fault = f"status {status}"
    elif status == 200 and attack.name == "bomb" and received.endswith(END):
        fault = "an answer that cannot be complete looks so"
    elif status >= 400 and not attack.raw.startswith(b"HEAD"):
        fault = judge_problem(status, fields.get(b"content-type", b""), body)
    if b"set-cookie" in fields or b"Traceback" in received:
        fault = "it gives something away"
    return Outcome(attack, status, fault)


def judge_problem(status: int, kind: bytes, body: bytes) -> str:
    """What is wrong with the problem details of an error; nothing if all is well."""
    if kind.startswith(b"text/html"):
        return ""
    try:
        problem = json.loads(body)
    except ValueError:
        return f"no problem details: {body[:60]!r}"
    good = kind == b"application/problem+json" and problem["status"] == status and problem["detail"]
    return "" if good else f"poor problem details: {body[:60]!r}"
