"""Frozen dataclasses to JSON and back, by their annotations."""

import dataclasses
import types
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> dict[str, Any]:
    """A dataclass as JSON can hold it."""
    return dataclasses.asdict(value)


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass again. Raises TypeError when `data` was written for another shape of it."""
    hints = get_type_hints(kind)
    return kind(**{name: _thaw(hints.get(name, Any), value) for name, value in data.items()})


def _thaw(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _thaw(next(part for part in arguments if part is not type(None)), value)
    if origin is tuple:
        parts = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else arguments
        return tuple(_thaw(part, item) for part, item in zip(parts, value, strict=True))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, value)
    return value
