"""What was asked for and what was given: the ledger of lessons, and figures for a county. Counting is pure."""
