"""What stands in the way of recognising somebody, and what the operator does about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from osfi_gui.core.desk import EngineState, GalleryState, Phase, SourceState
from osfi_gui.views.addresses import shown_name


class Action(StrEnum):
    """What the button of a situation asks for."""

    NONE = "none"
    CHOOSE_SOURCE = "choose source"
    RETRY = "retry"
    UNLOCK = "unlock"
    ENROL = "enrol"


@dataclass(frozen=True)
class Situation:
    """One message: title, what to do, and the word and meaning of its button. All empty where nothing is wrong."""

    title: str = ""
    text: str = ""
    button: str = ""
    action: Action = Action.NONE


def situation(source: SourceState, engine: EngineState, gallery: GalleryState, *, enrolling: bool = False) -> Situation:
    """Find the first thing that has to be put right before anybody is recognised, or enrolled.

    Parameters
    ----------
    source : SourceState
    engine : EngineState
    gallery : GalleryState
    enrolling : bool
        For somebody who enrols an empty gallery is nothing to put right.
    """
    return _of_source(source) or _of_engine(engine) or _of_gallery(gallery, enrolling=enrolling) or Situation()


def _tr(text: str) -> str:
    return QCoreApplication.translate("situation", text)


def _of_source(source: SourceState) -> Situation | None:
    if source.phase is Phase.NONE:
        text = _tr("Choose a camera, a video or pictures, or look at the demo first.")
        return Situation(_tr("Nothing plays yet"), text, _tr("Choose a source"), Action.CHOOSE_SOURCE)
    if source.phase is Phase.WAITING:
        return Situation(_tr("Opening {name}…").format(name=shown_name(source.address)))
    if source.phase is Phase.ENDED:
        return Situation(source.what or _tr("It is over"), "", _tr("Play again"), Action.RETRY)
    if source.phase is Phase.FAILED:
        text = f"{source.remedy} {_tr('It is tried again by itself.')}" if source.retrying else source.remedy
        return Situation(source.what, text.strip(), _tr("Try again"), Action.RETRY)
    return None


def _of_engine(engine: EngineState) -> Situation | None:
    if engine.phase is Phase.FAILED:
        return Situation(engine.what or _tr("Recognition does not work"), engine.remedy)
    if engine.phase is not Phase.READY:
        return Situation(_tr("Loading the face models…"), _tr("The picture is live, recognition follows."))
    return None


def _of_gallery(gallery: GalleryState, *, enrolling: bool) -> Situation | None:
    if gallery.phase is Phase.WAITING:
        return Situation(_tr("Opening the gallery…"))
    if gallery.phase is not Phase.READY:
        text = _tr("Nobody is enrolled or recognised while it is locked.")
        return Situation(_tr("No gallery is open"), text, _tr("Open gallery"), Action.UNLOCK)
    if gallery.temporary and gallery.revision == 0:
        return Situation(_tr("Enrolling the demo's people…"))
    if gallery.people == 0 and not enrolling:
        text = _tr("Everybody is unknown until you enrol the first person.")
        return Situation(_tr("Nobody is enrolled yet"), text, _tr("Enrol somebody"), Action.ENROL)
    return None
