"""Calibrating from the terminal: the record, the table, what decides afterwards, and one-line failures."""

from __future__ import annotations

import json
import math
import shutil

import numpy as np
import pytest
from PIL import Image
from real_faces import import_mobile, people_of, strangers_of

from osfi_gui.core.gallery import normalise
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "a passphrase for the tests"
FIELDS = [
    "matcher",
    "k",
    "threshold",
    "cosine_floor",
    "target_far",
    "far",
    "far_ci",
    "dir",
    "dir_ci",
    "n_mated",
    "n_strangers",
    "measurable",
]
PEOPLE, SHOTS, STRANGERS = 6, 3, 70


@pytest.fixture(autouse=True)
def _mobile(shared_data, own_data_dir):
    """Import the small encoder into this test's data folder."""
    import_mobile(shared_data)


@pytest.fixture(scope="module")
def folders(shared_data, tmp_path_factory):
    """Give ROOT/NAME/picture: six people with three aligned chips each, a later one of each, and seventy strangers."""
    place = tmp_path_factory.mktemp("folders")
    for name, people, first, last in (
        ("known", people_of(shared_data, PEOPLE), 0, SHOTS),
        ("probes", people_of(shared_data, PEOPLE), SHOTS, SHOTS + 1),
        ("strangers", strangers_of(shared_data, STRANGERS), 0, 1),
    ):
        for person in people:
            (place / name / person.name).mkdir(parents=True)
            for file in sorted(person.iterdir())[first:last]:
                shutil.copy(file, place / name / person.name)
    return place


@pytest.fixture(scope="module")
def made(folders, shared_data, device, tmp_path_factory):
    """Make a closed gallery of the six; it is copied, never opened."""
    from real_faces import mobile_encoder

    from osfi_gui.core.events import Token
    from osfi_gui.services.enrol import enrol_folder

    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(place / "data"))
        encoder = mobile_encoder(shared_data, device)
        with GalleryFile.open(place / "desk.osfi", PASSPHRASE, create=True) as store:
            list(
                enrol_folder(
                    folders / "known", store=store, detector=None, encoder=encoder, token=Token(), aligned=True
                )
            )
    return place / "desk.osfi"


@pytest.fixture
def desk(made, tmp_path):
    return shutil.copy(made, tmp_path / "desk.osfi")


@pytest.fixture
def calibrate(osfi, desk):
    def call(*arguments):
        return osfi("calibrate", "--gallery", desk, "--encoder", "mobile", "--aligned", *arguments)

    return call


def vectors_of(folder, device):
    """Embed a folder ROOT/NAME/picture apart from the program's own import; gives rows and names."""
    from osfi_gui.vision.encode import load_encoder

    encoder = load_encoder("mobile", device=device)
    files = sorted(folder.glob("*/*"))
    chips = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    return encoder.embed(chips), [file.parent.name for file in files]


def test_the_record_says_what_real_faces_give(calibrate, folders, desk, device):
    done = calibrate("--strangers", folders / "strangers", "--target-far", 0.1, "--matcher", "cosine", "--json")
    assert done.code == 0, done.err
    (record,) = done.records
    assert list(record)[: len(FIELDS)] == FIELDS
    # Worked out anew: prototypes, strangers that are not in the cohort, and the scores of shots against the others.
    shots, names = vectors_of(folders / "known", device)
    others, who = vectors_of(folders / "strangers", device)
    people = sorted(set(names))
    gallery = normalise(np.stack([shots[[name == p for name in names]].sum(axis=0) for p in people]))
    with GalleryFile.open(desk, PASSPHRASE) as store:
        named = {stranger.shot.shot_id: stranger.person for stranger in store.strangers()}
        point = store.operating_point("mobile")
        assert sorted(named.values()) == sorted(who)
    assert point.cohort_ids == ()
    in_cohort = record["cohort"]
    assert record["n_strangers"] == STRANGERS - in_cohort
    assert 16 <= in_cohort <= 35
    from osfi_gui.core.strangers import in_cohort as divided

    calibrating = np.sort((others[~divided(who)] @ gallery.T).max(axis=1))[::-1]
    allowed = math.floor(0.1 * record["n_strangers"])
    assert record["threshold"] == pytest.approx(calibrating[allowed - 1], abs=1e-5)
    assert record["cosine_floor"] == record["threshold"]
    assert record["far"] == allowed / record["n_strangers"]
    found = 0
    for row, name in enumerate(names):
        rest = [i for i in range(len(names)) if i != row]
        left = normalise(np.stack([shots[[i for i in rest if names[i] == p]].sum(axis=0) for p in people]))
        cosines = left @ shots[row]
        found += cosines.argmax() == people.index(name) and cosines.max() >= record["threshold"]
    assert (record["n_mated"], record["dir"]) == (PEOPLE * SHOTS, found / (PEOPLE * SHOTS))
    assert record["far_ci"][0] <= record["far"] <= record["far_ci"][1]
    assert record["dir_ci"][0] <= record["dir"] <= record["dir_ci"][1]
    assert (record["matcher"], record["k"], record["target_far"]) == ("cosine", 1, 0.1)
    # 29 persons can show 10 %: (1 - 0.1)^29 < 0.05.
    assert record["measurable"] == (record["n_strangers"] >= 29)


