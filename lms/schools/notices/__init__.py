"""Notices of what was published, moved or cancelled: a text to paste, to robots of groups, and by e-mail."""
