"""The demonstration: courses it writes, draws, narrates and films itself, and the processes that show them."""