def test_identify_decides_with_what_was_calibrated(osfi, calibrate, folders, desk):
    before = osfi("identify", folders / "probes", "--gallery", desk, "--encoder", "mobile", "--aligned", "--json")
    assert {record["decision"] for record in before.records} == {"undecided"}
    (record,) = calibrate("--strangers", folders / "strangers", "--target-far", 0.1, "--json").records
    assert record["matcher"] == "nac-cohort"
    after = osfi("identify", folders / "probes", "--gallery", desk, "--encoder", "mobile", "--aligned", "--json")
    assert {line["threshold"] for line in after.records} == {record["threshold"]}
    assert {line["cosine_floor"] for line in after.records} == {record["cosine_floor"]}
    assert {line["matcher"] for line in after.records} == {"nac-cohort"}
    for line in after.records:
        accepted = line["score"] >= record["threshold"] and line["cosine"] >= record["cosine_floor"]
        assert line["decision"] == ("accept" if accepted else "reject")
    assert "accept" in {line["decision"] for line in after.records}
    assert after.err.startswith("Calibrated on ")


def test_strangers_are_kept_once_and_a_dry_run_changes_nothing_that_decides(calibrate, folders, desk):
    first = calibrate("--strangers", folders / "strangers", "--dry-run", "--json")
    again = calibrate("--strangers", folders / "strangers", "--dry-run", "--json")
    assert (first.code, again.code) == (0, 0)
    assert first.records == again.records
    assert "kept already" not in first.err + again.err
    with GalleryFile.open(desk, PASSPHRASE) as store:
        assert store.stranger_count() == STRANGERS
        assert store.operating_point("mobile") is None


def test_a_threshold_of_one_s_own_is_taken_and_measured(calibrate, folders):
    (low,) = calibrate(
        "--strangers", folders / "strangers", "--matcher", "cosine", "--threshold", -0.9, "--json"
    ).records
    assert (low["threshold"], low["far"], low["far_ci"][1]) == (-0.9, 1.0, 1.0)
    (high,) = calibrate("--matcher", "cosine", "--threshold", 0.999, "--json").records
    assert (high["threshold"], high["far"], high["dir"]) == (0.999, 0.0, 0.0)


def test_the_table_and_the_sentence_are_for_people(calibrate, folders):
    done = calibrate("--strangers", folders / "strangers", "--target-far", 0.1)
    assert done.code == 0
    for words in ("DIR at FAR 10 %", "* NAC with a cohort", "cosine", "faces of strangers would be accepted"):
        assert words in done.out
    assert "From now on the gallery decides with it." in done.err
    without = calibrate("--dry-run", "--target-far", 0.001)
    assert "not measurable with n = " in without.err
    assert "Nothing was changed." in without.err


def test_without_strangers_the_enrolled_stand_in(calibrate):
    (record,) = calibrate("--target-far", 0.1, "--json").records
    assert record["n_strangers"] == PEOPLE * SHOTS
    assert any("stands in" in note for note in record["notes"])


