"""A dated lesson at another time: where it could go, what stands in the way elsewhere, and the move itself."""
