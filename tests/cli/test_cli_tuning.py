"""Fine-tuning, versions, strangers and the experiment from the terminal: records, exit codes, one-line failures."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from real_faces import import_mobile, people_of, strangers_of

from osfi_gui.core.events import Token
from osfi_gui.core.tune import PAPER_RECIPE
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.services.strangers import import_strangers
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.tuning.recipes import POOR_CAMERA_RECIPE
from osfi_gui.vision.camera import degrade_named

PASSPHRASE = "a passphrase for the tests"


@pytest.fixture(autouse=True)
def _mobile(shared_data, own_data_dir):
    """Import the small encoder into this test's data folder."""
    import_mobile(shared_data)


@pytest.fixture(scope="module")
def folders(shared_data, tmp_path_factory):
    """Give ROOT/NAME/picture: six people with two aligned chips each, and twelve strangers."""
    place = tmp_path_factory.mktemp("folders")
    for name, people, count in (
        ("known", people_of(shared_data, 6), 2),
        ("strangers", strangers_of(shared_data, 12), 1),
    ):
        for person in people:
            (place / name / person.name).mkdir(parents=True)
            for file in sorted(person.iterdir())[:count]:
                shutil.copy(file, place / name / person.name)
    return place


@pytest.fixture(scope="module")
def made(folders, shared_data, device, tmp_path_factory):
    """Make a closed gallery of them; it is copied, never opened."""
    from real_faces import mobile_encoder

    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(place / "data"))
        tools = {"detector": None, "encoder": mobile_encoder(shared_data, device), "token": Token(), "aligned": True}
        with GalleryFile.open(place / "desk.osfi", PASSPHRASE, create=True) as store:
            list(enrol_folder(folders / "known", store=store, **tools))
            list(import_strangers(folders / "strangers", store=store, **tools))
    return place / "desk.osfi"


@pytest.fixture
def desk(made, tmp_path):
    return shutil.copy(made, tmp_path / "desk.osfi")


@pytest.fixture
def alone(folders, tmp_path, osfi):
    """Give a gallery with one person in it."""
    person = sorted((folders / "known").iterdir())[0]
    shutil.copytree(person, tmp_path / "one" / person.name)
    path = tmp_path / "alone.osfi"
    assert osfi("enrol", tmp_path / "one", "--gallery", path, "--aligned", "--encoder", "mobile").code == 0
    return path


def tuned(osfi, desk, *more):
    return osfi("tune", "--gallery", desk, "--encoder", "mobile", "--epochs", "2", "--json", *more)


VERSION = [
    *("version", "encoder", "parent", "made_at", "in_use", "recipe", "standing", "sentence", "comparison"),
    *(
        "judged_against",
        "against_in_use",
        "background",
        "people",
        "revision",
        "size_bytes",
        "seconds",
        "device",
        "note",
    ),
]
COMPARED = [
    *("matcher", "far", "dir_before", "dir_after", "difference", "difference_ci", "rank1_before", "rank1_after")
]


def test_tune_learns_from_a_folder_of_other_people_too(osfi, desk, folders, shared_data, tmp_path):
    root = tmp_path / "others"
    for person in strangers_of(shared_data, 16)[12:]:
        shutil.copytree(person, root / person.name)
    judge = sorted((folders / "strangers").iterdir())[0]
    shutil.copytree(judge, root / judge.name)
    done = tuned(osfi, desk, "--background", root, "--aligned")
    assert done.code == 0
    (refused,) = [record for record in done.records if record.get("status") == "refused"]
    assert refused["reason"] == "Somebody of this name is enrolled, or a stranger who judges."
    assert judge.name in refused["file"]
    version = done.records[-1]
    assert (version["background"], version["people"]) == (4, 6)
    assert "on 6 shots of 6 people and 4 others" in done.err
    (listed, _) = osfi("versions", "list", "--gallery", desk, "--encoder", "mobile", "--json").records
    assert listed["background"] == 4
    alone = tuned(osfi, desk).records[-1]
    assert (alone["background"], alone["people"]) == (0, 6)


def test_a_background_of_nobody_is_refused_and_nothing_is_made(osfi, desk, folders, tmp_path):
    for root, words in ((tmp_path / "nowhere", "There is no folder"), (folders / "strangers", "can be learned from")):
        done = osfi("tune", "--gallery", desk, "--encoder", "mobile", "--background", root, "--aligned")
        assert done.code == 1
        assert words in done.err
    assert osfi("versions", "list", "--gallery", desk, "--encoder", "mobile", "--json").records[0]["in_use"] == 0


