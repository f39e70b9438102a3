"""What lies in the folders of a test."""

from pathlib import Path


def files_in(folder: Path) -> set[str]:
    """The names of all files under a folder."""
    return {path.name for path in folder.rglob("*") if path.is_file()}
