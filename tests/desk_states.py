"""The demo's people in a gallery of a test, and what a desk last said of them."""

from osfi_gui.core.desk import Phase
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "correct horse"
PEOPLE = {"Eileen Collins": 1, "Emmanuel Macron": 2, "Grace Hopper": 1, "Jacinda Ardern": 2}
"""The portraits of resources/demo/enrol."""


def is_open(desk):
    state = desk.heard.last("gallery_changed")
    return state is not None and state.phase is Phase.READY


def people(desk):
    state = desk.heard.last("gallery_changed")
    return -1 if state is None else state.people


def job(desk):
    state = desk.heard.last("job_changed")
    return None if state is None else state.phase


def stored(path):
    """Read the file anew: name to number of shots."""
    with GalleryFile.open(path, PASSPHRASE) as store:
        return {person.name: person.shots for person in store.identities()}
