"""Whatever is wrong: one clear sentence, exit code 1, and nothing of what was there before is lost."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import zlib
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from PIL import Image

from osfi_gui.store.gallery import GalleryFile

KNOWN = "Jacinda Ardern"
PASSPHRASE = "a passphrase for the tests"  # as in conftest.py
PEOPLE = ("Emmanuel Macron", "Jacinda Ardern")


def portrait(demo_dir):
    return Image.open(demo_dir / "enrol" / KNOWN / "2022.jpg").convert("RGB")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(path):
    """Write a few bytes that announce 900 megapixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b""))


def truncated(path, demo_dir):
    whole = (demo_dir / "enrol" / KNOWN / "2022.jpg").read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def animated(path, demo_dir):
    still = portrait(demo_dir).resize((200, 200))
    still.save(path, save_all=True, append_images=[still.rotate(5)], duration=100)


BAD = {
    "zero.jpg": (lambda path, _: path.write_bytes(b""), "zero.jpg is empty (0 bytes)."),
    "text.jpg": (lambda path, _: path.write_text("no picture"), "text.jpg is not a picture that can be read."),
    "half.jpg": (truncated, "half.jpg is damaged or incomplete."),
    "bomb.png": (lambda path, _: bomb(path), "bomb.png is too large. Scale it down below 64 megapixels"),
    "moves.webp": (animated, "moves.webp: The picture is animated."),
    "moves.png": (animated, "moves.png: The picture is animated."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_picture_that_cannot_be_used_is_one_sentence(name, osfi, desk, demo_dir, tmp_path):
    make, sentence = BAD[name]
    make(tmp_path / name, demo_dir)
    done = osfi("identify", tmp_path / name, "--gallery", desk, "--json")
    assert done.out == ""
    assert done.failure.startswith(sentence)


def test_bad_pictures_between_good_ones_are_said_and_passed_over(osfi, desk, demo_dir, tmp_path):
    """More bad ones than good ones: what was found is still found, and that is a success."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name, (make, _) in BAD.items():
        make(folder / name, demo_dir)
    portrait(demo_dir).save(folder / "good.png")
    done = osfi("identify", folder, "--gallery", desk, "--json")
    assert done.code == 0
    (record,) = done.records
    assert (Path(record["file"]).name, record["identity"]) == ("good.png", KNOWN)
    assert sorted(line.split(" is ")[0].split(": ")[0] for line in done.complaints) == sorted(BAD)


def test_a_folder_of_bad_pictures_only_fails_with_every_reason(osfi, desk, demo_dir, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    for name, (make, _) in BAD.items():
        make(folder / name, demo_dir)
    done = osfi("identify", folder, "--gallery", desk, "--json")
    assert (done.code, done.out) == (1, "")
    *reasons, last = done.err.splitlines()
    assert len(reasons) == len(BAD)
    assert last == "osfi: No picture could be used. The reasons are listed above."


def odd_pictures(demo_dir, folder):
    """Write one portrait in many ways, all of them as a person sees it."""
    image = portrait(demo_dir)
    folder.mkdir()
    image.convert("CMYK").save(folder / "cmyk.jpg")
    image.quantize(200).save(folder / "palette.png")
    image.convert("RGBA").save(folder / "rgba.png")
    image.convert("L").save(folder / "grey.png")
    image.save(folder / "really a png.jpg", format="PNG")
    for orientation, undo in ((3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_90)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.transpose(undo).save(folder / f"turned {orientation}.jpg", exif=exif, quality=95)
    image.save(folder / "ünïcödé 李.png")
    return sorted(path.name for path in folder.iterdir())


def test_every_kind_of_picture_shows_the_same_person(osfi, desk, demo_dir, tmp_path):
    names = odd_pictures(demo_dir, tmp_path / "odd")
    done = osfi("identify", tmp_path / "odd", "--gallery", desk, "--json")
    assert done.code == 0
    assert sorted(Path(record["file"]).name for record in done.records) == names
    assert {record["identity"] for record in done.records} == {KNOWN}


def test_every_kind_of_picture_can_be_enrolled(osfi, demo_dir, tmp_path):
    (tmp_path / "people").mkdir()
    names = odd_pictures(demo_dir, tmp_path / "people" / KNOWN)
    done = osfi("enrol", tmp_path / "people", "--gallery", tmp_path / "new.osfi", "--json")
    assert done.code == 0
    refused = {Path(r["file"]).name: r["reason"] for r in done.records[:-1] if r["status"] == "refused"}
    # The same pixels twice are one shot; everything else is another look at the same face.
    assert set(refused.values()) <= {"The same picture is enrolled already."}
    assert done.records[-1]["shots"] == len(names) - len(refused) >= 3


def test_a_folder_without_faces_is_no_failure_but_said(osfi, desk, tmp_path):
    folder = tmp_path / "walls"
    folder.mkdir()
    for colour in ("white", "grey"):
        Image.new("RGB", (200, 150), colour).save(folder / f"{colour}.png")
    done = osfi("identify", folder, "--gallery", desk, "--json")
    assert (done.code, done.out) == (0, "")
    assert [line.split("/")[-1] for line in done.complaints] == [
        "grey.png: no face was found.",
        "white.png: no face was found.",
    ]


def test_enrolling_people_without_a_usable_picture_fails_and_says_why(osfi, desk, demo_dir, tmp_path):
    person = tmp_path / "people" / "Two"
    person.mkdir(parents=True)
    pair = [
        Image.open(demo_dir / "strangers" / n).convert("RGB").resize((300, 340)) for n in ("obama.jpg", "sunak.jpg")
    ]
    canvas = Image.new("RGB", (600, 340))
    for number, image in enumerate(pair):
        canvas.paste(image, (300 * number, 0))
    canvas.save(person / "two.png")
    Image.new("RGB", (200, 200), "grey").save(person / "wall.png")
    done = osfi("enrol", tmp_path / "people", "--gallery", desk, "--json")
    assert done.failure == "Nobody was enrolled: every file was refused. The reasons are listed above."
    assert [(Path(r["file"]).name, r["reason"]) for r in done.records[:-1]] == [
        ("two.png", "2 faces were found where one is wanted."),
        ("wall.png", "No face was found."),
    ]
    assert done.records[-1] == {"people": 0, "shots": 0}
    assert people_in(desk) == list(PEOPLE)


def people_in(gallery, passphrase=PASSPHRASE):
    with GalleryFile.open(gallery, passphrase) as store:
        return [person.name for person in store.identities()]


@pytest.mark.parametrize("name", ["李小龍", "Ёлка", "محمد", "🙂 and co", "[bold]Bob", "Ro'bert\"); --", "-", "a" * 200])
def test_names_of_every_kind_are_enrolled_and_accepted(name, osfi, demo_dir, tmp_path):
    (tmp_path / "people" / name).mkdir(parents=True)
    shutil.copy(demo_dir / "enrol" / KNOWN / "2018.jpg", tmp_path / "people" / name)
    gallery = tmp_path / "new.osfi"
    assert osfi("enrol", tmp_path / "people", "--gallery", gallery).code == 0
    picture = demo_dir / "enrol" / KNOWN / "2022.jpg"
    assert osfi("identify", picture, "--gallery", gallery, "--json").records[0]["identity"] == name
    assert f"ACCEPT {name}: cosine" in osfi("identify", picture, "--gallery", gallery).out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such names")
@pytest.mark.parametrize("name", [b"bell\x07", b"line\nbreak", b"not utf-8 \xff\xfe"])
def test_a_name_that_cannot_be_one_is_refused_and_printed_safely(name, osfi, desk, demo_dir, tmp_path):
    folder = os.path.join(os.fsencode(tmp_path), b"people", name)
    try:
        os.makedirs(folder)
    except OSError:
        pytest.skip("this file system knows no such names")
    shutil.copy(os.fsencode(demo_dir / "enrol" / KNOWN / "2018.jpg"), folder)
    done = osfi("enrol", tmp_path / "people", "--gallery", desk, "--json")
    assert done.failure.startswith("Nobody was enrolled")
    assert len(done.records) == 2
    assert done.records[0]["status"] == "refused"
    assert "name" in done.records[0]["reason"]
    assert people_in(desk) == list(PEOPLE)


def both(gallery, people, demo_dir):
    """Give a call of each command with this gallery."""
    return [
        ("enrol", people, "--gallery", gallery),
        ("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", gallery),
    ]


def test_a_folder_is_no_gallery(osfi, people, demo_dir, tmp_path):
    for call in both(tmp_path, people, demo_dir):
        assert osfi(*call).failure == f"{tmp_path.name} is a folder, not a gallery file. Choose a file."


def test_the_wrong_passphrase_opens_nothing_and_breaks_nothing(osfi, people, desk, demo_dir, monkeypatch):
    before = desk.read_bytes()
    monkeypatch.setenv("OSFI_PASSPHRASE", "something else")
    for call in both(desk, people, demo_dir):
        failure = osfi(*call).failure
        assert failure.startswith("The passphrase does not open desk.osfi, or the file is not a gallery.")
        assert "something else" not in failure
    assert desk.read_bytes() == before
    assert people_in(desk) == list(PEOPLE)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"SQLite format 3\0" + b"\0" * 4080, b"\x89PNG" * 3000])
def test_a_file_that_is_no_gallery_stays_what_it_is(content, osfi, demo_dir, tmp_path):
    file = tmp_path / "letter.osfi"
    file.write_bytes(content)
    call = both(file, tmp_path, demo_dir)[1]
    assert "letter.osfi, or the file is not a gallery." in osfi(*call).failure
    assert file.read_bytes() == content


def test_a_gallery_of_a_newer_version_is_left_alone(osfi, people, desk, demo_dir):
    connection = sqlcipher.connect(str(desk))
    connection.execute(f"PRAGMA key = '{PASSPHRASE}'")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = desk.read_bytes()
    for call in both(desk, people, demo_dir):
        assert osfi(*call).failure == (
            "desk.osfi was written by a newer version of this program. "
            "Install the newest version to open it; the file was not changed."
        )
    assert desk.read_bytes() == before


def test_a_gallery_that_is_not_there_is_not_made_by_looking(osfi, demo_dir, tmp_path):
    missing = tmp_path / "none.osfi"
    failure = osfi("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", missing).failure
    assert failure == f"There is no gallery {missing}. Make one with: osfi enrol ROOT --gallery FILE"
    assert not missing.exists()


@pytest.mark.parametrize("source", ["none.mp4", "none", "x" * 400 + ".jpg", "ftp://somewhere/x", "", "notes.txt"])
def test_a_source_that_is_none_is_one_sentence(source, osfi, desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("no source")
    failure = osfi("identify", source, "--gallery", desk).failure
    assert len(failure) < 700
    assert "Use demo, camera, camera:NAME" in failure


def test_a_damaged_video_is_one_sentence(osfi, desk, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"\0" * 5000)
    failure = osfi("identify", tmp_path / "clip.mp4", "--gallery", desk).failure
    assert failure.startswith("clip.mp4 is damaged or no video.")


@pytest.mark.parametrize("root", ["none", "flat", "x" * 400])
def test_a_root_without_people_makes_no_gallery(root, osfi, tmp_path):
    (tmp_path / "flat").mkdir()
    failure = osfi("enrol", tmp_path / root, "--gallery", tmp_path / "new.osfi").failure
    assert "ROOT/NAME/picture" in failure
    assert not (tmp_path / "new.osfi").exists()


@pytest.mark.parametrize("encoder", ["resnet", "facenet-vggface2"])
def test_an_encoder_that_is_not_here_is_said_before_a_gallery_is_made(encoder, osfi, people, desk, demo_dir, tmp_path):
    new = tmp_path / "new.osfi"
    says = {
        "resnet": "There is no encoder named “resnet”. Choose one of: sface",
        "facenet-vggface2": "not on this computer",
    }
    assert says[encoder] in osfi("enrol", people, "--gallery", new, "--encoder", encoder).failure
    assert not new.exists()
    picture = demo_dir / "strangers" / "sunak.jpg"
    assert says[encoder] in osfi("identify", picture, "--gallery", desk, "--encoder", encoder).failure


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_place_that_is_read_only_is_said(osfi, people, desk, demo_dir, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    shutil.copy(desk, locked / "desk.osfi")
    locked.chmod(0o500)
    try:
        for name in ("desk.osfi", "new.osfi"):
            failure = osfi("enrol", people, "--gallery", locked / name).failure
            assert failure.startswith(f"{name} cannot be written.")
    finally:
        locked.chmod(0o700)


def test_a_place_that_cannot_be_written_is_said_to_the_superuser_too(osfi, people, tmp_path):
    """Nobody can make a file below a file, or with a name that is too long."""
    (tmp_path / "file").write_text("in the way")
    assert "does not exist" in osfi("enrol", people, "--gallery", tmp_path / "file" / "new.osfi").failure
    assert "cannot be written" in osfi("enrol", people, "--gallery", tmp_path / ("x" * 300)).failure
    picture = next(people.glob("*/*"))
    assert "There is no gallery" in osfi("identify", picture, "--gallery", tmp_path / ("x" * 300)).failure


def test_passphrases_come_from_a_file_with_or_without_a_mark_and_a_line_end(
    osfi, desk, demo_dir, tmp_path, monkeypatch
):
    monkeypatch.delenv("OSFI_PASSPHRASE")
    call = ("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", desk, "--json")
    for content in (PASSPHRASE.encode(), PASSPHRASE.encode() + b"\r\n", b"\xef\xbb\xbf" + PASSPHRASE.encode() + b"\n"):
        (tmp_path / "key.txt").write_bytes(content)
        assert osfi(*call, "--passphrase-file", tmp_path / "key.txt").code == 0
    assert "cannot be read" in osfi(*call, "--passphrase-file", tmp_path / "none.txt").failure
    (tmp_path / "key.txt").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in osfi(*call, "--passphrase-file", tmp_path / "key.txt").failure
    (tmp_path / "key.txt").write_bytes(b"\n")
    assert "A gallery needs a passphrase." in osfi(*call, "--passphrase-file", tmp_path / "key.txt").failure


def test_without_a_passphrase_and_without_a_terminal_it_says_how_to_give_one(osfi, desk, demo_dir, monkeypatch):
    monkeypatch.delenv("OSFI_PASSPHRASE")
    failure = osfi("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", desk).failure
    assert failure == "The gallery needs a passphrase. Set OSFI_PASSPHRASE or give --passphrase-file."


def test_a_picture_that_is_no_chip_is_not_taken_for_one(osfi, desk, demo_dir):
    failure = osfi("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", desk, "--aligned").failure
    assert failure.startswith("sunak.jpg is not an aligned chip: it is not square.")
