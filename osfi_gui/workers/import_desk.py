"""What the desk does for imports: enrols whole folders and files of one person, and takes back what was enrolled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import JobState, Notice, Phase, Tone
from osfi_gui.workers.desk import told

if TYPE_CHECKING:
    from osfi_gui.core.desk import ImportFiles, ImportFolder
    from osfi_gui.core.enrolment import EnrolReport
    from osfi_gui.workers.desk import Desk


class ImportDesk(QObject):
    """Serves the Enrol page's imports; lives on the desk's thread, because the desk owns the gallery.

    Parameters
    ----------
    desk : Desk
    """

    job_changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    @Slot(object)
    @told
    def import_folder(self, wanted: ImportFolder) -> None:
        """Enrol everybody of ROOT/NAME/picture."""
        from osfi_gui.services.enrol import check_root, enrol_folder

        root, store, encoder, detector = Path(wanted.root), self._desk.opened(), *self._desk.tools()
        check_root(root)
        job = self._desk.run(
            lambda token: enrol_folder(root, store=store, detector=detector, encoder=encoder, token=token)
        )
        job.changed.connect(self.job_changed)

    @Slot(object)
    @told
    def import_files(self, wanted: ImportFiles) -> None:
        """Enrol pictures of one person."""
        from osfi_gui.services.enrol import enrol_files

        files = [Path(file) for file in wanted.files]
        store, encoder, detector = self._desk.opened(), *self._desk.tools()
        job = self._desk.run(
            lambda token: enrol_files(wanted.name, files, store=store, detector=detector, encoder=encoder, token=token)
        )
        job.changed.connect(self.job_changed)

    @Slot(object)
    @told
    def undo(self, report: EnrolReport) -> None:
        """Take back what an import stored."""
        self._desk.opened().take_back(report.shot_ids, identity_ids=report.new_identities)
        self._desk.refresh()
        gone = "1 shot is" if len(report.shot_ids) == 1 else f"{len(report.shot_ids)} shots are"
        self.job_changed.emit(JobState(Phase.NONE))
        self.noticed.emit(Notice(f"The import was undone: {gone} gone.", tone=Tone.GOOD))
