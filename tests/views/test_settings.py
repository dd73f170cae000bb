"""The encoders on the page Settings: what is listed, what may be asked for, and what is said of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from osfi_gui.core.desk import EngineState, GalleryState, Phase, TuneState
from osfi_gui.core.encoders import EncoderListing, EncoderRow, FoundEncoder, ImportEncoder, ShelfState
from osfi_gui.views.window import MainWindow

SFACE = EncoderRow(
    "sface", "SFace", "Apache-2.0", "OpenCV Zoo", 128, 9_900_000, here=True, imported=False, measured=True
)
FACENET = EncoderRow("facenet", "FaceNet", "MIT", "facenet-pytorch", 512, 0, here=False, imported=False, measured=False)
MINE = EncoderRow(
    "mine", "MobileFaceNet (mine)", "of the file", "imported from x.pt", 128, 4_100_000, True, True, measured=False
)
LISTING = EncoderListing((SFACE, FACENET, MINE), "sface", importable=("IR-50", "VGG19-BN"))
FOUND = FoundEncoder("/somewhere/x.pt", "x", "IR-50", 512, "five-point")


@pytest.fixture
def window(qtbot, feed, theme):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    made.show_engine(EngineState(Phase.READY, "CPU", "", "SFace"))
    made.show_gallery(GalleryState(Phase.READY, "g.osfi", "/g.osfi", 2, 7, encoder="SFace, version 1"))
    made.show_page("settings")
    return made


@pytest.fixture
def section(window):
    made = window.settings.encoders
    made.show_encoders(LISTING)
    return made


def texts(section):
    model = section.model
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def select(section, name):
    section.table.setCurrentIndex(section.model.index(section.model.number_of(name), 0))


def test_the_seventh_page_asks_for_the_encoders_when_it_is_shown(qtbot, feed):
    window = MainWindow(feed)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    asked = []
    window.settings.encoders.encoders_requested.connect(lambda: asked.append(True))
    assert not asked
    qtbot.keyClick(window, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    assert window.page == "settings"
    assert asked == [True]


def test_licence_size_and_weights_are_listed_and_which_one_is_used(section):
    assert texts(section) == [
        ["SFace", "in use", "here", "9.9 MB", "Apache-2.0"],
        ["FaceNet", "", "not here", "", "MIT"],
        ["MobileFaceNet (mine)", "", "here, imported", "4.1 MB", "of the file"],
    ]
    assert section.now.text() == "The open gallery works with SFace, version 1."
    assert section.table.currentIndex().row() == 0


def test_only_what_is_here_and_not_in_use_can_be_used(section):
    asked = []
    section.use_requested.connect(asked.append)
    for name, able in (("sface", False), ("facenet", False), ("mine", True)):
        select(section, name)
        assert section.use.isEnabled() == able
    section.use.click()
    assert asked == ["mine"]


def test_what_an_encoder_lacks_is_said(section):
    select(section, "facenet")
    assert "osfi encoders fetch facenet" in section.detail.text()
    select(section, "mine")
    assert "nothing is decided with it until the gallery is calibrated" in section.detail.text()
    select(section, "sface")
    assert section.detail.text() == "SFace: 128 numbers a face, named “sface”, OpenCV Zoo."


def test_nothing_is_changed_while_a_run_trains_or_something_is_done(section, window):
    select(section, "mine")
    window.settings.show_run(TuneState(Phase.WAITING))
    assert not section.use.isEnabled()
    assert "when the fine-tuning run has ended" in section.detail.text()
    window.settings.show_run(TuneState(Phase.ENDED))
    assert section.use.isEnabled()
    section.show_shelf(ShelfState(Phase.WAITING, "Loading the encoder"))
    assert (section.bar.isVisible(), section.doing.text()) == (True, "Loading the encoder…")
    assert not section.use.isEnabled()
    assert not section.remove.isEnabled()
    assert not section.card.choose.isEnabled()
    section.show_shelf(ShelfState(Phase.ENDED, what="Done."))
    assert (section.bar.isVisible(), section.outcome.text()) == (False, "Done.")


def test_removing_asks_first_and_keeping_is_the_default(section, qtbot):
    asked = []
    section.remove_requested.connect(asked.append)
    select(section, "sface")
    assert not section.remove.isEnabled()
    select(section, "mine")
    section.remove.click()
    qtbot.keyClick(section.window().focusWidget(), Qt.Key.Key_Space)
    assert (asked, section.question.isVisible()) == ([], False)
    section.remove.click()
    section.remove_now.click()
    assert asked == ["mine"]


def test_what_a_file_holds_is_shown_and_its_name_can_be_changed(section):
    asked, left = [], []
    section.import_requested.connect(asked.append)
    section.import_left.connect(lambda: left.append(True))
    card = section.card
    assert not card.begin.isVisible()
    section.show_shelf(ShelfState(Phase.READY, found=FOUND))
    assert card.holds.text() == "x.pt holds IR-50, 512 numbers a face."
    card.name.setText("  door ")
    card.chip.setCurrentIndex(1)
    card.begin.click()
    assert asked == [ImportEncoder("/somewhere/x.pt", "door", "box")]
    section.show_shelf(ShelfState(Phase.FAILED, found=FOUND, what="It is taken.", remedy="Give another name."))
    assert (section.outcome.text(), card.name.text()) == ("It is taken. Give another name.", "  door ")
    card.name.setText(" ")
    assert not card.begin.isEnabled()
    card.cancel.click()
    assert left == [True]
    section.show_shelf(ShelfState())
    assert (card.begin.isVisible(), card.choose.isVisible(), section.outcome.isVisible()) == (False, True, False)


def test_without_an_encoder_it_says_from_when_on_another_one_is_used(window, section):
    window.show_gallery(GalleryState())
    section.show_encoders(EncoderListing((SFACE, MINE), "", "mine"))
    assert texts(section)[1][1] == "from the next start"
    assert section.now.text().startswith("No encoder is loaded.")


def test_nothing_is_cut_off_at_the_size_of_a_small_screen(window, section):
    window.resize(1280, 720)
    section.show_shelf(ShelfState(Phase.READY, found=FOUND))
    page = window.settings
    buttons = [button for button in page.findChildren(QPushButton) if button.isVisible()]
    assert len(buttons) == 8  # four of the encoders, four of the recordings
    for button in buttons:
        assert button.width() >= button.sizeHint().width(), button.text()
        left = button.mapTo(page, button.rect().topLeft()).x()
        assert 0 <= left <= page.width() - button.width(), button.text()


def test_every_row_of_the_table_is_seen(window, section):
    window.resize(1280, 720)
    table = section.table
    for row in range(section.model.rowCount()):
        table.setCurrentIndex(section.model.index(row, 0))
        rects = [table.visualRect(section.model.index(number, 0)) for number in range(section.model.rowCount())]
        assert all(table.viewport().rect().contains(rect) for rect in rects)


def test_half_precision_is_asked_for_by_the_operator_only(window, qtbot):
    section, asked = window.settings.matching, []
    section.half_requested.connect(asked.append)
    section.set_half(True)
    assert (section.half.isChecked(), asked) == (True, [])
    section.half.setFocus()
    qtbot.keyClick(section.half, Qt.Key.Key_Space)
    qtbot.keyClick(section.half, Qt.Key.Key_Space)
    assert asked == [False, True]


def test_how_prototypes_are_kept_is_said_of_the_gallery_that_is_open(window):
    now = window.settings.matching.now
    for half, word in ((False, "full"), (True, "half")):
        window.show_gallery(GalleryState(Phase.READY, "g.osfi", "/g.osfi", 2, 7, encoder="SFace", half=half))
        assert (now.isVisible(), now.text()) == (True, f"The open gallery's prototypes are kept in {word} precision.")
    window.show_gallery(GalleryState(Phase.READY, "g.osfi", "/g.osfi", 2, 7))  # no encoder yet: no prototypes
    assert not now.isVisible()
    window.show_gallery(GalleryState())
    assert not now.isVisible()


def test_what_half_precision_costs_stands_beside_it_and_is_read_out(window):
    section = window.settings.matching
    assert section.cost.isVisible()
    assert section.half.accessibleDescription() == section.cost.text() != ""
