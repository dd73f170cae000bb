"""What other programs may rely on: the fields of every JSON line, the numbers in them, and the exit codes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from references import sface_embeddings

KNOWN = ("Tim_Henman", "Venus_Williams", "Winona_Ryder")
STRANGERS = ("Bill_Gates", "Tony_Blair")
SHOTS = 3

ENROL_LINE = ["file", "identity", "status", "reason"]
FACE_LINE = [
    "frame",
    "time_s",
    "track",
    "box",
    "decision",
    "identity",
    "matcher",
    "score",
    "threshold",
    "cosine",
    "cosine_floor",
    "neighbours",
]


def lay_out(root: Path, target: Path) -> tuple[Path, Path]:
    """Copy the known people's first shots, and one later picture of everybody, into folders of their own."""
    enrol, probes = target / "enrol", target / "probes"
    for name in KNOWN:
        pictures = sorted((root / name).iterdir())
        (enrol / name).mkdir(parents=True)
        for picture in pictures[:SHOTS]:
            shutil.copy(picture, enrol / name)
    probes.mkdir()
    for name in (*KNOWN, *STRANGERS):
        shutil.copy(sorted((root / name).iterdir())[SHOTS], probes)
    return enrol, probes


@pytest.mark.parametrize("aligned", [False, True], ids=["whole pictures", "aligned chips"])
def test_enrolled_people_are_accepted_and_others_rejected_with_every_field_of_the_contract(
    osfi, shared_data, tmp_path, aligned
):
    enrol, probes = lay_out(shared_data / ("lfw112" if aligned else "lfw250"), tmp_path)
    gallery = ["--gallery", tmp_path / "desk.osfi", *(["--aligned"] if aligned else [])]

    done = osfi("enrol", enrol, *gallery, "--json")
    assert (done.code, done.err) == (0, "")
    assert all(list(line) == ENROL_LINE for line in done.records[:-1])
    assert done.records[-1] == {"people": 3, "shots": 9}
    expected = {(str(file), file.parent.name, "enrolled", "") for file in enrol.glob("*/*")}
    assert {tuple(line.values()) for line in done.records[:-1]} == expected

    done = osfi("identify", probes, *gallery, "--json")
    assert done.code == 0
    assert done.complaints == []
    assert all(list(line) == ["file", *FACE_LINE] for line in done.records)
    by_person = {Path(line["file"]).name[:-9]: line for line in done.records}
    assert set(by_person) == {*KNOWN, *STRANGERS}
    for name, line in by_person.items():
        known = name in KNOWN
        assert (line["decision"], line["identity"]) == (("accept", name) if known else ("reject", None))
        assert {neighbour for neighbour, _ in line["neighbours"]} == set(KNOWN)
        cosines = [cosine for _, cosine in line["neighbours"]]
        assert cosines == sorted(cosines, reverse=True)
        # Below sixteen people the cosine itself decides, so its threshold is its floor.
        assert line["matcher"] == "cosine"
        assert line["score"] == line["cosine"] == cosines[0]
        assert line["threshold"] == line["cosine_floor"]
        assert (line["score"] >= line["threshold"]) == known
        assert (line["time_s"], line["track"]) == (0.0, 0)
        x, y, width, height = line["box"]
        side = 112 if aligned else 250
        assert 0 < x < x + width < side
        assert 0 < y < y + height < side
    files = sorted(probes.iterdir())
    assert {line["frame"]: line["file"] for line in done.records} == {i: str(f) for i, f in enumerate(files)}


def test_cosines_are_those_of_another_runtime_and_pencil_and_paper(osfi, shared_data, tmp_path):
    """SFace by onnxruntime, chip and mirror image added, shots averaged as unit vectors, and nothing else."""
    enrol, probes = lay_out(shared_data / "lfw112", tmp_path)

    def embeddings(files):
        return sface_embeddings([np.asarray(Image.open(file).convert("RGB")) for file in files])

    prototypes = {}
    for name in KNOWN:
        mean = embeddings(sorted((enrol / name).iterdir())).mean(axis=0)
        prototypes[name] = mean / np.sqrt(mean @ mean)
    files = sorted(probes.iterdir())
    expected = embeddings(files) @ np.stack([prototypes[name] for name in KNOWN]).T

    gallery = ["--gallery", tmp_path / "desk.osfi", "--aligned", "--json"]
    assert osfi("enrol", enrol, *gallery).code == 0
    lines = osfi("identify", probes, *gallery).records
    found = {line["file"]: dict(line["neighbours"]) for line in lines}
    measured = np.array([[found[str(file)][name] for name in KNOWN] for file in files])
    np.testing.assert_allclose(measured, expected, atol=1e-4)


