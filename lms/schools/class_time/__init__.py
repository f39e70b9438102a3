"""Class time: where a lesson is joined, what is shown, what happens when the link drops, and what became of it."""
