"""Paired remote classes: which weekly lesson streams cover most of what rural classes ask for.

Pure: dataclasses in, dataclasses out; no framework, no database, no clock but the time limit. Told in prose in
`docs/algorithms/pairing.md`; the format and the rules H1 to H16, S1 to S8 are those of `fieldschool-pairing/1`.
"""
