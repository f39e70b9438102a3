"""Fixtures that every room's tests may use. Each room adds its own beside its tests."""
