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

# A result earns at least this share of what a document with every term of the query could earn.
LEAST_SHARE = 0.04


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
    """A query made ready for one corpus: the terms worth looking for, and the least score worth showing."""

    terms: tuple[WeighedTerm, ...]
    least_score: float


def parse(text: str) -> Query:
    """Read what somebody typed: any text."""
    text = " ".join(text[:LONGEST].split())
    counts: Counter[tuple[str, Kind]] = Counter((token.text, token.kind) for token in analyze(text))
    terms = (Term(term, kind, count * KIND_WEIGHTS[kind]) for (term, kind), count in counts.items())
    return Query(text, tuple(terms)[:MOST_TERMS])


def idf(document_frequency: int, documents: int) -> float:
    """How much a term tells: Lucene's ln(1 + (N - n + .5) / (n + .5)), never negative."""
    return math.log(1 + (documents - document_frequency + 0.5) / (document_frequency + 0.5))


def weigh(query: Query, frequencies: Mapping[str, int], documents: int) -> Weighed:
    """Choose the terms to look for among `documents` documents, `frequencies` of which have each term."""
    weighed = [
        WeighedTerm(term.text, term.kind, term.weight, n, idf(n, documents))
        for term in query.terms
        for n in [min(frequencies.get(term.text, 0), documents)]
    ]
    best = sum(term.weight * term.idf for term in weighed)
    known = [term for term in weighed if term.document_frequency]
    if documents > LARGE:
        least = LEAST_IDF_SHARE * idf(1, documents)
        telling = [term for term in known if term.idf >= least]
        known = telling or sorted(known, key=lambda term: -term.idf)[:3]
    return Weighed(tuple(known), LEAST_SHARE * best)
