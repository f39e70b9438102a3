"""The analyzer: text in, tokens with their places out. Pure; every engine and every query uses it.

Chinese is read as single characters, pairs of neighbours and words, in one script; Latin as stems. Documents and
queries meet in the tokens' texts, so whatever is changed here asks for a new index: raise `ANALYZER_VERSION`.
"""

from search.analysis.folding import Folded, fold
from search.analysis.tokens import Kind, Token, analyze, spaced, terms

ANALYZER_VERSION = 1

__all__ = ["ANALYZER_VERSION", "Folded", "Kind", "Token", "analyze", "fold", "spaced", "terms"]
