"""A look at the computer off the GUI thread: which cameras there are, and which packages do not go together."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import EngineState, Notice, Phase, SourceChoice, Tone


class Computer(QObject):
    """Answers questions about the computer; lives on a thread of its own or the desk's."""

    cameras_listed = Signal(object)
    noticed = Signal(object)

    @Slot()
    def list_cameras(self) -> None:
        """List the cameras by name; of two with the same name the second is reached by its path."""
        from osfi_gui.vision.sources import list_cameras

        cameras = list_cameras()
        seen: Counter[str] = Counter()
        choices = []
        for camera in cameras:
            seen[camera.name] += 1
            twin = seen[camera.name] > 1
            label = f"{camera.name} ({seen[camera.name]})" if twin else camera.name
            choices.append(SourceChoice(label, f"camera:{camera.path if twin and camera.path else camera.name}"))
        self.cameras_listed.emit(tuple(choices))

    @Slot(object)
    def look_for_conflicts(self, engine: EngineState) -> None:
        """Say when an OpenCV is installed that breaks the window, once the engine was loaded or failed to."""
        if engine.phase is Phase.WAITING:
            return
        from osfi_gui.services.conflicts import opencv_finding

        finding = opencv_finding()
        if not finding.ok:
            self.noticed.emit(Notice(finding.text[:1].upper() + finding.text[1:] + ".", finding.remedy, Tone.BAD))