def test_a_person_gets_a_threshold_of_their_own_and_loses_it(osfi, calibrate, folders, desk):
    name = sorted(folder.name for folder in (folders / "known").iterdir())[0]
    assert "not calibrated" in calibrate("--person", name, "--threshold", 0.9).failure
    (record,) = calibrate(
        "--strangers", folders / "strangers", "--matcher", "cosine", "--target-far", 0.1, "--json"
    ).records
    assert "above that of all others" in calibrate("--person", name, "--threshold", record["threshold"]).failure
    assert "Nobody named" in calibrate("--person", "Nemo", "--threshold", 0.9).failure
    done = calibrate("--person", name, "--threshold", 0.999)
    assert done.code == 0
    assert f"{name} is accepted from cosine 0.9990 on" in done.err
    probes = ("identify", folders / "probes" / name, "--gallery", desk, "--encoder", "mobile", "--aligned")
    assert f"< 0.999 (own threshold of {name})" in osfi(*probes).out
    assert calibrate("--person", name, "--clear").code == 0
    assert "own threshold" not in osfi(*probes).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--target-far", 0), "between 0 and 1"),
        (("--target-far", 1.5), "between 0 and 1"),
        (("--matcher", "magic"), "The matcher “magic” cannot be used here. There is none of that name."),
        (("--matcher", "nac-cohort"), "The matcher “nac-cohort” cannot be used here."),
        (("--threshold", "nan"), "not a finite number"),
        (("--strangers", "nowhere"), "There is no folder nowhere."),
        (("--person", "Nemo"), "either given or cleared"),
        (("--clear",), "Give --person NAME too"),
        (("--report", "nowhere/report.html"), "There is no folder"),
        (("--report", "nowhere/report.pdf"), "There is no folder"),
        (("--report", "report"), "does not say which kind of report"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(calibrate, desk, arguments, words):
    assert words in calibrate(*arguments).failure
    with GalleryFile.open(desk, PASSPHRASE) as store:
        assert store.operating_point("mobile") is None


def test_no_gallery_and_nobody_enrolled(osfi, tmp_path):
    path = tmp_path / "new.osfi"
    assert osfi("calibrate", "--gallery", path).failure.startswith("There is no gallery")
    assert not path.exists()
    GalleryFile.open(path, PASSPHRASE, create=True).close()
    assert osfi("calibrate", "--gallery", path).failure.startswith("Nobody is enrolled")


@pytest.mark.usefixtures("qapp")  # or printing would make an application of its own, without widgets, for all tests
def test_a_report_is_written_beside(calibrate, folders, tmp_path):
    for name in ("report.html", "report.pdf", "report.json"):
        done = calibrate(
            "--strangers", folders / "strangers", "--target-far", 0.1, "--report", tmp_path / name, "--json"
        )
        assert done.code == 0
    (record,) = done.records
    numbers = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert numbers["point"]["threshold"] == record["threshold"]
    assert "NAC with a cohort" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_a_threshold_of_a_few_strangers_that_is_laxer_than_the_default_is_refused_unless_wanted_anyway(
    osfi, folders, shared_data, tmp_path, sface
):
    """SFace's default for six people is 0.373 + (0.409 - 0.373) ln(6/5) / ln(16/5) = 0.3786 in cosine."""
    from osfi_gui.core.events import Token
    from osfi_gui.services.enrol import enrol_folder
    from osfi_gui.services.strangers import import_strangers

    few, path = tmp_path / "few", tmp_path / "sface.osfi"
    shots = np.concatenate([sface.embed([np.asarray(Image.open(f))]) for f in sorted((folders / "known").glob("*/*"))])
    gallery = normalise(shots.reshape(PEOPLE, SHOTS, -1).sum(axis=1))
    unlike = [
        person
        for person in strangers_of(shared_data, 30)
        if (gallery @ sface.embed([np.asarray(Image.open(next(person.iterdir())))])[0]).max() < 0.3
    ][:6]
    for person in unlike:
        shutil.copytree(person, few / person.name)
    tools = {"detector": None, "encoder": sface, "token": Token(), "aligned": True}
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        list(enrol_folder(folders / "known", store=store, **tools))
        list(import_strangers(few, store=store, **tools))
    call = ("calibrate", "--gallery", path, "--matcher", "cosine")

    def kept():
        with GalleryFile.open(path, PASSPHRASE) as store:
            return store.operating_point("sface")

    refused = osfi(*call).failure
    assert refused.startswith("6 people cannot show a FAR of 1 %")
    assert "instead of 0.3786" in refused
    assert "--anyway" in refused
    assert osfi(*call, "--threshold", 0.37).failure.startswith("6 people cannot show")
    assert kept() is None
    looked = osfi(*call, "--dry-run")
    assert looked.code == 0
    assert "instead of 0.3786" in looked.err
    assert kept() is None
    assert osfi(*call, "--threshold", 0.38).code == 0, "stricter than the default"
    done = osfi(*call, "--anyway")
    assert done.code == 0
    assert "instead of 0.3786" in done.err
    assert kept().threshold < 0.3
