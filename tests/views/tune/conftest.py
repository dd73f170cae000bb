"""The Fine-tune page in the real window, as the desk fills it."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from tunings import CHOICES, LISTING, READY

from osfi_gui.views.window import MainWindow


@pytest.fixture
def window(qapp, feed, opened, loaded):
    made = MainWindow(feed)
    made.show()
    made.show_engine(loaded)
    made.show_gallery(opened)
    yield made
    made.close()
    made.deleteLater()
    # At once: a theme that is put on later would dress every window that is still there.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def page(window):
    """Give what is on the page, open and filled as the desk fills it."""
    window.show_page("tune")
    window.tune.show_choices(CHOICES)
    window.tune.show_readiness(READY)
    window.tune.show_versions(LISTING)
    return window.tune.body
