"""Repair of dated lessons: what an event takes away, and what can be done about it with the least change.

`types`, `diary` and `fixes` are pure: dated lessons in, ranked fixes out. `reading` makes them of rows, `services`
stores the fix that was chosen.
"""
