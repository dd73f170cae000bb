"""The program is killed in the middle of an import, as by a power cut."""

import shutil
import signal
import subprocess
import sys

import pytest

from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "correct horse"
PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
from osfi_gui.app import App, Options
from osfi_gui.core.desk import ImportFolder, OpenGallery, Phase

application = QApplication([])
gallery, passphrase, root = sys.argv[1:]
app = App(Options(gallery=gallery))
window = app.window

def on_gallery(state):
    if state.phase is Phase.READY and window.enrol.imports.folder.isEnabled() and state.people == 0:
        window.enrol.imports.import_folder(root)

app.desk.prompted.connect(lambda prompt: window.open_requested.emit(OpenGallery(gallery, passphrase)))
app.desk.gallery_changed.connect(on_gallery)
app.import_desk.job_changed.connect(lambda state: print(state.phase, state.done, flush=True))
app.begin()
application.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill that cannot be heard")
def test_a_killed_import_leaves_whole_people(tmp_path, demo_dir):
    root, path = tmp_path / "people", tmp_path / "gallery.osfi"
    for number in range(12):
        shutil.copytree(demo_dir / "enrol" / "Jacinda Ardern", root / f"Person {number:02}")
    command = [sys.executable, "-c", PROGRAM, str(path), PASSPHRASE, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        seen = []
        for line in running.stdout:
            seen.append(line.split())
            # One picture of the fourth person is examined, the other is not.
            if seen[-1] == ["waiting", "7"]:
                break
        running.kill()
        assert running.wait(30) == -signal.SIGKILL
    assert seen[-1] == ["waiting", "7"], seen
    with GalleryFile.open(path, PASSPHRASE) as store:
        people = store.identities()
        assert [person.name for person in people][:3] == ["Person 00", "Person 01", "Person 02"]
        assert 3 <= len(people) < 12
        assert {person.shots for person in people} == {2}
        assert len(store.embeddings("sface").shot_ids) == 2 * len(people)
        assert store.revision == len(people)
        assert store.add_identity("Somebody").name == "Somebody"
