"""A file is there whole, or as it was."""

import os

import pytest

from manfaat.base.writing import written_whole


def test_a_file_that_cannot_be_finished_leaves_the_former_and_nothing_beside_it(tmp_path):
    target = tmp_path / "list.csv"
    target.write_text("former")

    def fail_midway() -> None:
        with written_whole(target) as path:
            path.write_text("hal")
            assert target.read_text() == "former"
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail_midway()
    assert target.read_text() == "former"
    assert [one.name for one in tmp_path.iterdir()] == ["list.csv"]


def test_a_file_keeps_its_mode_and_a_new_one_has_that_of_the_machine(tmp_path):
    target, other = tmp_path / "secret.csv", tmp_path / "deep" / "new.csv"
    target.write_text("former")
    target.chmod(0o600)
    before = os.umask(0o027)
    try:
        for one in (target, other):
            with written_whole(one) as path:
                path.write_text("new")
    finally:
        os.umask(before)
    assert [oct(one.stat().st_mode & 0o777) for one in (target, other)] == ["0o600", "0o640"]
    assert target.read_text() == other.read_text() == "new"


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("former")
    link.symlink_to(real)
    with written_whole(link) as path:
        path.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
