"""Imports at the desk: real pictures, told step by step, stopped between people, taken back whole."""

import shutil

from desk_states import PASSPHRASE, PEOPLE, is_open, job, people, stored

from osfi_gui.core.desk import ImportFiles, ImportFolder, Notice, OpenGallery, Phase, Tone


def test_an_import_says_how_far_it_is_and_what_it_did(peopled, path):
    states = peopled.heard.of("job_changed")
    assert [(state.done, state.total) for state in states[1:-1]] == [(done, 6) for done in range(1, 7)]
    end = states[-1]
    assert (end.report.people, end.report.shots, end.report.refused) == (4, 6, 0)
    assert len(set(end.report.shot_ids)) == 6
    assert [report.status for report in end.files] == ["enrolled"] * 6
    assert stored(path) == PEOPLE


def test_refused_files_are_listed_with_their_reason(opened, demo_dir, tmp_path, ask, qtbot):
    grace = demo_dir / "enrol" / "Grace Hopper" / "1983.jpg"
    broken, twice = tmp_path / "broken.jpg", tmp_path / "twice.jpg"
    broken.write_bytes(b"this is no picture")
    shutil.copy(grace, twice)
    ask(opened.importing.import_files, ImportFiles("Grace Hopper", (str(broken), str(grace), str(twice))))
    qtbot.waitUntil(lambda: job(opened) is Phase.READY)
    end = opened.heard.last("job_changed")
    reasons = {report.file: report.reason for report in end.files}
    assert reasons[str(twice)] == "The same picture is enrolled already."
    assert "broken.jpg" in reasons[str(broken)]
    assert reasons[str(grace)] == ""
    assert (end.report.people, end.report.shots, end.report.refused) == (1, 1, 2)


def test_an_import_is_undone(peopled, path, ask, qtbot):
    ask(peopled.importing.undo, peopled.heard.last("job_changed").report)
    qtbot.waitUntil(lambda: people(peopled) == 0)
    assert stored(path) == {}
    qtbot.waitUntil(lambda: peopled.heard.last("noticed") is not None)
    assert peopled.heard.last("noticed").what == "The import was undone: 6 shots are gone."


def test_a_cancelled_import_keeps_whole_people_only(opened, path, demo_dir, ask, qtbot):
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    # Jacinda Ardern, the last one, has two pictures: the import is stopped between them.
    qtbot.waitUntil(lambda: opened.heard.last("job_changed") is not None)
    ask(opened.cancel)
    qtbot.waitUntil(lambda: job(opened) not in {None, Phase.WAITING})
    end = opened.heard.last("job_changed")
    assert end.phase is Phase.ENDED
    assert end.what == "Stopped."
    assert end.remedy == f"{end.report.people} people are enrolled and stay."
    kept = stored(path)
    assert kept == {name: shots for name, shots in PEOPLE.items() if name in kept}
    assert len(kept) == end.report.people < 4
    qtbot.waitUntil(lambda: people(opened) == len(kept))


def test_one_import_at_a_time(opened, demo_dir, ask, qtbot):
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: job(opened) is Phase.READY)
    assert opened.heard.of("noticed") == [
        Notice("Something else is still being worked on.", "Wait for it, or cancel it.", Tone.BAD)
    ]
    qtbot.waitUntil(lambda: people(opened) == 4)


def test_others_are_served_while_an_import_runs(opened, demo_dir, ask, qtbot):
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    ask(opened.list_people)
    qtbot.waitUntil(lambda: job(opened) is Phase.READY)
    said = [name for name, value in opened.heard if name == "listed" or value is opened.heard.last("job_changed")]
    assert said == ["listed", "job_changed"]


def test_locking_ends_an_import_and_leaves_whole_people(opened, path, demo_dir, ask, qtbot):
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: opened.heard.last("job_changed") is not None)
    ask(opened.lock)
    qtbot.waitUntil(lambda: not is_open(opened))
    ends = [state for state in opened.heard.of("job_changed") if state.phase is not Phase.WAITING]
    assert [(state.phase, state.remedy) for state in ends] == [
        (Phase.ENDED, "The gallery was closed; who was enrolled by then stays.")
    ]
    # Said before the gallery is locked, so that the report does not come back onto a locked screen.
    assert [name for name, _ in opened.heard[-2:]] == ["job_changed", "gallery_changed"]
    kept = stored(path)
    assert kept == {name: shots for name, shots in PEOPLE.items() if name in kept}
    # And nothing stands in the way of the next one.
    ask(opened.open, OpenGallery(str(path), PASSPHRASE))
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: job(opened) is Phase.READY)
    assert stored(path) == PEOPLE
    assert opened.heard.of("noticed") == []


def test_nothing_is_imported_before_the_models_are_there(desk, path, demo_dir, ask, qtbot):
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    ask(desk.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: desk.heard.last("noticed") is not None)
    assert desk.heard.last("noticed").what == "The face models are still being loaded."
    assert desk.heard.of("job_changed") == []


def test_a_folder_of_nobody_is_refused(opened, tmp_path, ask, qtbot):
    (tmp_path / "empty").mkdir()
    ask(opened.importing.import_folder, ImportFolder(str(tmp_path / "empty")))
    qtbot.waitUntil(lambda: opened.heard.last("noticed") is not None)
    assert opened.heard.last("noticed").what == "The folder empty holds no folder with pictures."
