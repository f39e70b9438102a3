"""Who has to do with a term: schedulers, heads, helpers and lead teachers, taken in and let go."""