def test_a_video_s_faces_wait_for_three_frames_and_keep_their_track(osfi, demo_dir, desk, tmp_path):
    """Twelve frames of a portrait that drifts: undecided twice, then accepted, on one track, at the file's times."""
    portrait = cv2.imread(str(demo_dir / "enrol" / "Jacinda Ardern" / "2022.jpg"))
    portrait = cv2.resize(portrait, (320, round(320 * portrait.shape[0] / portrait.shape[1]) // 2 * 2))
    height, width = portrait.shape[:2]
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (width, height))
    for index in range(12):
        writer.write(cv2.warpAffine(portrait, np.float32([[1, 0, index], [0, 1, 0]]), (width, height)))
    writer.release()

    done = osfi("identify", clip, "--gallery", desk, "--json")
    assert done.code == 0
    assert all(list(line) == FACE_LINE for line in done.records)
    assert [line["frame"] for line in done.records] == list(range(12))
    np.testing.assert_allclose([line["time_s"] for line in done.records], np.arange(12) / 10.0, atol=0.002)
    assert {line["track"] for line in done.records} == {1}
    assert [line["decision"] for line in done.records] == ["undecided"] * 2 + ["accept"] * 10
    assert [line["identity"] for line in done.records] == [None] * 2 + ["Jacinda Ardern"] * 10
    moved = np.diff([line["box"][0] for line in done.records])
    assert np.abs(moved.sum() - 11.0) < 5.0  # pixels, of a face that is 130 wide
    assert np.abs(moved).max() < 4.0  # and it does not jump on the way


def test_max_frames_ends_a_source_that_never_does(osfi, desk):
    done = osfi("identify", "demo", "--gallery", desk, "--json", "--max-frames", 8)
    assert done.code == 0
    assert {line["frame"] for line in done.records} <= set(range(8))
    assert done.records


def test_without_json_a_person_reads_a_sentence_a_face(osfi, desk, demo_dir):
    done = osfi("identify", demo_dir / "enrol" / "Jacinda Ardern" / "2022.jpg", "--gallery", desk)
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert "2022.jpg  ACCEPT Jacinda Ardern: cosine 0." in line
    done = osfi("identify", demo_dir / "strangers" / "sunak.jpg", "--gallery", desk)
    assert "sunak.jpg  REJECT: nearest is " in done.out


def test_without_json_enrolling_lists_every_file_and_the_sum_on_standard_output(osfi, people, tmp_path):
    (people / "Jacinda Ardern" / "zz.jpg").write_text("no picture")
    done = osfi("enrol", people, "--gallery", tmp_path / "new.osfi")
    assert (done.code, done.err) == (0, "")
    *lines, last = done.out.splitlines()
    assert sorted(line.split()[0] for line in lines) == ["enrolled", "enrolled", "refused"]
    (refused,) = (line for line in lines if line.startswith("refused"))
    assert "zz.jpg  zz.jpg is not a picture that can be read." in refused
    assert last == "2 people enrolled with 2 shots, 1 files refused."


def test_enrolling_again_adds_only_what_is_new(osfi, people, desk, demo_dir):
    done = osfi("enrol", people, "--gallery", desk, "--json")
    assert {line["reason"] for line in done.records[:-1]} == {"The same picture is enrolled already."}
    assert done.records[-1] == {"people": 0, "shots": 0}
    shutil.copy(demo_dir / "enrol" / "Jacinda Ardern" / "2022.jpg", people / "Jacinda Ardern")
    done = osfi("enrol", people, "--gallery", desk, "--json")
    assert done.code == 0
    assert done.records[-1] == {"people": 1, "shots": 1}


@pytest.mark.parametrize(
    "arguments",
    [["enrol"], ["enrol", "people"], ["identify", "x.jpg"], ["identify", "x.jpg", "--gallery"], ["paint"], ["--bogus"]],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(osfi, arguments):
    done = osfi(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Error" in done.err
    assert "Traceback" not in done.err


def test_help_and_version_end_with_zero(osfi):
    import osfi_gui

    assert osfi("--version").out == f"osfi {osfi_gui.__version__}\n"
    done = osfi("--help")
    assert done.code == 0
    assert all(command in done.out for command in ("enrol", "identify", "doctor", "encoders"))


def test_a_process_of_its_own_ends_with_the_same_codes_and_one_line(tmp_path):
    """All other calls run inside the test; this one is what a shell sees."""

    def shell(*arguments):
        command = [sys.executable, "-m", "osfi_gui.cli", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)

    assert shell("encoders", "list").returncode == 0
    assert shell("identify").returncode == 2
    failed = shell("identify", "nobody.jpg", "--gallery", "desk.osfi")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("osfi: nobody.jpg does not exist. ")
    assert failed.stderr.count("\n") == 1
