"""The paper's experiment on real faces: what it writes, how it goes on after a kill, and what it refuses."""

from __future__ import annotations

import csv
import json
import os
import shutil
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image
from real_faces import mobile_encoder, people_of, strangers_of

from osfi_gui.core.align import aligned_face
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Token
from osfi_gui.core.experiment import Row
from osfi_gui.core.tune import Recipe, Stepped
from osfi_gui.services.evaluate import PRETRAINED, Protocol, evaluate, paper_grid, read_folds, row_title
from osfi_gui.vision.camera import degrade

PROTOCOL = Protocol(shots=2, known=3, unknown=12, probes=2, aligned=True)
RECIPES = (PRETRAINED, Recipe(epochs=1))


@pytest.fixture(scope="module")
def mobile(shared_data, device, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(tmp_path_factory.mktemp("mobile")))
        return mobile_encoder(shared_data, device)


@pytest.fixture(scope="module")
def root(shared_data, tmp_path_factory):
    """Give a folder of four people with five chips each, and fourteen with one."""
    place = tmp_path_factory.mktemp("people")
    for people, count in ((people_of(shared_data, 4), 5), (strangers_of(shared_data, 14), 1)):
        for person in people:
            (place / person.name).mkdir()
            for file in sorted(person.iterdir())[:count]:
                shutil.copy(file, place / person.name)
    return place


@pytest.fixture
def run(root, mobile):
    def run(out, *, protocol=PROTOCOL, recipes=RECIPES, token=None, encoder=mobile):
        return evaluate(
            root,
            protocol=protocol,
            recipes=recipes,
            encoder=encoder,
            detector=None,
            out=out,
            token=token or Token(),
            draws=50,
        )

    return run


