"""Whether a timetable keeps the rules: written from the format alone, sharing nothing with the room that plans.

Slow and plain on purpose. It takes parsed documents, and names each rule broken with where and why.
"""