def test_tune_prints_steps_looks_and_the_version(osfi, desk):
    done = tuned(osfi, desk, "--head", "arcface", "--seed", "3")
    assert done.code == 0
    seen, *steps, version = done.records
    assert seen["recipe"] == "paper"
    losses = [record for record in steps if "loss" in record]
    assert [list(record) for record in losses] == [["step", "steps", "epoch", "loss", "accuracy", "rate"]] * 2
    assert [(record["step"], record["steps"], record["epoch"]) for record in losses] == [(1, 2, 1.0), (2, 2, 2.0)]
    assert [record["rate"] for record in losses] == pytest.approx([1e-3, 5e-4])
    looks = [record for record in steps if "dir" in record]
    assert [list(record) for record in looks] == [["epoch", "dir", "target_far"]] * len(looks)
    assert len(looks) + len(losses) == len(steps)
    assert list(version) == VERSION
    assert (version["version"], version["encoder"], version["in_use"], version["people"]) == (1, "mobile", False, 6)
    assert (version["recipe"]["head"], version["recipe"]["seed"], version["recipe"]["layers"]) == ("arcface", 3, "bn")
    assert [list(row) for row in version["comparison"]] == [COMPARED] * 2
    assert version["standing"] in ("better", "worse", "open")
    # What is said to people goes to the other stream, without a bar where there is no terminal.
    assert version["sentence"] in done.err
    assert "Version 1 of mobile is kept, not in use." in done.err
    assert "\r" not in done.err


@pytest.fixture(scope="module")
def poor(folders, tmp_path_factory):
    """Give the same people as the degraded camera sees them, in files that lose nothing."""
    place = tmp_path_factory.mktemp("poor")
    for file in sorted((folders / "known").glob("*/*")):
        (place / file.parent.name).mkdir(exist_ok=True)
        chip = np.asarray(Image.open(file).convert("RGB"))
        Image.fromarray(degrade_named(chip, file.name)).save(place / file.parent.name / f"{file.stem}.png")
    return place


def test_tune_takes_the_recipe_that_suits_the_shots_and_says_so(osfi, desk, poor, tmp_path):
    """The sentence holds the number that the record holds, and the version what was followed."""
    path = tmp_path / "poor.osfi"
    assert osfi("enrol", poor, "--gallery", path, "--aligned", "--encoder", "mobile").code == 0
    advice = "a run learns far more with other people to learn from. Give a folder of them: --background FOLDER."
    for gallery, recipe, words, advised in (
        (path, POOR_CAMERA_RECIPE, "the recipe for poor cameras is used.", True),
        (desk, PAPER_RECIPE, "the paper's recipe is used.", False),
    ):
        done = tuned(osfi, gallery)
        assert (advice in done.err.replace("\n", " ")) == advised
        seen, version = done.records[0], done.records[-1]
        assert list(seen) == ["recipe", "detail_px", "shots_seen", "sentence"]
        assert seen["shots_seen"] == 12
        assert seen["sentence"] == (
            f"The shots carry detail of about {seen['detail_px']:.0f} pixels across a face, so {words}"
        )
        assert seen["sentence"] in done.err.replace("\n", " ")
        assert version["recipe"] == {**recipe.to_dict(), "epochs": 2}
    # Asked for in so many words it is the same, and what else is given holds.
    done = tuned(osfi, path, "--recipe", "auto", "--rate", "0.01", "--seed", "4")
    assert done.records[0]["recipe"] == "poor-camera"
    assert done.records[-1]["recipe"] == {**POOR_CAMERA_RECIPE.to_dict(), "epochs": 2, "rate": 0.01, "seed": 4}


@pytest.mark.parametrize(
    ("given", "followed"),
    [
        (("--recipe", "paper"), PAPER_RECIPE),
        (("--augment", "none"), replace(PAPER_RECIPE, augment="none")),
        (("--rate", "0.002"), replace(PAPER_RECIPE, rate=0.002)),
        (("--batch", "64"), replace(PAPER_RECIPE, batch=64)),
    ],
)
def test_what_the_operator_chose_is_not_chosen_again(osfi, poor, tmp_path, given, followed):
    path = tmp_path / "poor.osfi"
    assert osfi("enrol", poor, "--gallery", path, "--aligned", "--encoder", "mobile").code == 0
    done = tuned(osfi, path, *given)
    assert "detail" not in done.out + done.err
    assert done.records[-1]["recipe"] == {**followed.to_dict(), "epochs": 2}