@pytest.fixture(scope="module")
def done(root, mobile, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    shutil.rmtree(out)
    events = list(
        evaluate(
            root,
            protocol=PROTOCOL,
            recipes=RECIPES,
            encoder=mobile,
            detector=None,
            out=out,
            token=Token(),
            draws=50,
        )
    )
    return out, events


def test_it_writes_what_it_promises(done):
    out, events = done
    assert isinstance(events[-1], Finished)
    assert sorted(file.name for file in out.iterdir()) == [
        *("dir_far.png", "dir_far.svg", "experiment.json", "folds.json", "results.csv", "results.json", "rows")
    ]
    results = json.loads((out / "results.json").read_text())
    assert results == json.loads(json.dumps(events[-1].result))
    assert list(results) == ["rows", "counts", "encoder", "camera", "seed", "folds_sha256"]
    assert results["counts"] == {
        "known": 3,
        "shots": 6,
        "probes": 6,
        "strangers": 12,
        "stranger_probes": 12,
        "lost": 0,
        "unreadable": 0,
    }
    named = [(row["start"], row["layers"], row["statistics"], row["head"], row["matcher"]) for row in results["rows"]]
    assert named == [
        ("pretrained", "none", "frozen", "cosface", "cosine"),
        ("pretrained", "none", "frozen", "cosface", "nac"),
        ("wi", "bn", "frozen", "cosface", "cosine"),
        ("wi", "bn", "frozen", "cosface", "nac"),
    ]
    assert [row["k"] for row in results["rows"]] == [1, 3, 1, 3]
    for row in results["rows"]:
        # Twelve strangers measure FAR 10 and 100 %, no less.
        assert [far for far, value in row["dir_at_far"].items() if value is not None] == ["0.1", "1"]
        assert [far for far, value in row["ci"].items() if value is not None] == ["0.1", "1"]
    assert [isinstance(event, Row) for event in events].count(True) == 4


def test_table_and_plots_can_be_read(done):
    out, _ = done
    with (out / "results.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    rows = json.loads((out / "results.json").read_text())["rows"]
    assert len(table) == 4
    for line, row in zip(table, rows, strict=True):
        assert line["dir_0.001"] == line["low_0.001"] == ""
        assert float(line["dir_0.1"]) == row["dir_at_far"]["0.1"]
        assert [float(line["low_0.1"]), float(line["high_0.1"])] == row["ci"]["0.1"]
        assert float(line["rank1"]) == row["rank1"]
    with Image.open(out / "dir_far.png") as plot:
        plot.load()
        assert plot.format == "PNG"
        assert min(plot.size) > 500
        assert len(plot.convert("RGB").getcolors(1 << 24)) > 50
    drawn = (out / "dir_far.svg").read_text()
    assert drawn.startswith("<?xml")
    assert "</svg>" in drawn


def test_the_pretrained_row_by_hand(done, root, mobile):
    """From the folds as written: prototypes of the shots, the best cosine, the second highest stranger at most."""
    out, _ = done
    folds = json.loads((out / "folds.json").read_text())

    def embed(part):
        files = [(row, file) for row, files in enumerate(folds[part].values()) for file in files]
        chips = [np.asarray(Image.open(root / file).convert("RGB")) for _, file in files]
        return mobile.embed(chips), np.array([row for row, _ in files])

    (shots, owners), (probes, mated), (others, _) = embed("shots"), embed("probes"), embed("strangers")
    gallery = np.stack([shots[owners == row].sum(axis=0) for row in range(3)])
    gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
    cosines, highest = probes @ gallery.T, (others @ gallery.T).max(axis=1)
    right = cosines.argmax(axis=1) == mated
    expected = float(np.mean(right & (cosines.max(axis=1) >= np.sort(highest)[-1])))
    row = json.loads((out / "results.json").read_text())["rows"][0]
    assert row["dir_at_far"]["0.1"] == pytest.approx(expected)
    assert row["rank1"] == pytest.approx(float(right.mean()))
    assert row["seconds"] < 5.0


def test_folds_and_digest_are_written(done, root):
    out, _ = done
    folds = read_folds(root, PROTOCOL)
    assert (out / "folds.json").read_text() == folds.text()
    assert json.loads((out / "results.json").read_text())["folds_sha256"] == folds.sha256
    assert not set(folds.shots) & set(folds.strangers)


def test_killed_between_rows_it_goes_on_and_trains_no_row_twice(run, tmp_path, done):
    events = run(tmp_path / "out")
    for event in events:
        if isinstance(event, Progress) and event.unit == "rows" and event.done == 1:
            events.close()  # as when the program is killed
    kept = sorted((tmp_path / "out" / "rows").iterdir())
    assert len(kept) == 1
    stamp = kept[0].stat().st_mtime_ns
    again = list(run(tmp_path / "out"))
    assert sum(isinstance(event, Stepped) for event in again) == 1  # of the second row alone
    assert kept[0].stat().st_mtime_ns == stamp
    once_more = list(run(tmp_path / "out"))
    assert not any(isinstance(event, Stepped) for event in once_more)
    fresh = done[1][-1].result
    for result in (again[-1].result, once_more[-1].result):
        for ours, theirs in zip(result["rows"], fresh["rows"], strict=True):
            assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half an archive", b"no archive"])
def test_a_damaged_row_is_made_anew(run, tmp_path, damage):
    list(run(tmp_path / "out", recipes=RECIPES[1:]))
    (kept,) = (tmp_path / "out" / "rows").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage or whole[: len(whole) // 2])
    assert sum(isinstance(event, Stepped) for event in run(tmp_path / "out", recipes=RECIPES[1:])) == 1


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"known": 2}, {"probes": 1}, {"camera": "degraded"}, {"unknown": 11}, {"aligned": False}]
)
def test_another_experiment_in_the_same_folder_is_refused(run, done, other):
    out, _ = done
    before = {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()}
    with pytest.raises(DeskError, match=r"holds another experiment\. Choose another folder"):
        list(run(out, protocol=replace(PROTOCOL, **other)))
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()} == before


def test_pictures_that_changed_under_their_names_are_noticed(run, root, tmp_path, mobile):
    """Of the same length, at the same time, with one other byte; and another modification time alone is no change."""
    people, out = tmp_path / "people", tmp_path / "out"
    shutil.copytree(root, people)

    def again():
        return list(
            evaluate(
                people,
                protocol=PROTOCOL,
                recipes=RECIPES[:1],
                encoder=mobile,
                detector=None,
                out=out,
                token=Token(),
                draws=50,
            )
        )

    first = again()[-1].result
    folds = read_folds(people, PROTOCOL)
    files = [file for part in (folds.shots, folds.probes, folds.strangers) for files in part.values() for file in files]
    by_hand = sha256(b"".join(sha256((people / file).read_bytes()).digest() for file in files)).hexdigest()
    assert json.loads((out / "experiment.json").read_text())["pictures"] == by_hand
    picture = people / files[0]
    os.utime(picture, (1, 1))
    assert again()[-1].result == first
    content = bytearray(picture.read_bytes())
    content[-3] ^= 1
    picture.write_bytes(content)
    os.utime(picture, (1, 1))
    with pytest.raises(DeskError, match=r"no longer those that the rows in out were made of\. Choose another folder"):
        again()
    content[-3] ^= 1
    picture.write_bytes(content)
    assert again()[-1].result == first
    # A folder of before, when no digest was kept, is gone on with.
    setting = json.loads((out / "experiment.json").read_text())
    del setting["pictures"]
    (out / "experiment.json").write_text(json.dumps(setting))
    assert again()[-1].result == first
    assert json.loads((out / "experiment.json").read_text())["pictures"] == by_hand
    (out / "experiment.json").write_text("no JSON")
    with pytest.raises(DeskError, match="holds another experiment"):
        again()


