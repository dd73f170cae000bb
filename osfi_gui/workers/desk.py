"""The desk's thread: opens the gallery, changes it as the operator asks, and says what it is now."""

from __future__ import annotations

import contextlib
import logging
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import (
    Enrolled,
    GalleryPrompt,
    GalleryState,
    JobState,
    Merge,
    Notice,
    OpenGallery,
    PersonDetail,
    Phase,
    Rename,
    SeenFace,
    Tone,
)
from osfi_gui.core.errors import DeskError, GalleryError
from osfi_gui.core.events import Token
from osfi_gui.workers.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.enrolment import Enrolment
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import Detector
    from osfi_gui.services.engine import Engine
    from osfi_gui.services.session import Session
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder

log = logging.getLogger(__name__)


def told(slot: Callable[..., None]) -> Callable[..., None]:
    """Turn whatever goes wrong in a slot into a notice: the desk goes on, and nothing goes unsaid."""

    @wraps(slot)
    def guarded(self: Desk, *args: object) -> None:
        try:
            slot(self, *args)
        except DeskError as error:
            self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))
        except Exception as error:
            log.exception("the desk failed in a way nobody foresaw")
            self.noticed.emit(Notice(f"That did not work ({type(error).__name__}).", "Nothing was changed.", Tone.BAD))

    return guarded


