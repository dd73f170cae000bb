"""A gallery is opened or made without a passphrase staying anywhere."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from osfi_gui.core.desk import GalleryPrompt, OpenGallery
from osfi_gui.views.unlock import UnlockDialog

NEW = GalleryPrompt("/data/gallery.osfi", exists=False, keyring=True)
OLD = GalleryPrompt("/data/gallery.osfi", exists=True, keyring=False)


@pytest.fixture
def dialog(qtbot):
    widget = UnlockDialog()
    qtbot.addWidget(widget)
    return widget


def typed(dialog):
    return dialog.passphrase.text() + dialog.again.text()


def test_an_existing_gallery_opens_with_its_passphrase(dialog, qtbot):
    dialog.ask(OLD)
    assert not dialog.again.isVisible()
    assert not dialog.by_keyring.isVisible()
    qtbot.keyClicks(dialog.passphrase, "short")
    with qtbot.waitSignal(dialog.open_requested) as asked:
        qtbot.keyClick(dialog.passphrase, Qt.Key.Key_Return)
    assert asked.args == [OpenGallery("/data/gallery.osfi", "short")]
    assert typed(dialog) == ""
    assert not dialog.isVisible()


def test_what_is_typed_is_hidden_until_it_is_to_be_seen(dialog):
    dialog.ask(OLD)
    assert dialog.passphrase.echoMode() is QLineEdit.EchoMode.Password
    dialog.show_typed.setChecked(True)
    assert dialog.passphrase.echoMode() is QLineEdit.EchoMode.Normal
    dialog.ask(OLD)
    assert dialog.passphrase.echoMode() is QLineEdit.EchoMode.Password


def test_a_wrong_passphrase_is_said_in_the_dialog(dialog, qtbot):
    dialog.ask(GalleryPrompt("/data/gallery.osfi", exists=True, keyring=False, error="The passphrase is wrong."))
    assert dialog.error.isVisible()
    assert dialog.error.text() == "The passphrase is wrong."
    qtbot.keyClicks(dialog.passphrase, "a")
    assert not dialog.error.isVisible()


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [("seven77", "seven77", "at least 8"), ("long enough", "long enougg", "not the same"), ("", "", "at least 8")],
)
def test_a_new_passphrase_is_long_and_typed_twice(dialog, qtbot, first, again, said):
    dialog.ask(NEW)
    qtbot.keyClicks(dialog.passphrase, first)
    qtbot.keyClicks(dialog.again, again)
    with qtbot.assertNotEmitted(dialog.open_requested):
        dialog.open_button.click()
    assert said in dialog.error.text()
    assert dialog.isVisible()
    assert dialog.passphrase.text() == first


def test_a_new_gallery_is_made_with_what_was_typed_twice(dialog, qtbot):
    dialog.ask(NEW)
    qtbot.keyClicks(dialog.passphrase, "long enough")
    qtbot.keyClicks(dialog.again, "long enough")
    with qtbot.waitSignal(dialog.open_requested) as asked:
        dialog.open_button.click()
    assert asked.args[0].passphrase == "long enough"
    assert typed(dialog) == ""


def test_the_keyring_can_keep_the_key(dialog, qtbot):
    dialog.ask(NEW)
    dialog.by_keyring.setChecked(True)
    assert not dialog.passphrase.isEnabled()
    with qtbot.waitSignal(dialog.open_requested) as asked:
        dialog.open_button.click()
    assert asked.args == [OpenGallery("/data/gallery.osfi", "")]


def test_a_keyring_that_is_not_there_is_not_offered(dialog):
    dialog.ask(GalleryPrompt("/data/gallery.osfi", exists=False, keyring=False))
    assert not dialog.by_keyring.isVisible()
    assert dialog.passphrase.isEnabled()


def test_cancelling_forgets_what_was_typed(dialog, qtbot):
    dialog.ask(OLD)
    qtbot.keyClicks(dialog.passphrase, "secret")
    with qtbot.assertNotEmitted(dialog.open_requested):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert typed(dialog) == ""
    assert not dialog.isVisible()


def test_another_gallery_can_be_chosen(dialog, qtbot, tmp_path):
    there = tmp_path / "other.osfi"
    there.write_bytes(b"x")
    dialog.ask(NEW)
    with qtbot.waitSignal(dialog.gallery_requested) as asked:
        dialog.choose(str(there))
    assert asked.args == [str(there)]
    assert dialog.prompt == GalleryPrompt(str(there), exists=True, keyring=False)
    assert not dialog.again.isVisible()


def test_an_intent_does_not_print_the_passphrase():
    assert "secret" not in repr(OpenGallery("/data/gallery.osfi", "secret"))


@pytest.mark.parametrize("prompt", [NEW, OLD], ids=["new", "old"])
def test_the_dialog_grows_with_what_it_has_to_say(dialog, qtbot, prompt):
    dialog.ask(prompt)
    qtbot.keyClicks(dialog.passphrase, "short" if prompt is NEW else "")
    dialog.open_button.click()
    assert dialog.error.isVisible()
    for label in (dialog.title, dialog.place, dialog.intro, dialog.error):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
