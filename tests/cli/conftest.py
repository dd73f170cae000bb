"""The command line as a person calls it, in this process: what it prints, what it complains about, how it ends."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from osfi_gui.cli import main
from osfi_gui.core.events import Token
from osfi_gui.services.enrol import enrol_files
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import Detector, Encoder

PASSPHRASE = "a passphrase for the tests"
PEOPLE = ("Emmanuel Macron", "Jacinda Ardern")


@dataclass(frozen=True)
class Done:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaints(self) -> list[str]:
        """Standard error by line, without what is only a remark on the threshold."""
        return [line for line in self.err.splitlines() if not line.startswith("Default threshold")]

    @property
    def failure(self) -> str:
        """The one line by which a failed call says why."""
        assert self.code == 1, (self.code, self.out, self.err)
        lines = self.err.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("osfi: ")
        assert "Traceback" not in lines[0]
        return lines[0].removeprefix("osfi: ")


@pytest.fixture
def osfi(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Call the command line; nothing but its arguments and the passphrase in the environment reaches it."""
    monkeypatch.setenv("OSFI_PASSPHRASE", PASSPHRASE)

    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["osfi", *(str(argument) for argument in arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture
def people(demo_dir: Path, tmp_path: Path) -> Path:
    """Give a folder ROOT/NAME/picture of two of the demo's people."""
    root = tmp_path / "people"
    for name in PEOPLE:
        (root / name).mkdir(parents=True)
        shutil.copy(sorted((demo_dir / "enrol" / name).iterdir())[0], root / name)
    return root


@pytest.fixture(scope="session")
def enrolled(demo_dir: Path, mtcnn: Detector, sface: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a closed gallery in which these two are enrolled; it is copied, never opened."""
    path = tmp_path_factory.mktemp("enrolled") / "desk.osfi"
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        for name in PEOPLE:
            files = sorted((demo_dir / "enrol" / name).iterdir())[:1]
            list(enrol_files(name, files, store=store, detector=mtcnn, encoder=sface, token=Token()))
        assert [(person.name, person.shots) for person in store.identities()] == [(name, 1) for name in sorted(PEOPLE)]
    return path


@pytest.fixture
def desk(enrolled: Path, tmp_path: Path) -> Path:
    """Give a gallery of one's own in which these two are enrolled."""
    return Path(shutil.copy(enrolled, tmp_path / "desk.osfi"))
