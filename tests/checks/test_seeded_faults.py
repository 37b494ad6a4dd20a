"""Each check is proved by a fault: one edit of a sound project gives exactly that problem, at its line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import kgraph
from kgraph.build import inspect_project
from kgraph.checks import load_subject, run_checks
from kgraph.problems import Problem, Severity
from kgraph.project import read_project
from kgraph.settings import load_settings

CLAIMS = "data/ttl/articles/mill/assertions.ttl"
DOCUMENT = "data/ttl/articles/mill/document.ttl"
ENTITIES = "data/ttl/entities.ttl"
EDITORIAL = "data/ttl/editorial.ttl"
LINKS = "data/ttl/links.ttl"
EXTRA = "ontology/extra.ttl"
SPAN = "<#char=20,39> a kg:EvidenceSpan"

PREFIXES = """\
@prefix kg:   <https://w3id.org/kgraph/ontology#> .
@prefix kgr:  <https://w3id.org/kgraph/id/> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass(frozen=True)
class Fault:
    """One edit, and the problem that it must give.

    In ``file``, the first ``old`` behind ``after`` becomes ``new``; without ``old``, ``new`` is the whole
    file. The problem is on the line of ``at``, sought behind ``after`` (in ``place``, or else in ``file``);
    None says that it belongs to the file. ``also`` are the codes that cannot but come with it.
    """

    name: str
    code: str
    file: str
    new: str | bytes
    old: str = ""
    after: str = ""
    at: str | None = ""
    place: str = ""
    also: tuple[str, ...] = ()
    says: str = ""
    severity: Severity = Severity.ERROR
    reasoned: bool = False

    def seed(self, project: Path) -> tuple[str, int | None]:
        """Edit the project; where the problem must be."""
        path = project / self.file
        if self.old:
            assert isinstance(self.new, str)
            content = path.read_text(encoding="utf-8")
            start = content.index(self.old, content.index(self.after))
            content = content[:start] + self.new + content[start + len(self.old) :]
            path.write_text(content, encoding="utf-8", newline="")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.new if isinstance(self.new, bytes) else self.new.encode())
        place = self.place or self.file
        if self.at is None:
            return place, None
        content = (project / place).read_text(encoding="utf-8", errors="replace")
        sought = content.index(self.at or str(self.new), content.index(self.after) if not self.place else 0)
        return place, content[:sought].count("\n") + 1


WARNING = Severity.WARNING