def test_damaged_pictures_and_those_without_a_face_are_both_counted(root, tmp_path, mobile):
    people = tmp_path / "people"
    shutil.copytree(root, people)
    folds = read_folds(people, PROTOCOL)
    (probe, *_), *_ = folds.probes.values()
    strangers = [file for files in folds.strangers.values() for file in files]
    (people / probe).write_bytes(b"no picture")
    (people / strangers[0]).write_bytes((people / strangers[0]).read_bytes()[:200])

    class Blind:
        """Finds a face everywhere but in one picture."""

        def detect(self, pixels):
            return [] if np.array_equal(pixels, missed) else [aligned_face(112)]

    missed = np.asarray(Image.open(people / strangers[1]).convert("RGB"))
    settings = {"recipes": RECIPES[:1], "encoder": mobile, "token": Token(), "draws": 50}
    protocol = replace(PROTOCOL, aligned=False)
    *_, last = evaluate(people, protocol=protocol, detector=Blind(), out=tmp_path / "out", **settings)
    counts = last.result["counts"]
    assert (counts["lost"], counts["unreadable"]) == (1, 2)
    assert (counts["probes"], counts["stranger_probes"]) == (5, 10)  # of 6 and 12
    for shot in next(iter(folds.shots.values())):
        (people / shot).write_bytes(b"")
    words = "Some people cannot take part: 1 pictures show no face, and 4 cannot be read"
    with pytest.raises(DeskError, match=words):
        list(evaluate(people, protocol=protocol, detector=Blind(), out=tmp_path / "other", **settings))


@pytest.mark.parametrize("unit", ["pictures", "rows"])
def test_cancelled_it_keeps_the_rows_that_were_finished(run, tmp_path, root, unit):
    token = Token()
    for event in run(tmp_path / "out", token=token):
        if isinstance(event, Progress) and event.unit == unit and event.done == (0 if unit == "pictures" else 1):
            token.cancel()
        if unit == "pictures":
            token.cancel()
        last = event
    assert last == Cancelled("The rows that were finished are kept.")
    assert len(list((tmp_path / "out" / "rows").iterdir())) == (1 if unit == "rows" else 0)


def test_the_degraded_camera_sees_every_picture_the_same_whoever_takes_part(root, mobile, tmp_path, run):
    import hashlib

    events = list(run(tmp_path / "out", protocol=replace(PROTOCOL, camera="degraded"), recipes=RECIPES[:1]))
    folds = read_folds(root, PROTOCOL)

    def embed(part):
        rows = []
        for file in (file for files in part.values() for file in files):
            digest = hashlib.sha256(f"0/{file}".encode()).digest()
            rng = np.random.default_rng(int.from_bytes(digest[:8], "little"))
            rows.append(degrade(np.asarray(Image.open(root / file).convert("RGB")), rng))
        return mobile.embed(rows)

    gallery = embed(folds.shots).reshape(3, 2, -1).sum(axis=1)
    cosines = embed(folds.probes) @ (gallery / np.linalg.norm(gallery, axis=1, keepdims=True)).T
    owners = np.repeat(np.arange(3), [len(files) for files in folds.probes.values()])
    row = next(event for event in events if isinstance(event, Row))
    assert row.rank1 == pytest.approx(float((cosines.argmax(axis=1) == owners).mean()))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"camera": "x"}, "There is no camera named “x”. Choose one of: clean, degraded."),
        ({"known": 5}, "holds too few people: 4 people have more than 2 pictures and 14 have not."),
        ({"shots": 5}, "0 people have more than 5 pictures"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_written(run, tmp_path, wrong, words):
    with pytest.raises(DeskError) as refused:
        list(run(tmp_path / "out", protocol=replace(PROTOCOL, **wrong)))
    assert words in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(DeskError, match="There is no folder"):
        read_folds(tmp_path / "nowhere", PROTOCOL)


def test_the_paper_s_grid():
    titles = [row_title(recipe) for recipe in paper_grid(Recipe(epochs=3, seed=7))]
    assert titles == [
        "pretrained",
        "Random - Full (adapting)",
        "LP - Full (adapting)",
        "WI - Full",
        "WI - Partial",
        "WI - PA",
        "WI - BN",
        "WI - BN (adapting)",
    ]
    assert {(recipe.epochs, recipe.seed) for recipe in paper_grid(Recipe(epochs=3, seed=7))} == {(3, 7)}
