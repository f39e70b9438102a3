"""Calendars that phones fetch (RFC 5545): one secret address for each teacher, class, room and school."""