FAULTS = [
    # --- reading the folder -------------------------------------------------------------------------------
    Fault(
        "a missing semicolon",
        "turtle-syntax",
        LINKS,
        "link:avon a kg:Link\n",
        old="link:avon a kg:Link ;\n",
        at="kg:linkSubject",
    ),
    Fault("a prefix that is not declared", "turtle-syntax", EXTRA, "\n\nkg:Mill a owl:Class .", at="kg:Mill"),
    Fault("Latin-1", "encoding", "data/ttl/more.ttl", "# a\n# caf\xe9".encode("latin-1"), at="# caf"),
    Fault("Latin-1 in a query", "encoding", "queries/more.rq", "# caf\xe9".encode("latin-1"), at="# caf"),
    Fault("a hand-written stated graph", "graph-name", "data/ttl/stated.ttl", "# nothing", at=None),
    Fault("a hand-written inferred graph", "graph-name", "data/ttl/inferred.ttl", "# nothing", at=None),
    Fault("ontology among the data", "graph-name", "data/ttl/ontology.ttl", "# nothing", at=None),
    Fault("a graph that no IRI can name well", "graph-name", "data/ttl/My Links.ttl", "# nothing", at=None),
    # --- terms and links ----------------------------------------------------------------------------------
    Fault(
        "a misspelt class",
        "undefined-term",
        ENTITIES,
        "kgr:mill a kg:Artefcat",
        old="kgr:mill a kg:Artefact",
        says="Did you mean kg:Artefact?",
    ),
    Fault(
        "a misspelt property",
        "undefined-term",
        CLAIMS,
        "kg:polarty",
        old="kg:polarity",
        after="a:a0103",
        says="Did you mean kg:polarity?",
    ),
    Fault(
        "a misspelt predicate of a claim",
        "undefined-term",
        CLAIMS,
        "kg:agnet",
        old="kg:agent",
        after="a:a0101",
        says="Did you mean kg:agent?",
    ),
    Fault(
        "an undefined term in the alignments",
        "undefined-term",
        "ontology/alignments-more.ttl",
        PREFIXES + "kg:Xyzzy skos:closeMatch <http://example.org/X> .",
        at="kg:Xyzzy",
        says="The ontology does not define kg:Xyzzy",
    ),
    Fault(
        "an object that nothing describes",
        "dangling-iri",
        CLAIMS,
        "kgr:councillors",
        old="kgr:council",
        after="kg:predicate kg:agent",
        says="kgr:councillors",
    ),
    Fault(
        "owl:sameAs",
        "same-as",
        LINKS,
        "kgr:avon <http://www.w3.org/2002/07/owl#sameAs> ",
        old="kgr:avon skos:closeMatch ",
        says="skos:exactMatch",
    ),
    Fault(
        "a number in words as an integer",
        "ill-typed-literal",
        CLAIMS,
        'kg:value "forty"^^xsd:integer ;',
        old="kg:value 40 ;",
        says="is no xsd:integer",
    ),
    Fault(
        "a class without a definition",
        "undocumented-term",
        EXTRA,
        PREFIXES + 'kg:Mill a owl:Class ;\n    rdfs:label "mill"@en ; rdfs:isDefinedBy kg: .',
        at="kg:Mill",
        says="skos:definition",
        severity=WARNING,
    ),
    Fault(
        "two ranges",
        "several-domains",
        EXTRA,
        PREFIXES + "kg:agent\n    rdfs:range kg:Person .",
        at="rdfs:range",
        severity=WARNING,
    ),
    Fault(
        "two domains",
        "several-domains",
        EXTRA,
        PREFIXES + "kg:basedIn\n    rdfs:domain kg:Person .",
        at="rdfs:domain",
        severity=WARNING,
    ),
    Fault(
        "an existential on the right",
        "not-owl-rl",
        EXTRA,
        PREFIXES
        + "kg:Actor\n    rdfs:subClassOf [ owl:onProperty kg:mode ; owl:someValuesFrom owl:Thing ] .",
        at="rdfs:subClassOf",
        says="SHACL",
    ),
    # --- quotations and offsets ---------------------------------------------------------------------------
    Fault("a text that is not there", "text-missing", DOCUMENT, '"seeds/mil.txt"', old='"seeds/mill.txt"'),
    Fault(
        "a text that is not UTF-8",
        "text-missing",
        "seeds/mill.txt",
        "caf\xe9".encode("latin-1"),
        place=DOCUMENT,
        at="kg:textFile",
    ),
    Fault(
        "one other digit in the digest",
        "text-digest",
        DOCUMENT,
        'kg:sha256 "0000',
        old='kg:sha256 "eebe',
        says="byte for byte",
    ),
    Fault(
        "a line end added to the text",
        "text-digest",
        "seeds/mill.txt",
        "The Courier\n",
        old="The Courier",
        place=DOCUMENT,
        at="kg:sha256",
    ),
    Fault(
        "a no-break space in the text",
        "text-characters",
        "seeds/mill.txt",
        "The\u00a0Courier",
        old="The Courier",
        severity=Severity.WARNING,
        says="U+00A0",
        also=("text-digest", "not-verbatim"),
    ),
    Fault(
        "an end beyond the text",
        "span-range",
        CLAIMS,
        'kg:endIndex "9999"',
        old='kg:endIndex "39"',
        after=SPAN,
        also=("span-name",),
    ),
    Fault(
        "an empty span",
        "span-range",
        CLAIMS,
        'kg:endIndex "20"',
        old='kg:endIndex "39"',
        after=SPAN,
        also=("span-name",),
    ),
    Fault(
        "tidied words",
        "not-verbatim",
        CLAIMS,
        '"closed Zoe\'s mill \U0001f3ed"',
        old='"closed Zoë\'s mill \U0001f3ed"',
        says="exactly as they are printed",
    ),
    Fault(
        "a begin that is off by one",
        "not-verbatim",
        CLAIMS,
        'kg:beginIndex "21"',
        old='kg:beginIndex "20"',
        after=SPAN,
        at="kg:exactText",
        also=("span-name",),
        says="These words stand at 20-39",
    ),
    Fault(
        "an end in UTF-16 units",
        "not-verbatim",
        CLAIMS,
        'kg:endIndex "40"',
        old='kg:endIndex "39"',
        after=SPAN,
        at="kg:exactText",
        also=("span-name",),
        says="These words stand at 20-39",
    ),
    Fault(
        "a sentence that is not verbatim",
        "not-verbatim",
        DOCUMENT,
        'kg:exactText "The Council of Avon',
        old='kg:exactText "The council of Avon',
    ),
    Fault(
        "a name that is not the offsets",
        "span-name",
        CLAIMS,
        "<#char=20,39> .\n\n<#char=20,38> a kg:EvidenceSpan ; kg:partOfArticle <> ;\n"
        '  kg:beginIndex "20"^^xsd:nonNegativeInteger ; kg:endIndex "39"^^xsd:nonNegativeInteger ;\n'
        '  kg:exactText "closed Zoë\'s mill \U0001f3ed" .\n',
        old="<#char=20,39> .\n",
        at="<#char=20,38>",
        says="after its offsets",
    ),
    Fault(
        "a line that is no sentence",
        "sentence-missing",
        DOCUMENT,
        "a:s03 a kg:Spared ;",
        old="a:s03 a kg:TextPart ;",
        at="<> a kg:Article",
        also=("undefined-term", "unknown-sentence"),
    ),
    Fault(
        "a sentence that begins within another",
        "sentence-span",
        DOCUMENT,
        'kg:beginIndex "69"',
        old='kg:beginIndex "71"',
        also=("not-verbatim",),
    ),
    Fault(
        "evidence from another sentence",
        "evidence-elsewhere",
        CLAIMS,
        "kg:inSentence a:s02",
        old="kg:inSentence a:s01",
        after="a:a0105 a",
        at="kg:evidence",
    ),
    Fault(
        "narrated words as a direct quotation",
        "not-in-quotation",
        CLAIMS,
        "kg:mode kg:direct-quotation ;\n    kg:polarity kg:positive ;\n    kg:modality kg:fact ;\n"
        "    kg:source a:source-spokesman ;\n    kg:attributedTo kgr:spokesman",
        old="kg:mode kg:narrated ;\n    kg:polarity kg:positive ;\n    kg:modality kg:fact ;\n"
        "    kg:source a:source-courier ;\n    kg:attributedTo kgr:courier",
        after="a:a0206 a",
        at="kg:evidence",
    ),
    Fault(
        "P5: the desk's insertion as the speaker's words",
        "insertion-as-quotation",
        CLAIMS,
        "kg:mode kg:direct-quotation ;\n    kg:polarity kg:positive ;\n    kg:modality kg:fact ;\n"
        "    kg:source a:source-spokesman ;\n    kg:attributedTo kgr:spokesman",
        old="kg:mode kg:editorial-insertion ;\n    kg:polarity kg:positive ;\n    kg:modality kg:fact ;\n"
        "    kg:source a:source-courier ;\n    kg:attributedTo kgr:courier",
        after="a:a0203 a",
        at="kg:mode",
        says="kg:editorial-insertion",
    ),
    # --- attributions -------------------------------------------------------------------------------------
    Fault(
        "P4: two names for one speaker",
        "attribution-differs",
        CLAIMS,
        "kg:attributedTo kgr:courier",
        old="kg:attributedTo kgr:spokesman",
        after="a:a0201 a",
    ),
    Fault(
        "P4: a quotation credited to the publication",
        "quotation-of-the-publication",
        CLAIMS,
        "kg:source a:source-courier ;\n    kg:attributedTo kgr:courier",
        old="kg:source a:source-spokesman ;\n    kg:attributedTo kgr:spokesman",
        after="a:a0201 a",
        at="kg:source",
    ),
    Fault(
        "sources in a circle",
        "source-cycle",
        CLAIMS,
        "kg:sourceAgent kgr:courier ;\n    kg:embeddedIn a:source-courier .",
        old="kg:sourceAgent kgr:courier .",
        at="kg:embeddedIn",
    ),
    Fault(
        "P18: a number that is not printed",
        "number-not-printed",
        CLAIMS,
        "kg:value 41",
        old="kg:value 40",
        says="41",
    ),
    Fault(
        "P18: a year that is not printed",
        "number-not-printed",
        CLAIMS,
        'kg:edtf "1999-03-24"',
        old='kg:edtf "1999"',
        says="1999-03-24",
    ),
    Fault(
        "P17: a curator's reading among the claims",
        "number-not-printed",
        CLAIMS,
        'rdfs:label "today"@en ;\n    kg:edtf "2001-05-01" ;',
        old='rdfs:label "today"@en ;',
        after="a:timeToday a",
        at="kg:edtf",
    ),
    Fault(
        "P17: today as a date",
        "date-in-article",
        CLAIMS,
        'kg:value "2001-05-01"^^xsd:date',
        old="kg:object a:timeToday",
        after="a:a0202 a",
        also=("number-not-printed",),
    ),
    Fault(
        "P17: an interpretation without its question mark",
        "unmarked-interpretation",
        EDITORIAL,
        'kg:edtf "2001-05-01"',
        old='kg:edtf "2001-05-01?"',
        says="'?'",
    ),
    # --- coverage -----------------------------------------------------------------------------------------
    Fault(
        "a claim in no sentence",
        "unknown-sentence",
        CLAIMS,
        "kg:inSentence a:s09",
        old="kg:inSentence a:s01",
        after="a:a0103 a",
        also=("dangling-iri",),
    ),
    Fault(
        "a sentence without claims",
        "sentence-without-claims",
        DOCUMENT,
        "a:s03 a kg:TextPart ;\n    kg:partKind kg:bylinePart ;\n    kg:partOfArticle <> ;\n"
        '    kg:beginIndex "162"^^xsd:nonNegativeInteger ;\n    kg:endIndex "165"^^xsd:nonNegativeInteger ;\n'
        '    kg:exactText "The" .\n\n'
        'a:s04 a kg:Sentence ;\n    kg:sentenceNumber "3"^^xsd:nonNegativeInteger ;\n'
        "    kg:partOfArticle <> ;\n"
        '    kg:beginIndex "166"^^xsd:nonNegativeInteger ;\n    kg:endIndex "173"^^xsd:nonNegativeInteger ;\n'
        '    kg:exactText "Courier" .\n',
        old="a:s03 a kg:TextPart ;\n    kg:partKind kg:bylinePart ;\n    kg:partOfArticle <> ;\n"
        '    kg:beginIndex "162"^^xsd:nonNegativeInteger ;\n    kg:endIndex "173"^^xsd:nonNegativeInteger ;\n'
        '    kg:exactText "The Courier" .\n',
        at="a:s04 a kg:Sentence",
        severity=WARNING,
    ),
    Fault(
        "words without evidence",
        "words-not-covered",
        CLAIMS,
        "kg:evidence <#char=80,88> .",
        old="kg:evidence <#char=98,107> .",
        place=DOCUMENT,
        at="<> a kg:Article",
        says="(in Avon)",
        severity=WARNING,
    ),
    # --- what the reasoner and the canned queries say -----------------------------------------------------
    Fault(
        "a denied claim typed as stated",
        "contradiction",
        CLAIMS,
        "a:a0201 a kg:Assertion , kg:StatedAssertion ;",
        old="a:a0201 a kg:Assertion ;",
        reasoned=True,
    ),
    Fault(
        "a person as a place",
        "contradiction",
        ENTITIES,
        "kgr:spokesman a kg:Person , kg:Location ;",
        old="kgr:spokesman a kg:Person ;",
        reasoned=True,
    ),
    Fault(
        "a query that is no SPARQL",
        "canned-syntax",
        "queries/claims.rq",
        "SELEKT ?claim",
        old="SELECT ?claim",
        reasoned=True,
    ),
]


