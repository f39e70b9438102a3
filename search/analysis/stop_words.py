"""English words that say nothing about a subject."""

_WORDS = """
a an and are as at be but by for from has have how if in into is it its no not of on or s such that the their then
there these they this to was were what when where which who will with
"""
STOP_WORDS = frozenset(_WORDS.split())
