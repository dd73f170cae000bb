"""Every connection between the window and the threads, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from osfi_gui.views.drawn_frame import draw_seen

if TYPE_CHECKING:
    from osfi_gui.views.window import MainWindow
    from osfi_gui.workers.calibrate_desk import CalibrateDesk
    from osfi_gui.workers.capture import CaptureThread
    from osfi_gui.workers.computer import Computer
    from osfi_gui.workers.desk import Desk
    from osfi_gui.workers.encoders import EncoderShelf
    from osfi_gui.workers.import_desk import ImportDesk
    from osfi_gui.workers.recognition import RecognitionThread
    from osfi_gui.workers.recorder import Recorder
    from osfi_gui.workers.recordings import RecordingShelf
    from osfi_gui.workers.tune_desk import TuneDesk
    from osfi_gui.workers.tuning import TuneThread


def connect(
    window: MainWindow, *, capture: CaptureThread, recognition: RecognitionThread, desk: Desk, computer: Computer
) -> None:
    """Join intents to the threads that serve them, and states to the views that show them.

    Parameters
    ----------
    window : MainWindow
    capture, recognition : QThread
    desk : Desk
    computer : Computer
        Both on a thread of their own.
    """
    identify, enrol, gallery = window.identify, window.enrol, window.gallery

    # Intents: the source
    window.source_requested.connect(capture.play)
    window.retry_requested.connect(capture.again)
    identify.retry_requested.connect(capture.again)
    enrol.retry_requested.connect(capture.again)

    window.cameras_requested.connect(computer.list_cameras)

    # Intents: what recognition does
    window.page_changed.connect(recognition.look)
    identify.enrol_this_requested.connect(recognition.begin_draft_with)
    enrol.shot_requested.connect(recognition.take_shot)
    enrol.shot_removed_requested.connect(recognition.remove_shot)
    enrol.draft_cleared.connect(recognition.clear_draft)
    enrol.auto_requested.connect(recognition.take_by_itself)

    # Intents: what the gallery does
    window.open_requested.connect(desk.open)
    window.unlock_requested.connect(desk.ask)
    window.gallery_requested.connect(desk.begin)
    window.lock_requested.connect(desk.lock)
    identify.portrait_requested.connect(desk.read_portrait)
    identify.not_this_person_requested.connect(desk.keep_stranger)
    enrol.portrait_requested.connect(desk.read_portrait)
    enrol.enrol_requested.connect(desk.enrol)
    gallery.listing_requested.connect(desk.list_people)
    gallery.person_requested.connect(desk.read_person)
    gallery.portrait_requested.connect(desk.read_portrait)
    gallery.rename_requested.connect(desk.rename)
    gallery.merge_requested.connect(desk.merge)
    gallery.remove_shot_requested.connect(desk.remove_shot)
    gallery.erase_requested.connect(desk.erase)
    gallery.unlock_requested.connect(desk.ask)

    # Threads among themselves
    recognition.engine_loaded.connect(desk.use_engine)
    # Not before: until then everything that can wait does, so that the first decision does not.
    recognition.engine_changed.connect(computer.look_for_conflicts)
    desk.session_changed.connect(recognition.use_session)
    desk.enrolled.connect(recognition.clear_draft)

    # States
    capture.source_changed.connect(window.show_source)
    recognition.engine_changed.connect(window.show_engine)
    desk.gallery_changed.connect(window.show_gallery)
    computer.cameras_listed.connect(window.show_cameras)
    desk.prompted.connect(window.ask_passphrase)
    desk.names_changed.connect(enrol.show_names)
    desk.listed.connect(gallery.show_listing)
    desk.person_read.connect(gallery.show_person)
    desk.portrait_read.connect(identify.show_portrait)
    desk.portrait_read.connect(enrol.show_portrait)
    desk.portrait_read.connect(gallery.show_portrait)
    desk.enrolled.connect(enrol.show_enrolled)
    desk.enrol_refused.connect(enrol.show_refused)
    for worker in (capture, recognition, desk, computer):
        worker.noticed.connect(window.show_notice)


def connect_imports(window: MainWindow, *, desk: ImportDesk, gallery: Desk) -> None:
    """Join the Enrol page's imports to the desk that takes their steps.

    Parameters
    ----------
    window : MainWindow
    desk : ImportDesk
    gallery : Desk
        Whose thread ``desk`` lives on.
    """
    page = window.enrol

    # Intents
    page.import_folder_requested.connect(desk.import_folder)
    page.import_files_requested.connect(desk.import_files)
    page.import_cancel_requested.connect(gallery.cancel)
    page.import_undo_requested.connect(desk.undo)

    # States
    desk.job_changed.connect(page.show_job)
    desk.noticed.connect(window.show_notice)


def connect_tuning(window: MainWindow, *, desk: TuneDesk, tuning: TuneThread, gallery: Desk) -> None:
    """Join the Fine-tune page to the thread that tunes and to the desk that keeps what it made.

    Parameters
    ----------
    window : MainWindow
    desk : TuneDesk
    tuning : TuneThread
    gallery : Desk
        Whose thread ``desk`` lives on.
    """
    page = window.tune

    # Intents
    page.tune_view_requested.connect(desk.show)
    page.tune_requested.connect(desk.tune)
    # Direct, because the thread that tunes has no time to listen: it looks at a token between two passes.
    page.tune_cancel_requested.connect(tuning.cancel, Qt.ConnectionType.DirectConnection)
    page.promote_requested.connect(desk.promote)
    page.roll_back_requested.connect(desk.roll_back)
    page.note_requested.connect(desk.note)
    page.remove_version_requested.connect(desk.remove)
    page.strangers_requested.connect(desk.import_strangers)
    page.strangers_cancel_requested.connect(gallery.cancel)
    page.unlock_requested.connect(gallery.ask)

    # Threads among themselves
    desk.prepared.connect(tuning.begin)
    tuning.tuned.connect(desk.keep)

    # States
    desk.choices_read.connect(page.show_choices)
    desk.readiness_read.connect(page.show_readiness)
    desk.shots_seen.connect(page.show_look)
    desk.versions_listed.connect(page.show_versions)
    desk.state_changed.connect(page.show_run)
    desk.job_changed.connect(page.show_job)
    tuning.changed.connect(page.show_run)
    for said in (desk.state_changed, tuning.changed):
        said.connect(window.settings.show_run)
    desk.noticed.connect(window.show_notice)


def connect_calibration(
    window: MainWindow,
    *,
    desk: CalibrateDesk,
    strangers: TuneDesk,
    tuning: TuneThread,
    recognition: RecognitionThread,
    gallery: Desk,
) -> None:
    """Join the Calibrate page to the desk that scores the gallery and keeps what was chosen.

    Parameters
    ----------
    window : MainWindow
    desk : CalibrateDesk
    strangers : TuneDesk
        Imports them, for both pages; keeps the results of runs.
    tuning : TuneThread
        While it runs, nothing is measured again by itself.
    recognition : RecognitionThread
        Looks at the camera while strangers are recorded.
    gallery : Desk
        Whose thread the two desks live on.
    """
    page, again = window.calibrate, desk.again

    # Intents
    page.calibration_view_requested.connect(desk.show)
    page.measure_requested.connect(desk.measure)
    page.measure_cancel_requested.connect(gallery.cancel)
    page.point_requested.connect(desk.choose)
    page.report_requested.connect(desk.report)
    page.report_cancel_requested.connect(desk.cancel_report)
    for place in (window.identify, page):
        place.offer_used.connect(again.use)
        place.offer_looked_at.connect(again.look)
        place.offer_left.connect(again.leave)
    page.strangers_requested.connect(strangers.import_strangers)
    page.strangers_cancel_requested.connect(gallery.cancel)
    page.recording_toggled.connect(desk.begin_recording)
    page.watch_requested.connect(recognition.look)
    page.stranger_seen.connect(desk.keep_stranger)
    page.unlock_requested.connect(gallery.ask)

    # Threads among themselves
    gallery.gallery_changed.connect(desk.follow)
    tuning.changed.connect(again.follow_run)
    # A run that comes to its end says so only when its result is kept.
    strangers.state_changed.connect(again.follow_run)

    # States
    desk.calibration_read.connect(page.show_calibration)
    desk.job_changed.connect(page.show_job)
    desk.stranger_recorded.connect(page.show_recorded)
    strangers.job_changed.connect(page.show_strangers_job)
    desk.report_changed.connect(page.show_report)
    for place in (window.identify, page):
        again.offered.connect(place.show_offer)
    for worker in (desk, again):
        worker.noticed.connect(window.show_notice)


def connect_recorder(
    window: MainWindow, *, recorder: Recorder, shelf: RecordingShelf, capture: CaptureThread, gallery: Desk
) -> None:
    """Join the button that records, and the list of recordings, to the threads that write and that list.

    Parameters
    ----------
    window : MainWindow
    recorder : Recorder
    shelf : RecordingShelf
        On the thread of the encoders' shelf.
    capture : CaptureThread
    gallery : Desk
        Whose key a recording is encrypted with.
    """
    bar, page = window.identify.record, window.settings.recordings

    # Intents
    bar.record_requested.connect(recorder.record)
    bar.stop_requested.connect(recorder.stop)
    page.recordings_requested.connect(shelf.show)
    page.remove_requested.connect(shelf.remove)
    shelf.use_drawing(draw_seen)
    page.exporting.export_requested.connect(shelf.export)
    page.exporting.cancel_requested.connect(shelf.cancel_export)
    window.gallery.erase_requested.connect(shelf.look_for)

    # Threads among themselves
    gallery.key_changed.connect(recorder.use_key)
    gallery.key_changed.connect(shelf.use_key)
    capture.source_changed.connect(recorder.show_source)
    # On that thread, as it ends: what is half exported must not stay.
    shelf.thread().finished.connect(shelf.leave_export, Qt.ConnectionType.DirectConnection)

    # States
    recorder.changed.connect(window.show_recording)
    shelf.listed.connect(page.show_recordings)
    shelf.exporting.connect(page.exporting.show_job)
    for worker in (recorder, shelf):
        worker.noticed.connect(window.show_notice)


def connect_encoders(window: MainWindow, *, shelf: EncoderShelf, recognition: RecognitionThread, gallery: Desk) -> None:
    """Join the list of encoders to the thread that keeps them.

    Parameters
    ----------
    window : MainWindow
    shelf : EncoderShelf
        On a thread of its own.
    recognition : RecognitionThread
    gallery : Desk
    """
    page = window.settings.encoders

    # Intents
    window.settings.matching.half_requested.connect(gallery.use_half)
    page.encoders_requested.connect(shelf.show)
    page.examine_requested.connect(shelf.examine)
    page.import_requested.connect(shelf.take)
    page.import_left.connect(shelf.leave)
    page.use_requested.connect(shelf.use)
    page.remove_requested.connect(shelf.remove)

    # Threads among themselves
    recognition.engine_loaded.connect(shelf.use_engine)
    shelf.engine_loaded.connect(gallery.use_engine)

    # States
    shelf.listed.connect(page.show_encoders)
    shelf.changed.connect(page.show_shelf)
    shelf.engine_changed.connect(window.show_engine)
