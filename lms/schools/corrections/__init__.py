"""A term's data put right row by row: read as cells are read, and judged as a document that is brought in."""