def test_versions_are_listed_promoted_and_rolled_back(osfi, desk):
    for _ in range(2):
        assert tuned(osfi, desk).code == 0

    def listed():
        done = osfi("versions", "list", "--gallery", desk, "--encoder", "mobile", "--json")
        assert (done.code, done.err) == (0, "")
        *versions, state = done.records
        assert [list(version) for version in versions] == [VERSION] * 2
        assert list(state) == ["encoder", "in_use", "back_to"]
        assert [version["version"] for version in versions] == [2, 1]
        assert [version["version"] for version in versions if version["in_use"]] == [state["in_use"]] * bool(
            state["in_use"]
        )
        return state["in_use"], state["back_to"]

    assert listed() == (0, None)
    for number, expected in ((1, (1, 0)), (2, (2, 1))):
        done = osfi("versions", "promote", number, "--gallery", desk, "--encoder", "mobile", "--anyway")
        assert (done.code, done.out) == (0, "")
        unknown = "Version 2 was not compared with version 1, which is in use: whether it is better is unknown.\n"
        assert done.err == f"{unknown if number == 2 else ''}Version {number} of mobile is in use now.\n"
        assert listed() == expected
    plain = osfi("versions", "list", "--gallery", desk, "--encoder", "mobile").out.splitlines()
    assert [line[:7].split() for line in plain] == [["*", "2"], ["1"], ["0"]]
    for expected, said in (((1, 0), "Version 1 of mobile"), ((0, None), "The pretrained mobile")):
        done = osfi("versions", "rollback", "--gallery", desk, "--encoder", "mobile")
        assert (done.code, done.err) == (0, f"{said} is in use again.\n")
        assert listed() == expected
    done = osfi("versions", "rollback", "--gallery", desk, "--encoder", "mobile")
    assert done.failure.startswith("There is nothing to roll back")


def test_promote_only_what_is_better(osfi, desk):
    """A rate that hardly moves anything shows no difference, so --promote leaves it."""
    done = tuned(osfi, desk, "--rate", "1e-12", "--promote")
    assert done.code == 0
    assert done.records[-1]["standing"] == "open"
    assert done.records[-1]["in_use"] is False
    assert osfi("versions", "promote", 1, "--gallery", desk, "--encoder", "mobile").code == 0


def test_a_run_is_compared_with_the_version_in_use_as_well(osfi, desk):
    """Both hardly move anything, so the second is no different from the first, and --promote leaves it."""
    done = tuned(osfi, desk, "--rate", "1e-12", "--promote")
    assert (done.records[-1]["judged_against"], done.records[-1]["against_in_use"]) == (0, None)
    assert osfi("versions", "promote", 1, "--gallery", desk, "--encoder", "mobile").code == 0
    done = tuned(osfi, desk, "--rate", "1e-12", "--promote")
    version = done.records[-1]
    assert (version["parent"], version["judged_against"], version["in_use"]) == (0, 1, False)
    against = version["against_in_use"]
    assert list(against) == ["version", "standing", "sentence", "held_out", "comparison"]
    # The same shots are held out in both runs: one of each of the six people.
    assert (against["version"], against["standing"], against["held_out"]) == (1, "open", 6)
    assert against["sentence"].startswith("No difference from version 1, which was in use, is shown: DIR at FAR 10 %")
    assert against["sentence"] in done.err
    assert [list(row) for row in against["comparison"]] == [COMPARED] * 2
    listed = osfi("versions", "list", "--gallery", desk, "--encoder", "mobile").out.splitlines()
    assert [("(against 1: open)" in line) for line in listed] == [True, False, False]
    done = osfi("versions", "promote", 2, "--gallery", desk, "--encoder", "mobile")
    assert done.err == f"{against['sentence']}\nVersion 2 of mobile is in use now.\n"


def test_an_unjudged_version_is_promoted_only_anyway(osfi, folders, tmp_path):
    path = tmp_path / "unjudged.osfi"
    assert osfi("enrol", folders / "known", "--gallery", path, "--aligned", "--encoder", "mobile").code == 0
    done = tuned(osfi, path, "--epochs", "1", "--promote")
    assert done.code == 0
    version = done.records[-1]
    assert (version["standing"], version["comparison"], version["in_use"]) == ("unjudged", [], False)
    refused = osfi("versions", "promote", 1, "--gallery", path, "--encoder", "mobile")
    assert refused.failure == (
        "Version 1 could not be judged, so it is not put into use. "
        "Say that you want it anyway, or tune with more shots and strangers."
    )
    assert osfi("versions", "promote", 1, "--gallery", path, "--encoder", "mobile", "--anyway").code == 0


