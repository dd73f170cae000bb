"""Errors for people: what happened, and what to do next."""


class DeskError(Exception):
    """A failure that an operator can understand and act on.

    Parameters
    ----------
    what : str
        What happened, one sentence without jargon.
    remedy : str
        What the operator can do next, one sentence; may be empty.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        """Both sentences on one line."""
        return f"{self.what} {self.remedy}".strip()


class PictureError(DeskError):
    """A picture file cannot be used."""


class SourceError(DeskError):
    """A camera, file or stream cannot be opened or has stopped."""


class UnknownSourceError(SourceError):
    """An address means no source, or a file that is not there."""


class StaleError(SourceError):
    """A live source gives pictures that show nothing new: black, or frozen. It is still open, and may be read on."""


class GalleryError(DeskError):
    """The gallery file cannot be opened, read or written."""


class WrongPassphraseError(GalleryError):
    """The passphrase does not open the gallery, or the file is no gallery."""


class NewerGalleryError(GalleryError):
    """The gallery was written by a newer version of the program."""


class RecordingError(SourceError):
    """A recording cannot be made, opened or read."""


class EncoderError(DeskError):
    """An encoder is unknown, or its weights are missing or damaged."""
