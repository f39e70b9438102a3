from pathlib import Path

from lms.schools.scheduling.compiled import first_writable


def test_compiled_loops_are_kept_in_the_first_place_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folders = [tmp_path / "file" / "below", tmp_path / "new" / "below", tmp_path]
    assert first_writable(folders) == tmp_path / "new" / "below"
    assert first_writable(folders[:1]) is None