def _problems(fault: Fault, project: Path) -> list[Problem]:
    settings = load_settings(project, environ={})
    if fault.reasoned:
        return list(inspect_project(settings).problems)
    read, problems = read_project(settings)
    return problems + run_checks(load_subject(read))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_at_its_line_and_nothing_else_is(fault: Fault, shapeless_mill: Path) -> None:
    path, line = fault.seed(shapeless_mill)
    problems = _problems(fault, shapeless_mill)
    assert {problem.code for problem in problems} == {fault.code, *fault.also}, problems
    (problem,) = {problem for problem in problems if problem.code == fault.code}
    assert (problem.path, problem.line) == (path, line), problem
    assert problem.severity is fault.severity
    assert problem.hint
    assert fault.says in f"{problem.message} {problem.hint}"


def test_the_project_that_the_faults_are_seeded_in_has_none(mill: Path) -> None:
    assert inspect_project(load_settings(mill, environ={})).problems == ()


def test_a_file_that_cannot_be_read_is_a_problem_of_that_file(shapeless_mill: Path) -> None:
    # reading the memory of a process at address 0 fails for everybody, root included
    (shapeless_mill / "data" / "ttl" / "more.ttl").symlink_to("/proc/self/mem")
    _, (problem,) = read_project(load_settings(shapeless_mill, environ={}))
    assert (problem.code, problem.path, problem.line) == ("unreadable", "data/ttl/more.ttl", None)
    assert problem.hint


