"""Static files are gathered when one of them has changed, and not otherwise: a second start takes seconds."""

from pathlib import Path

import pytest

from inspections.management.static_files import collect_when_changed


@pytest.fixture
def source(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "page.css").write_text("body { color: black }")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "gathered"
    return folder


def test_gathering_happens_once_and_again_after_a_change(source: Path, settings) -> None:
    gathered = Path(settings.STATIC_ROOT)
    assert collect_when_changed()
    assert (gathered / "page.css").read_text() == "body { color: black }"
    assert not collect_when_changed()
    (source / "page.css").write_text("body { color: darkslategrey }")
    assert collect_when_changed()
    assert (gathered / "page.css").read_text() == "body { color: darkslategrey }"
    (source / "page.css").rename(source / "other.css")
    assert collect_when_changed()
    assert not (gathered / "page.css").exists(), "what is gone at the source is gone here"


def test_an_interrupted_gathering_is_done_again(source: Path, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    collect_when_changed()
    (source / "more.css").write_text("p {}")

    def interrupted(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("inspections.management.static_files.call_command", interrupted)
        with pytest.raises(KeyboardInterrupt):
            collect_when_changed()
    assert collect_when_changed()
