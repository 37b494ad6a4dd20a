"""What a reviewer's words name: known things by label or name, new ones by ``label = Class``.

harbour museum          the one thing of the project that is called so
kgr:strike, <IRI>       itself
audit report = Report   something new, of a class of the ontology or the lexicon
"about 400"             a text; with kg:amount, kg:duration and kg:described the marks may be left out
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

import pyoxigraph as ox

from kgraph.drafting import Thing
from kgraph.errors import ReviewError
from kgraph.project.index import TripleIndex, key
from kgraph.rdf.terms import Term, compact, is_literal, local_name, parse_term
from kgraph.reviewing.choices import GENERAL_CLASSES, claim_properties, class_choices, near_classes
from kgraph.vocab import DCTERMS, KG, KGL, OWL, RDF_TYPE, RDFS, SKOS

__all__ = ["PERSON", "TIME_CLASS", "Naming"]

_ARTICLES: Final = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+")
#: The class of times as printed; the label of one is its words.
TIME_CLASS: Final = "kg:TimeExpression"
#: What somebody is who speaks, if nothing else is known.
PERSON: Final = "kg:Person"
#: Predicates whose values are texts, and whether these have a language.
_TEXTS: Final = {KG + "amount": False, KG + "duration": False, KG + "described": True}
_PROPERTIES: Final = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
#: Words for predicates that people write and no property is labelled with.
_SYNONYMS: Final = {"a": RDF_TYPE, "is a": RDF_TYPE, "type": RDF_TYPE, "creator": DCTERMS + "creator"}


class Naming:
    """The names of a project, for one article.

    Args:
        index: what the project's graphs say, the ontology included.
        ontology: what the ontology says without its alignments: its classes and properties can be named.
        prefixes: the namespaces that terms may be written with; ``a`` is the article's.
        resources: the namespace of the project's things.
        language: the article's language, for texts.
    """

    def __init__(
        self,
        index: TripleIndex,
        ontology: TripleIndex,
        prefixes: Mapping[str, str],
        *,
        resources: str,
        language: str,
    ) -> None:
        self._index = index
        self._ontology = ontology
        self.prefixes = dict(prefixes)
        self._resources = resources
        self._language = language
        self.classes: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.labels: dict[str, set[str]] = {}
        for iri in index:
            if not iri.startswith("_:"):
                self._learn(iri)

    def _learn(self, iri: str) -> None:
        index = self._index
        types = set(index.iris(iri, RDF_TYPE))
        label = index.literal(iri, RDFS + "label") or ""
        if iri in self._ontology:
            types.update(self._ontology.iris(iri, RDF_TYPE))
        elif types & {OWL + name for name in ("Class", *_PROPERTIES)}:
            return
        if OWL + "Class" in types:
            self.classes.setdefault(label.casefold(), iri)
            self.classes.setdefault(local_name(iri).casefold(), iri)
        elif any(OWL + name in types for name in _PROPERTIES):
            self.properties.setdefault(label.casefold(), iri)
            self.properties.setdefault(local_name(iri).casefold(), iri)
        elif KG + "TimeExpression" in types and iri.startswith(self.prefixes.get("a", "-")):
            self.labels.setdefault(_folded(label), set()).add(iri)
        elif not iri.startswith((KG, KGL)):
            for predicate in (SKOS + "prefLabel", SKOS + "altLabel"):
                for term in index.objects(iri, predicate):
                    self.labels.setdefault(_folded(term.value), set()).add(iri)  # type: ignore[union-attr]

    def label(self, term: str) -> str:
        """What a term as in Turtle is called."""
        try:
            node = parse_term(term, prefixes=self.prefixes)
        except ValueError:
            return term
        if isinstance(node, ox.Literal):
            return node.value
        index = self._index
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            if label := index.literal(node.value, predicate):
                return label
        return "is a" if node.value == RDF_TYPE else compact(node.value, self.prefixes)

    def shown(self, term: str) -> str:
        """A term as a form shows it: short, and read again as the same."""
        try:
            node = parse_term(term, prefixes=self.prefixes)
        except ValueError:
            return term
        return self.written(node)

    def called(self, term: str, predicate: str = "") -> str:
        """A term as a form shows it: by what it is called, where that is read again as the same."""
        try:
            node = parse_term(term, prefixes=self.prefixes)
            role = parse_term(predicate, prefixes=self.prefixes).value if predicate else ""
        except ValueError:
            return term
        if isinstance(node, ox.Literal):
            is_plain = role in _TEXTS and node.language in ("" if not _TEXTS[role] else self._language, None)
            is_read = not is_literal(node.value) or node.value[:1].isdigit()
            return node.value if is_plain and is_read else str(node)
        label = self.label(term)
        if role == RDF_TYPE:
            label = local_name(node.value)
            return label if self.classes.get(label.casefold()) == node.value else self.written(node)
        is_own = self.labels.get(_folded(label)) == {node.value} and "=" not in label
        return label if is_own else self.written(node)

    def role(self, predicate: str) -> str:
        """A predicate as a form shows it: by its label."""
        label = self.label(predicate)
        iri = _SYNONYMS.get(label) or self.properties.get(label.casefold())
        return label if iri == parse_term(predicate, prefixes=self.prefixes).value else self.shown(predicate)

    def role_words(self, cls: str) -> dict[str, str]:
        """What the roles of a type are called, by predicate as in Turtle: ``kg:agent`` is the "speaker"."""
        waiting, found = [parse_term(cls, prefixes=self.prefixes).value], dict[str, str]()
        for iri in waiting:
            waiting += [each for each in self._index.iris(iri, RDFS + "subClassOf") if each not in waiting]
            for node in self._index.objects(iri, KG + "roleWord"):
                role, label = (
                    self._index.iri(key(node), KG + "about"),
                    self._index.literal(key(node), RDFS + "label"),
                )
                if role and label:
                    found.setdefault(self.written(ox.NamedNode(role)), label)
        return found

    def known(self, label: str) -> str:
        """The one thing that is called so, as in Turtle; empty where there is none, or several."""
        found = self.labels.get(_folded(label), set())
        return self.written(ox.NamedNode(next(iter(found)))) if len(found) == 1 else ""

    def written(self, node: Term) -> str:
        """A node as in Turtle."""
        if isinstance(node, ox.NamedNode):
            short = compact(node.value, self.prefixes)
            local = short.partition(":")[2]
            plain = short != node.value and re.fullmatch(r"(?:[\w-][\w.-]*(?<!\.))?", local)
            return short if plain else f"<{node.value}>"
        return str(node)

    def is_known(self, iri: str) -> bool:
        """Whether the project says anything of it."""
        return iri in self._index or iri == RDF_TYPE

    def is_described(self, term: str) -> bool:
        """Whether the project or the article says anything of what a term means."""
        try:
            node = parse_term(term, prefixes=self.prefixes)
        except ValueError:
            return False
        return isinstance(node, ox.NamedNode) and self.is_known(node.value)

    def can_speak(self, cls: str) -> bool:
        """Whether things of a class are actors: who speaks is one (the range of kg:sourceAgent)."""
        try:
            waiting = [parse_term(cls, prefixes=self.prefixes).value]
        except ValueError:
            return False
        seen: set[str] = set()
        while waiting:
            iri = waiting.pop()
            if iri == KG + "Actor":
                return True
            if iri not in seen:
                seen.add(iri)
                waiting += self._index.iris(iri, RDFS + "subClassOf")
        return False

    def predicate(self, words: str) -> str:
        """The property that some words name.

        Raises:
            ReviewError: none, or nothing that the ontology has.
        """
        plain = words.strip()
        iri = _SYNONYMS.get(plain.casefold()) or self.properties.get(plain.casefold())
        if iri is None:
            iri = self._iri(plain, "predicate")
        return self.written(ox.NamedNode(iri))

    def value(self, words: str, predicate: str) -> tuple[str, Thing | None]:
        """What an object's words name, and the thing itself where it is new.

        Raises:
            ReviewError: nothing that is known, or several things.
        """
        plain = words.strip()
        iri = parse_term(predicate, prefixes=self.prefixes).value
        if iri == RDF_TYPE:
            return self.cls(plain), None
        if iri in _TEXTS and not is_literal(plain):
            text = ox.Literal(plain, language=self._language) if _TEXTS[iri] else ox.Literal(plain)
            return str(text), None
        if iri in _TEXTS and plain[:1] in "0123456789+-":
            return str(ox.Literal(plain)), None
        if is_literal(plain):
            try:
                return str(parse_term(plain, prefixes=self.prefixes)), None
            except ValueError as error:
                raise ReviewError(
                    f"{plain!r} cannot be read: {error}.", hint='Write it as "text".'
                ) from error
        return self.thing(plain, role="object")

    def thing(self, words: str, *, role: str) -> tuple[str, Thing | None]:
        """The name of what some words mean, and the thing itself where it is new.

        Raises:
            ReviewError: nothing that is known, or several things.
        """
        plain = words.strip()
        if not plain:
            raise ReviewError(f"The {role} is missing.", hint="Name a thing, or write: label = Class.")
        label, equals, cls = plain.rpartition("=")
        if "=" in label and not plain.startswith("<"):
            raise ReviewError(
                f"{plain!r} has more than one '=' ({role}).", hint="Write: label = Class, once."
            )
        if equals and not plain.startswith("<"):
            there = self.labels.get(_folded(label), set())
            if len(there) == 1:  # it is known, and is to be of this class
                term = self.written(ox.NamedNode(next(iter(there))))
                return term, Thing(term, label.strip(), self.cls(cls))
            return self._new(label.strip(), self.cls(cls))
        known = self.labels.get(_folded(plain), set())
        if len(known) == 1:
            return self.written(ox.NamedNode(next(iter(known)))), None
        if len(known) > 1:
            names = ", ".join(sorted(compact(iri, self.prefixes) for iri in known)[:5])
            raise ReviewError(f"{plain!r} may be {names}.", hint="Give one of these names.")
        return self.written(ox.NamedNode(self._iri(plain, role))), None

    def agent(self, words: str) -> tuple[str, Thing | None]:
        """A speaker: as a thing is named, or a new person by a name alone."""
        plain = words.strip()
        is_name = ":" not in plain and "=" not in plain and not plain.startswith("<")
        if is_name and not self.labels.get(_folded(plain)) and (bare := _ARTICLES.sub("", plain)):
            if known := self.labels.get(_folded(bare)):
                return self.thing(self.written(ox.NamedNode(min(known))), role="speaker")
            return self._new(bare, PERSON)
        return self.thing(plain, role="speaker")

    def cls(self, words: str) -> str:
        """The class that some words name.

        Raises:
            ReviewError: there is none.
        """
        plain = words.strip()
        iri = self.classes.get(plain.casefold())
        if iri is None and ":" in plain:
            iri = self._iri(plain, "class")
        if iri is None:
            raise ReviewError(
                f"There is no class {plain!r}.",
                hint=self._near(plain) + "'kgraph lexicon WORD' lists types of events, states and things.",
            )
        return self.written(ox.NamedNode(iri))

    def _near(self, words: str) -> str:
        if near := near_classes(words, self.classes, self._ontology):
            return f"Near: {', '.join(near)}. "
        return f"General ones: {', '.join(GENERAL_CLASSES)}. "

    def new(self, label: str, cls: str) -> Thing:
        """Something new under a name that nothing has.

        Raises:
            ReviewError: the label has no letter.
        """
        return self._new(label, cls)[1]

    def _new(self, label: str, cls: str) -> tuple[str, Thing]:
        if cls == TIME_CLASS:
            local = "-".join(_ascii(word) or word for word in _WORD.findall(label)).lower()
            return f"a:{local}", Thing(f"a:{local}", label, cls)
        words = [word for word in _WORD.findall(label) if word.casefold() not in ("the", "a", "an")]
        if not words:
            raise ReviewError(
                f"{label!r} is no label.", hint="Write: label = Class, as in: audit report = Report."
            )
        ascii_words = [_ascii(word) or word for word in words]
        name = ascii_words[0][:1].lower() + ascii_words[0][1:]
        name += "".join(word[:1].upper() + word[1:] for word in ascii_words[1:])
        number, local = 1, name
        while self.is_known(self._resources + local):
            number += 1
            local = f"{name}{number}"
        term = self.written(ox.NamedNode(self._resources + local))
        return term, Thing(term, label, cls)

    def _iri(self, words: str, role: str) -> str:
        """The IRI that a name or an IRI in brackets means, where the project knows it.

        Raises:
            ReviewError: it is none, or nobody knows it.
        """
        hint = "Give the name or the label of something known, or write: label = Class."
        if ":" not in words:
            raise ReviewError(f"Nothing here is called {words!r} ({role}).", hint=hint)
        try:
            node = parse_term(words, prefixes=self.prefixes)
        except ValueError as error:
            raise ReviewError(f"{words!r} is no name ({role}): {error}.", hint=hint) from error
        article = self.prefixes.get("a", "-")
        is_own = node.value.startswith(article) or node.value == article.rstrip("/")
        if not is_own and not self.is_known(node.value):
            raise ReviewError(f"Nothing describes {words} ({role}).", hint=hint)
        return node.value

    def known_classes(self) -> list[tuple[str, str]]:
        """Names of classes with the words that evoke them, for lists to choose from."""
        return class_choices(self.classes.values(), self._ontology)

    def known_properties(self) -> list[str]:
        """Labels of the properties that claims are made with, for lists to choose from."""
        found = claim_properties(self.properties.values(), self._ontology)
        return sorted({"is a", *(self.label(f"<{iri}>") for iri in found)})

    def known_things(self) -> Iterable[str]:
        """What things are called, for lists to choose from; names where several things share a label."""
        for folded, iris in sorted(self.labels.items()):
            for iri in sorted(iris):
                shown = (self._index.literal(iri, label) for label in (SKOS + "prefLabel", RDFS + "label"))
                yield compact(iri, self.prefixes) if len(iris) > 1 else next(filter(None, shown), folded)


def _folded(label: str) -> str:
    return _ARTICLES.sub("", " ".join(label.split())).casefold()


def _ascii(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return re.sub(r"[^A-Za-z0-9]", "", decomposed)