def test_evidence_that_is_always_the_whole_sentence_is_noted(shapeless_mill: Path) -> None:
    # P24: half of the spans and more are whole sentences
    path = shapeless_mill / CLAIMS
    text = (shapeless_mill / "seeds" / "mill.txt").read_text(encoding="utf-8")
    first, end = text.split("\n")[0], text.index("\n")
    content = path.read_text(encoding="utf-8")
    for span in ("0,37", "40,47", "54,64", "48,69", "4,19", "20,39"):
        content = content.replace(f"    kg:evidence <#char={span}> .", f"    kg:evidence <#char=0,{end}> .")
    content += (
        f"\n<#char=0,{end}> a kg:EvidenceSpan ; kg:partOfArticle <> ;\n"
        f'    kg:beginIndex "0"^^xsd:nonNegativeInteger ; kg:endIndex "{end}"^^xsd:nonNegativeInteger ;\n'
        f'    kg:exactText "{first}" .\n'
    )
    path.write_text(content, encoding="utf-8")
    read, _ = read_project(load_settings(shapeless_mill, environ={}))
    (problem,) = run_checks(load_subject(read))
    assert (problem.code, problem.path, problem.severity) == ("evidence-too-wide", DOCUMENT, WARNING)
    assert problem.line == 11


#: Proved by a test of their own: here, in test_shape_faults.py, or in tests/reasoning.
ELSEWHERE = {
    "article-without-claims",
    "unreadable",
    "evidence-too-wide",
    "shape",
    "shapes",
    "unsupported-axiom",
    "draft-of-nothing",
}


def _codes_in(path: Path) -> Iterator[str]:
    """The literal codes in calls that make a problem."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            arguments = node.args[:2] if name == "Problem" else node.args[:1]
            if name in ("problem", "Problem", "fault"):
                yield from (
                    argument.value
                    for argument in arguments
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )


def test_every_problem_code_of_the_source_is_proved_by_a_fault() -> None:
    package = Path(kgraph.__file__).parent
    files = [path for room in ("checks", "build") for path in (package / room).glob("*.py")]
    files.append(package / "project" / "folder.py")
    codes = {code for file in files for code in _codes_in(file)}
    assert len(codes) > 30
    proved = {fault.code for fault in FAULTS if not fault.code.startswith("canned-")} | ELSEWHERE
    assert codes == proved
