"""What somebody looks for: text in, weighted terms out. Pure; engines turn terms into their own language."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from search.analysis import Kind, analyze

LONGEST = 400  # characters of a query that are read; nobody types more
MOST_TERMS = 256

# How much a token of each kind counts (docs/decisions, measured by benchmarks.search).
KIND_WEIGHTS: Mapping[Kind, float] = {Kind.CHARACTER: 0.7, Kind.PAIR: 1.0, Kind.WORD: 0.7, Kind.TERM: 1.0}

# In a corpus this large, terms that hardly tell documents apart cost more time than they are worth.
LARGE = 10_000
LEAST_IDF_SHARE = 0.3  # of the idf of a term that one document has


@dataclass(frozen=True)
class Term:
    """A token to look for. `weight` multiplies its score; a term that was typed twice weighs twice.

    Terms are added up, so other names of the same thing are further terms of a lower weight.
    """

    text: str
    kind: Kind
    weight: float


@dataclass(frozen=True)
class Query:
    """A parsed query; `terms` is empty when nothing can be looked for."""

    text: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class WeighedTerm:
    """A term with what the corpus says about it. `document_frequency` is the number of documents that have it."""

    text: str
    kind: Kind
    weight: float
    document_frequency: int
    idf: float


@dataclass(frozen=True)
class Weighed:
    """A query made ready for one corpus.

    A result has at least one of the `telling` terms; `others` only add to its score. Single characters are such: of
    量子力学 they find every page about 学习.
    """

    telling: tuple[WeighedTerm, ...]
    others: tuple[WeighedTerm, ...]

    def worths(self) -> dict[str, float]:
        """How much each term tells."""
        return {term.text: term.weight * term.idf for term in (*self.telling, *self.others)}


def parse(text: str) -> Query:
    """Read what somebody typed: any text."""
    text = " ".join(text[:LONGEST].split())
    counts: Counter[tuple[str, Kind]] = Counter((token.text, token.kind) for token in analyze(text))
    terms = (Term(term, kind, count * KIND_WEIGHTS[kind]) for (term, kind), count in counts.items())
    return Query(text, tuple(terms)[:MOST_TERMS])


def idf(document_frequency: int, documents: int) -> float:
    """How much a term tells: Lucene's ln(1 + (N - n + .5) / (n + .5)), never negative."""
    return math.log(1 + (documents - document_frequency + 0.5) / (document_frequency + 0.5))


def weigh(query: Query, frequencies: Mapping[str, int], documents: int, *, loose: bool = False) -> Weighed:
    """Choose the terms to look for among `documents` documents, `frequencies` of which have each term.

    `loose`: single characters make a result too, as they do when nothing else was asked for.
    """
    known = [
        WeighedTerm(term.text, term.kind, term.weight, n, idf(n, documents))
        for term in query.terms
        for n in [min(frequencies.get(term.text, 0), documents)]
        if n
    ]
    if documents > LARGE:
        least = LEAST_IDF_SHARE * idf(1, documents)
        worthwhile = [term for term in known if term.idf >= least]
        known = worthwhile or sorted(known, key=lambda term: -term.idf)[:3]
    if loose or all(term.kind is Kind.CHARACTER for term in query.terms):
        return Weighed(tuple(known), ())
    return Weighed(
        tuple(term for term in known if term.kind is not Kind.CHARACTER),
        tuple(term for term in known if term.kind is Kind.CHARACTER),
    )
