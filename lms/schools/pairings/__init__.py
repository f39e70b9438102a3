"""Pairings of receiving schools and lead sites: proposed, published, objected to, agreed."""
