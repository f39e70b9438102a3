"""Fixtures that every room's tests may use. Each room adds its own beside its tests."""

from hypothesis import settings

# No test asserts a time: a busy machine is no failure.
settings.register_profile("fieldschool", deadline=None)
settings.load_profile("fieldschool")