def test_a_tuned_version_is_what_identify_works_with(osfi, desk, folders):
    tuned(osfi, desk, "--epochs", "1", "--rate", "0.01")
    picture = next(iter(sorted((folders / "known").iterdir())[0].iterdir()))

    def identified():
        done = osfi("identify", picture, "--gallery", desk, "--encoder", "mobile", "--aligned", "--json")
        assert done.code == 0, done.err
        return done.records

    before = identified()
    osfi("versions", "promote", 1, "--gallery", desk, "--encoder", "mobile", "--anyway")
    after = identified()
    assert json.dumps(before) != json.dumps(after)
    osfi("versions", "rollback", "--gallery", desk, "--encoder", "mobile")
    assert [strip(record) for record in identified()] == [strip(record) for record in before]


def strip(record):
    return {key: value for key, value in record.items() if "ms" not in key and "time" not in key}


def test_a_version_that_is_not_in_use_can_be_removed(osfi, desk):
    tuned(osfi, desk, "--epochs", "1")
    assert osfi("versions", "remove", 0, "--gallery", desk).failure.startswith(
        "The pretrained encoder cannot be removed"
    )
    done = osfi("versions", "remove", 1, "--gallery", desk)
    assert (done.code, done.err) == (0, "Version 1 is gone.\n")
    assert osfi("versions", "remove", 1, "--gallery", desk).failure.startswith("Version 1 is not in this gallery")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--head", "circle"), "There is no head named “circle”. Choose one of: cosface, arcface, magface"),
        (("--start", "warm"), "There is no start named “warm”."),
        (("--layers", "top"), "There is no layers named “top”."),
        (("--recipe", "secret"), "There is no recipe named “secret”. Choose one of: auto, paper, poor-camera"),
        (("--rate", "0"), "The learning rate is above 0"),
        (("--average", "3"), "no more are averaged than there are"),
        (("--scale", "nan"), "The head's scale is above 0"),
        (("--encoder", "nobody"), "nobody"),
    ],
)
def test_a_recipe_that_cannot_be_followed_fails_in_one_line(osfi, desk, arguments, words):
    assert words in tuned(osfi, desk, *arguments).failure
    assert osfi("versions", "list", "--gallery", desk, "--encoder", "mobile", "--json").records[-1]["in_use"] == 0


@pytest.mark.parametrize("arguments", [("--epochs", "0"), ("--epochs", "x"), ("--batch", "0"), ("--nothing",)])
def test_wrong_usage_ends_with_2(osfi, desk, arguments):
    assert tuned(osfi, desk, *arguments).code == 2


def test_one_identity_fails_in_one_line(osfi, alone):
    assert tuned(osfi, alone).failure == (
        "Fine-tuning tells people apart, and only one is enrolled. Enrol a second person first."
    )


@pytest.mark.parametrize("command", ["promote", "remove"])
def test_an_unknown_version_fails_in_one_line(osfi, desk, command):
    encoder = ("--encoder", "mobile") if command == "promote" else ()
    done = osfi("versions", command, 9, "--gallery", desk, *encoder)
    assert done.failure.startswith("Version 9 is not in this gallery.")


@pytest.mark.parametrize("arguments", [("list",), ("rollback",), ("promote", 1, "--anyway")])
def test_versions_of_an_unknown_encoder_fail_in_one_line(osfi, desk, arguments):
    done = osfi("versions", *arguments, "--gallery", desk, "--encoder", "nobody")
    said = "Version 1 is not in this gallery." if "promote" in arguments else "There is no encoder named “nobody”."
    assert done.failure.startswith(said)


@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_that_cannot_seed_fails_in_one_line(osfi, desk, folders, tmp_path, seed):
    assert tuned(osfi, desk, "--seed", seed).failure.startswith("The seed is 0 or more")
    out = tmp_path / "out"
    done = osfi("evaluate", folders, "--out", out, "--aligned", "--encoder", "mobile", "--seed", seed)
    assert done.failure.startswith("The seed is 0 or more")
    assert not out.exists()


