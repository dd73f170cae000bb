"""What the computer has: doctor, and the encoders with their weights."""

from __future__ import annotations

import hashlib
import os

import pytest

from osfi_gui.paths import config_dir
from osfi_gui.store.settings import Settings, save
from osfi_gui.vision import manifest
from osfi_gui.vision.manifest import read_manifest


def test_doctor_names_what_is_looked_at_and_ends_well(osfi, tmp_path):
    done = osfi("doctor")
    assert done.code == 0
    assert done.err == ""
    topics = {line.split(":")[0][5:] for line in done.out.splitlines() if line[:4] in ("ok  ", "look")}
    assert {"program", "torch", "opencv", "device", "cameras", "encoder", "data", "keyring"} <= topics
    assert f"ok   data: {tmp_path / 'osfi-data'}" in done.out
    assert "ok   encoder: SFace: weights are here" in done.out


@pytest.mark.parametrize(
    ("precision", "said"),
    [("", "kept in full precision"), ("half", "kept in half precision, as chosen in Settings; osfi takes --half")],
)
def test_doctor_says_how_prototypes_are_kept(osfi, precision, said):
    save(config_dir() / "settings.json", Settings(precision=precision))
    findings = osfi("doctor", "--json").records[0]["findings"]
    assert [found["text"] for found in findings if found["topic"] == "prototypes"] == [said]


def test_doctor_as_json_says_what_to_do_wherever_something_is_not_well(osfi):
    done = osfi("doctor", "--json")
    assert done.code == 0
    (record,) = done.records
    assert list(record) == ["findings"]
    assert all(list(finding) == ["topic", "ok", "text", "remedy"] for finding in record["findings"])
    assert all(finding["ok"] or finding["remedy"] for finding in record["findings"])
    facenet = next(f for f in record["findings"] if "VGGFace2" in f["text"])
    assert facenet["ok"] is False
    assert "osfi encoders fetch facenet-vggface2" in facenet["remedy"]


def test_encoders_are_listed_with_what_is_here(osfi):
    done = osfi("encoders", "list", "--json")
    assert (done.code, done.err) == (0, "")
    assert all(list(line) == ["name", "title", "dim", "licence", "present", "imported"] for line in done.records)
    listed = {line["name"]: line for line in done.records}
    assert {"sface", "facenet-vggface2", "facenet-casia-webface"} <= set(listed)
    assert (listed["sface"]["dim"], listed["sface"]["present"]) == (128, True)
    assert (listed["facenet-vggface2"]["dim"], listed["facenet-vggface2"]["present"]) == (512, False)

    plain = osfi("encoders", "list").out.splitlines()
    assert len(plain) == len(done.records)
    assert plain[0].split()[0] == "sface"
    assert plain[0].endswith("here")
    assert any(line.endswith("not here: osfi encoders fetch facenet-vggface2") for line in plain)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Let an encoder's weights be a small file; gives that file. What a file holds matters to its loading only."""
    import dataclasses

    file = tmp_path / "downloaded.pt"
    file.write_bytes(os.urandom(5000))
    entries = dict(read_manifest())
    entry = entries["facenet-vggface2"]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    weights = dataclasses.replace(entry.weights, sha256=digest, url="http://127.0.0.1:9/nothing-listens-here")
    entries["facenet-vggface2"] = dataclasses.replace(entry, weights=weights)
    monkeypatch.setattr(manifest, "read_manifest", lambda: entries)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return file


def test_weights_are_taken_from_a_file_and_are_here_from_then_on(osfi, small, tmp_path):
    done = osfi("encoders", "fetch", "facenet-vggface2", "--from", small)
    target = tmp_path / "osfi-data" / "weights" / "20180402-114759-vggface2.pt"
    assert (done.code, done.out) == (0, f"FaceNet (VGGFace2) is here: {target}\n")
    assert target.read_bytes() == small.read_bytes()
    done = osfi("encoders", "fetch", "facenet-vggface2")
    assert (done.code, done.out) == (0, f"FaceNet (VGGFace2) is here already: {target}\n")


def test_a_wrong_file_is_refused_and_nothing_is_taken(osfi, small, tmp_path):
    wrong = tmp_path / "wrong.pt"
    wrong.write_bytes(small.read_bytes()[:-1])
    failure = osfi("encoders", "fetch", "facenet-vggface2", "--from", wrong).failure
    assert failure.startswith("The file wrong.pt is damaged or is not FaceNet (VGGFace2): its checksum differs.")
    assert "no file" in osfi("encoders", "fetch", "facenet-vggface2", "--from", tmp_path / "none.pt").failure
    assert not list((tmp_path / "osfi-data").rglob("*.pt"))


def test_offline_says_so_and_names_the_way_around(osfi, small):
    failure = osfi("encoders", "fetch", "facenet-vggface2").failure
    assert failure.startswith(
        "The weights of FaceNet (VGGFace2) could not be fetched: this computer seems to be offline."
    )
    assert "http://127.0.0.1:9/nothing-listens-here" in failure
    assert "osfi encoders fetch facenet-vggface2 --from FILE" in failure


def test_weights_of_the_default_encoder_are_here_already(osfi):
    done = osfi("encoders", "fetch", "sface")
    assert done.code == 0
    assert done.out.startswith("SFace is here already: ")


def test_an_unknown_encoder_is_answered_with_the_known_ones(osfi):
    assert osfi("encoders", "fetch", "resnet").failure.startswith(
        "There is no encoder named “resnet”. Choose one of: sface, "
    )
