"""Importing strangers on the desk's thread: whoever asked for it hears how it ended, or why it did not begin."""

import pytest

from osfi_gui.core.desk import ImportStrangers, OpenGallery, Phase
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.tune_desk import TuneDesk

PASSPHRASE = "correct horse"


@pytest.fixture
def strangers(desk_thread, hear, ask, engine, tmp_path, qtbot):
    """Give the desk of fine-tuning, which imports strangers, with an empty gallery open."""
    made = Desk()
    made.tuning = TuneDesk(made)
    heard = hear(made, "gallery_changed")
    made.tuning.said = hear(made.tuning, "job_changed", "noticed")
    desk_thread(made, lambda: ask(made.end))
    made.tuning.moveToThread(made.thread())
    ask(made.use_engine, engine)
    ask(made.open, OpenGallery(str(tmp_path / "gallery.osfi"), PASSPHRASE))
    qtbot.waitUntil(lambda: heard.last("gallery_changed") is not None)
    qtbot.waitUntil(lambda: heard.last("gallery_changed").phase is Phase.READY)
    return made


@pytest.fixture
def folder(tmp_path, demo_dir):
    """Give the demo's strangers as a folder with one folder a person."""
    for file in (demo_dir / "strangers").iterdir():
        (tmp_path / "others" / file.stem).mkdir(parents=True)
        (tmp_path / "others" / file.stem / file.name).write_bytes(file.read_bytes())
    return tmp_path / "others"


def test_an_import_that_has_to_wait_for_another_says_so_to_the_page_that_asked(strangers, folder, ask, qtbot):
    for _ in range(2):
        ask(strangers.tuning.import_strangers, ImportStrangers(str(folder)))
    qtbot.waitUntil(lambda: any(state.phase is Phase.READY for state in strangers.tuning.said.of("job_changed")))
    failed = [state for state in strangers.tuning.said.of("job_changed") if state.phase is Phase.FAILED]
    assert [(state.what, state.remedy) for state in failed] == [
        ("Something else is still being worked on.", "Wait for it, or cancel it.")
    ]
    assert strangers.opened().stranger_count() == 2