def test_a_missing_gallery_fails_in_one_line_and_is_not_made(osfi, tmp_path):
    path = tmp_path / "nowhere.osfi"
    for arguments in (("tune",), ("versions", "list"), ("versions", "rollback"), ("versions", "promote", 1)):
        assert osfi(*arguments, "--gallery", path).failure.startswith("There is no gallery")
    assert osfi("strangers", "import", tmp_path, "--gallery", path).failure.startswith("There is no gallery")
    assert not path.exists()


def test_strangers_are_imported_once_and_never_of_an_enrolled_name(osfi, desk, folders, tmp_path):
    shutil.copytree(folders / "strangers", tmp_path / "more")
    person = sorted((folders / "known").iterdir())[0]
    shutil.copytree(person, tmp_path / "more" / person.name)
    shutil.copytree(sorted((folders / "known").iterdir())[1], tmp_path / "more" / "Somebody New")
    done = osfi(
        "strangers", "import", tmp_path / "more", "--gallery", desk, "--aligned", "--encoder", "mobile", "--json"
    )
    assert done.code == 0
    *refused, last = done.records
    assert last == {"kept": 2, "refused": 14, "strangers": 14}
    assert [list(record) for record in refused] == [["file", "status", "reason"]] * 14
    reasons = [record["reason"] for record in refused]
    assert reasons.count("The same picture is kept already.") == 12
    assert sum("Somebody of this name is enrolled" in reason for reason in reasons) == 2
    done = osfi("strangers", "import", tmp_path / "nowhere", "--gallery", desk, "--aligned", "--encoder", "mobile")
    assert "nowhere" in done.failure


def experiment(osfi, folders, out, *more):
    root = folders / "all"
    if not root.exists():
        shutil.copytree(folders / "known", root)
        shutil.copytree(folders / "strangers", root, dirs_exist_ok=True)
    wanted = ("--shots", 1, "--known", 4, "--unknown", 12, "--probes", 1, "--epochs", 1, "--aligned")
    return osfi("evaluate", root, "--out", out, "--encoder", "mobile", *wanted, *more)


ROW = ["start", "layers", "statistics", "head", "matcher", "k", "dir_at_far", "rank1", "ci", "seconds"]


def test_evaluate_prints_a_record_a_row_and_a_table_for_people(osfi, folders, tmp_path):
    done = experiment(osfi, folders, tmp_path / "out", "--json")
    assert done.code == 0
    assert [list(record) for record in done.records] == [ROW] * 4
    assert json.loads((tmp_path / "out" / "results.json").read_text())["rows"] == done.records
    table = experiment(osfi, folders, tmp_path / "out")
    assert table.code == 0
    assert "DIR in % at FAR" in table.out
    assert "not measurable with n = 12" in table.out
    for record in done.records:
        assert f"{100 * record['dir_at_far']['0.1']:.1f}" in table.out


@pytest.mark.parametrize(("camera", "recipe"), [("degraded", "poor-camera"), ("clean", "paper")])
def test_evaluate_follows_the_paper_unless_the_shots_are_to_decide(osfi, folders, tmp_path, camera, recipe):
    """Rows are kept by what was followed: the same recipe again makes no new one."""
    out = tmp_path / "out"

    def kept(*more):
        done = experiment(osfi, folders, out, "--camera", camera, "--json", *more)
        assert done.code == 0, done.err
        return done, {file.name for file in (out / "rows").iterdir()}

    done, rows = kept("--recipe", "auto")
    seen, *records = done.records
    assert (seen["recipe"], seen["shots_seen"]) == (recipe, 4)
    assert seen["sentence"] in done.err.replace("\n", " ")
    assert [list(record) for record in records] == [ROW] * 4
    assert len(rows) == 2
    assert kept("--recipe", recipe)[1] == rows
    done, by_default = kept()
    assert [list(record) for record in done.records] == [ROW] * 4
    assert len(by_default - rows) == (recipe != "paper")


def test_evaluate_refuses_in_one_line(osfi, folders, tmp_path):
    assert experiment(osfi, folders, tmp_path / "out", "--json").code == 0
    for arguments, words in (
        (("--seed", 1), "The folder out holds another experiment."),
        (("--known", 99), "holds too few people"),
        (("--camera", "x"), "There is no camera named “x”."),
        (("--grid", "x"), "There is no grid named “x”."),
        (("--head", "x"), "There is no head named “x”."),
    ):
        assert words in experiment(osfi, folders, tmp_path / "out", *arguments).failure
    done = osfi("evaluate", tmp_path / "nowhere", "--out", tmp_path / "new", "--encoder", "mobile", "--aligned")
    assert "There is no folder" in done.failure
    assert not (tmp_path / "new").exists()
