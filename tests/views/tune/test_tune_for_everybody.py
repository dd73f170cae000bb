"""The Fine-tune page for everybody: by keyboard, by name, on a small screen; and gone when its window goes."""

import gc
import weakref

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit
from tunings import CHOICES, LISTING, done, running

from osfi_gui.core.desk import (
    Phase,
    TuneState,
)
from osfi_gui.core.tune import (
    Standing,
)
from osfi_gui.views.window import MainWindow


def reached(window, qtbot, presses):
    found = set()
    for _ in range(presses):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        found.add(window.focusWidget())
    return found


def test_the_keyboard_alone_reaches_the_form(window, page, qtbot):
    page.form.fold.button.click()
    form = page.form
    wanted = {form.begin, page.run.readiness.strangers, page.switch.button(0), form.fold.button, form.rate, form.decay}
    wanted |= {c.combo for c in (form.recipe_choice, form.start, form.layers, form.head, form.statistics, form.toward)}
    wanted |= {form.augment.combo, form.epochs, form.batch, form.average, form.seed}
    assert wanted <= reached(window, qtbot, 45)


def test_the_keyboard_alone_reaches_the_choice_and_the_versions(window, page, qtbot):
    page.show_run(done(Standing.WORSE))
    page.run.choice.anyway.click()
    choice, versions = page.run.choice, page.versions
    assert {choice.anyway, choice.leave, choice.promote, page.run.comparison.table} <= reached(window, qtbot, 45)
    page.switch.choose(1)
    versions.select(3)
    wanted = {versions.table, versions.note, versions.remove_button, versions.roll_back, versions.choice.anyway}
    assert wanted <= reached(window, qtbot, 45)


def test_everything_has_a_name(page):
    page.show_run(done(Standing.WORSE))
    page.form.fold.button.click()
    for kind in (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit):
        for widget in page.findChildren(kind):
            if widget.objectName().startswith("qt_"):
                continue  # Qt's own, inside of the others
            name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            assert name or widget.isHidden() or not widget.isVisible(), widget


@pytest.mark.parametrize("state", [TuneState(), running(100), *(done(standing) for standing in Standing)])
def test_it_fits_a_small_screen_with_its_main_buttons_in_sight(window, page, state):
    window.resize(1280, 720)
    page.show_run(state)
    page.form.fold.button.click()
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720
    shown = [page.form.begin]
    shown += [page.run.progress.cancel] if state.phase is Phase.WAITING else []
    shown += [page.run.choice.promote, page.run.choice.leave] if state.phase is Phase.READY else []
    for button in shown:
        assert button.isVisible()
        assert button.visibleRegion().boundingRect().size() == button.size()


def test_a_page_that_was_used_goes_when_its_window_goes(qtbot, feed, opened, loaded):
    window = MainWindow(feed)
    window.show()
    window.show_engine(loaded)
    window.show_gallery(opened)
    window.show_page("tune")
    window.tune.show_choices(CHOICES)
    window.tune.show_versions(LISTING)
    window.tune.show_run(running(50))
    window.tune.show_run(done())
    gone = []
    for part in (window.tune, window.tune.body.run.curves.plots):
        part.destroyed.connect(lambda: gone.append(True))
    alive = weakref.ref(window.tune.body.run.curves.plots.loss)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del window, part
    qtbot.waitUntil(lambda: len(gone) == 2)
    gc.collect()
    assert alive() is None
