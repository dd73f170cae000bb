"""What the program remembers between two starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osfi_gui.store.settings import Settings, load, save

SOME = Settings("Kamera 1, Büro", "/home/ölga/g.osfi", "dark", "AdnQywAD", "Olga 👩", "sface", precision="half")


def test_settings_come_back(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    assert load(file) == Settings()
    save(file, SOME)
    assert load(file) == SOME
    assert [beside.name for beside in file.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"theme": 3}', b'{"theme": null}'])
def test_a_damaged_file_gives_defaults_and_is_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    assert load(file) == Settings()
    assert not file.exists()
    assert (tmp_path / "settings.json.damaged").read_bytes() == content
    save(file, SOME)
    assert load(file) == SOME


def test_prototypes_are_in_full_precision_unless_half_was_chosen() -> None:
    assert (Settings().half, SOME.half, Settings(precision="double").half) == (False, True, False)


def test_settings_of_another_version_are_read_as_far_as_known(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark", "invented_later": [1]}))
    assert load(file) == Settings(theme="dark")


def test_a_save_that_fails_leaves_the_old_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.json"
    save(file, SOME)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(file, Settings())
    assert load(file) == SOME
    assert list(tmp_path.iterdir()) == [file]