class Desk(QObject):
    """Owns the gallery; lives on a thread of its own, every slot is one request.

    Answers carry what they answer (an identity, a revision), so that whoever asked drops what is outdated.
    """

    gallery_changed = Signal(object)
    session_changed = Signal(object)
    key_changed = Signal(object)
    names_changed = Signal(object)
    prompted = Signal(object)
    listed = Signal(object)
    person_read = Signal(object)
    portrait_read = Signal(object)
    enrolled = Signal(object)
    enrol_refused = Signal()
    job_began = Signal()
    noticed = Signal(object)
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._path = Path()
        self._store: GalleryFile | None = None
        self._engine: Engine | None = None
        self._detector: Detector | None = None
        self._session: Session | None = None
        self._encoder: TorchEncoder | None = None
        self._live: tuple[TorchEncoder, TorchEncoder] | None = None  # that encoder, and as the live path has it
        self._job: Job | None = None
        self._done: Callable[[JobState], None] | None = None
        self._demo = self._half = False

    # The gallery file

    @Slot(str)
    @told
    def begin(self, path: str) -> None:
        """Open the gallery that was open last with the key in the keyring, or ask for its passphrase."""
        from osfi_gui.store.key import keyring_passphrase

        self._path = Path(path)
        passphrase = None
        if self._path.exists():
            with contextlib.suppress(GalleryError):  # a keyring that is locked or broken: the operator can type
                passphrase = keyring_passphrase(self._path)
        if passphrase is None:
            self.ask()
        else:
            self._open(self._path, passphrase)

    @Slot()
    @told
    def ask(self) -> None:
        """Ask the operator for what opens the gallery."""
        self._ask("")

    def _ask(self, error: str) -> None:
        from osfi_gui.store.key import keyring_passphrase, keyring_usable

        exists, usable = self._path.exists(), keyring_usable()
        if exists and usable:
            with contextlib.suppress(GalleryError):
                usable = keyring_passphrase(self._path) is not None
        self.prompted.emit(GalleryPrompt(str(self._path), exists, usable, error))

    @Slot(object)
    @told
    def open(self, wanted: OpenGallery) -> None:
        """Open or make a gallery; a wrong passphrase is asked for again."""
        from osfi_gui.store.key import create_keyring_passphrase

        self._path = Path(wanted.path)
        passphrase = wanted.passphrase or create_keyring_passphrase(self._path)
        self._open(self._path, passphrase)

    @Slot(str, str)
    @told
    def begin_demo(self, path: str, passphrase: str) -> None:
        """Make the demo's gallery and enrol its people as soon as the engine is there."""
        self._demo = True
        self._path = Path(path)
        self._open(self._path, passphrase)

    def _open(self, path: Path, passphrase: str) -> None:
        from osfi_gui.store.gallery import GalleryFile

        self._close()
        self.gallery_changed.emit(GalleryState(Phase.WAITING, path.name))
        try:
            self._store = GalleryFile.open(path, passphrase, create=True)
        except DeskError as error:
            self.gallery_changed.emit(GalleryState(Phase.NONE, path.name))
            self._ask(str(error))
            return
        self.key_changed.emit(OpenGallery(str(path), passphrase))
        if self._demo and self._engine is not None:
            self._enrol_demo()
        else:
            self.look_again()

    @Slot()
    @told
    def lock(self) -> None:
        """Close the gallery; nobody is recognised until it is opened again."""
        self._close()
        self.gallery_changed.emit(GalleryState(Phase.NONE, self._path.name))

    @Slot()
    def end(self) -> None:
        """Close the gallery; ``ended`` says that nothing is left to be done."""
        try:
            self._close()
        finally:
            self.ended.emit()

    def _close(self) -> None:
        self._session = self._encoder = self._live = None
        self.session_changed.emit(None)
        store, self._store = self._store, None
        if self._job is not None:
            # Not at its next step: until then it would go on with a gallery that is closed.
            self._job.stop("The gallery was closed; who was enrolled by then stays.")
        if store is not None:
            self.key_changed.emit(None)
            store.close()

    # The session

    @Slot(object)
    @told
    def use_engine(self, engine: Engine) -> None:
        """Work with the engine that was loaded, or with another encoder from now on."""
        self._engine = engine
        if self._store is not None:
            if self._demo and not self._store.identities():
                self._enrol_demo()
            else:
                self.look_again()
        from osfi_gui.vision.track import load_pairing

        # Nobody waits for this thread now; the frame in which a second face comes would wait for what this imports.
        load_pairing()

    @Slot(bool)
    @told
    def use_half(self, half: bool) -> None:
        """Keep prototypes in half precision from now on, or in full."""
        if half != self._half:
            self._half = half
            self.refresh()

    def look_again(self) -> None:
        """Give the shots that this encoder has not seen an embedding, then swap the session."""
        engine, store = self._engine, self._store
        if engine is None or store is None or self._job is not None:
            self.refresh()
            return
        from osfi_gui.services.reembed import reembed

        encoder = self._in_use(store, engine)
        if store.shots_without(encoder.name) or store.strangers_without(encoder.name):
            self.run(lambda _: reembed(store, encoder))
        else:
            self.refresh()

    def _in_use(self, store: GalleryFile, engine: Engine) -> TorchEncoder:
        """Give the version of the encoder that this gallery works with, made once."""
        from osfi_gui.services.versions import encoder_in_use

        self._encoder = encoder_in_use(store, engine.encoder, current=self._encoder)
        return self._encoder

    def _for_live(self, encoder: TorchEncoder, engine: Engine) -> TorchEncoder:
        """Give the encoder as the live path computes it, made once; where that is not as it was asked for, say so."""
        if self._live is None or self._live[0] is not encoder:
            chosen, note = engine.for_live(encoder)
            self._live = (encoder, chosen)
            if note:
                self.noticed.emit(Notice(note))
        return self._live[1]

    def refresh(self) -> None:
        """Swap the session for one of the gallery as it is now, and say so."""
        store, engine = self._store, self._engine
        if store is None:
            return
        if engine is not None:
            from osfi_gui.services.session import make_session

            encoder = self._for_live(self._in_use(store, engine), engine)
            self._session = make_session(store, encoder, half=self._half)
            self.session_changed.emit(self._session)
        session = self._session
        people = store.identities()
        self.gallery_changed.emit(
            GalleryState(
                Phase.READY,
                store.path.name,
                path="" if self._demo else str(store.path),
                people=len(people),
                revision=store.revision,
                operating_point=session.operating_point if session else None,
                calibration=session.calibration if session else "none",
                temporary=self._demo,
                encoder=self._encoder.title if self._encoder else "",
                half=session is not None and session.half,
            )
        )
        self.names_changed.emit(tuple(person.name for person in people))

    def opened(self) -> GalleryFile:
        """Give the gallery that is open; GalleryError where none is."""
        if self._store is None:
            raise GalleryError("No gallery is open.", "Open one first.")
        return self._store

    # What the pages ask for

    @Slot(object)
    @told
    def enrol(self, wanted: Enrolment) -> None:
        """Store a person with the shots of the draft."""
        try:
            person = self.opened().enrol(
                wanted.name, wanted.shots, external_id=wanted.external_id, note=wanted.note, consent=wanted.consent
            )
        except Exception:
            self.enrol_refused.emit()
            raise
        self.refresh()
        self.enrolled.emit(Enrolled(person, len(wanted.shots)))

    @Slot()
    @told
    def list_people(self) -> None:
        """List the gallery."""
        from osfi_gui.services.gallery import list_gallery

        self.listed.emit(list_gallery(self.opened(), self._session))

    @Slot(int)
    @told
    def read_person(self, identity_id: int) -> None:
        """Read one person's shots."""
        store = self.opened()
        self.person_read.emit(PersonDetail(store.identity(identity_id), tuple(store.shots(identity_id))))

    @Slot(int)
    @told
    def read_portrait(self, identity_id: int) -> None:
        """Read the picture by which an identity is shown."""
        if self._store is None:
            return  # locked meanwhile: nobody waits for it
        from osfi_gui.services.gallery import face_picture

        self.portrait_read.emit(face_picture(self._store, identity_id))

    @Slot(object)
    @told
    def rename(self, wanted: Rename) -> None:
        """Change name, external id and note."""
        self.opened().update_identity(
            wanted.identity_id, name=wanted.name, external_id=wanted.external_id, note=wanted.note
        )
        self.refresh()

    @Slot(object)
    @told
    def merge(self, wanted: Merge) -> None:
        """Move all shots of one identity to another."""
        merged = self.opened().merge(wanted.source_id, into=wanted.into_id)
        self.refresh()
        self.noticed.emit(Notice(f"Merged: {merged.name} has {merged.shots} shots now.", tone=Tone.GOOD))

    @Slot(int)
    @told
    def remove_shot(self, shot_id: int) -> None:
        """Delete one shot."""
        self.opened().remove_shot(shot_id)
        self.refresh()

    @Slot(int)
    @told
    def erase(self, identity_id: int) -> None:
        """Delete a person, and look whether anything is left."""
        store = self.opened()
        person = store.identity(identity_id)
        store.erase(identity_id)
        self.refresh()
        if store.shot_ids(identity_id) or store.find(person.name) is not None:
            raise GalleryError(f"{person.name} is still in the gallery.", "Erase the person again.")
        what = "1 shot and its embeddings" if person.shots == 1 else f"{person.shots} shots and their embeddings"
        what = f"{person.name} was erased: {what} are gone."
        self.noticed.emit(Notice(what, tone=Tone.GOOD))

    @Slot(object)
    @told
    def keep_stranger(self, seen: SeenFace) -> None:
        """Keep a face that was wrongly recognised, for calibration only."""
        from osfi_gui.services.enrol import shot_of_sighting
        from osfi_gui.services.strangers import keep_face

        store = self.opened()
        if self._encoder is None:
            return
        shot = shot_of_sighting(seen.frame, seen.sighting, encoder=self._encoder.name)
        keep_face(store, shot, encoder=self._encoder.name)
        what = f"Noted: this face is kept as a stranger ({store.stranger_count()} so far)."
        self.noticed.emit(Notice(what, "Strangers are used to calibrate the threshold, never to train.", Tone.GOOD))

    # Long jobs

    @Slot()
    def cancel(self) -> None:
        """Stop the long job at its next step."""
        if self._job is not None:
            self._job.cancel()

    def _enrol_demo(self) -> None:
        from osfi_gui.services.demo import enrol_demo

        store, encoder, detector = self.opened(), *self.tools()
        self.run(lambda token: enrol_demo(store=store, detector=detector, encoder=encoder, token=token))

    def engine(self) -> Engine:
        """Give detector and pretrained encoder; DeskError while they are being loaded."""
        if self._engine is None:
            raise DeskError("The face models are still being loaded.", "Try again in a moment.")
        return self._engine

    def tools(self) -> tuple[TorchEncoder, Detector]:
        """Give the encoder in use and this thread's detector; DeskError while they are being loaded."""
        engine = self.engine()
        if self._detector is None:
            self._detector = engine.new_detector()
        return self._encoder or engine.encoder, self._detector

    @property
    def ready(self) -> bool:
        """Whether a gallery is open and an encoder is there to work on it."""
        return self._store is not None and self._engine is not None

    @property
    def busy(self) -> bool:
        """Whether a long job is under way."""
        return self._job is not None

    @property
    def session(self) -> Session | None:
        """What recognition works with; None while there is nothing to work with."""
        return self._session

    @property
    def encoder_title(self) -> str:
        """Title of the encoder in use; empty while there is none."""
        return "" if self._encoder is None else self._encoder.title

    def run(
        self,
        make: Callable[[Token], Iterator[Event]],
        *,
        done: Callable[[JobState], None] | None = None,
    ) -> Job:
        """Start a long job, which begins when control is back at the event loop; DeskError while there is another one.

        Parameters
        ----------
        make : callable
            Makes the job's events.
        done : callable, optional
            Called with the job's end, after the session was swapped.
        """
        if self._job is not None:
            raise DeskError("Something else is still being worked on.", "Wait for it, or cancel it.")
        self._job, self._done = Job(make, self), done
        self._job.ended.connect(self._on_job_ended)
        self.job_began.emit()
        return self._job

    @Slot(object)
    @told
    def _on_job_ended(self, state: JobState) -> None:
        self._job = None
        done, self._done = self._done, None
        self.refresh()
        if state.phase is Phase.FAILED:
            self.noticed.emit(Notice(state.what, state.remedy, Tone.BAD))
        if done is not None:
            done(state)
