"""The walls between the rooms hold: imports go down only, and Qt stays where it belongs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "osfi_gui"


def imported(file):
    """Give the names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_contracts_of_the_project_file_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("file", sorted((PACKAGE / "workers").glob("*.py")), ids=lambda file: file.name)
def test_workers_know_of_qt_only_its_core(file):
    qt = {module for module in imported(file) if module.startswith("PySide6")}
    # A text document lays a report out on paper; it needs fonts, and no widget.
    assert qt <= {"PySide6.QtCore"} | ({"PySide6.QtGui"} if file.name == "pdf.py" else set())


def test_the_command_line_starts_without_qt_and_torch():
    """A terminal answers at once: whatever takes long is imported by the command that needs it."""
    code = "import sys, osfi_gui.cli; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"PySide6", "torch", "cv2", "sqlalchemy", "onnx"} & set(ast.literal_eval(done.stdout))


def test_the_window_starts_without_torch():
    """The window is there first; what recognises comes behind it."""
    code = "import sys, osfi_gui.app; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stdout))
    assert not {"cv2", "sqlalchemy", "onnx", "scipy", "facenet_pytorch", "torchvision"} & loaded
    assert sys.platform == "win32" or "torch" not in loaded


def test_no_room_is_a_drawer_for_everything():
    names = {path.stem for path in PACKAGE.rglob("*.py")}
    assert not {"utils", "util", "helpers", "common", "manager", "misc"} & names
