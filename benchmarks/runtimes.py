"""What other runtimes than eager torch would win on the encoder's and the detector's nets.

Usage: uv run --with openvino python -m benchmarks.runtimes [--threads 1 2] [--rounds 11] [--jobs JOB ...] [--json]

Runtimes: torch as the program has it (``torch``), with the pictures the other way round (``contiguous``), frozen by
TorchScript, ``torch.compile``, ONNX Runtime, OpenVINO, OpenCV's dnn module. Those that are not installed are left out
and named. ``--with openvino`` puts it into an environment that uv throws away afterwards.

Each runtime is a process of its own, so that the spinning threads of one do not disturb another, and all of them take
their turn in every round: what else the computer has to do falls on each alike. A time is the median of its rounds with
quartiles; a ratio is the median of the rounds' ratios (torch's time in the round by this one's), with quartiles. With
one thread the processor's time counts beside the wall's, because a process that waits for its turn does not use any.

SFace is one forward pass of 1, 2 and 8 chips (a face and its mirror image are 2). MTCNN is the pyramid of a 640 x 480
frame with a smallest face of 40 pixels through the first net, 32 candidates through the second, 8 through the third.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.turns import Side, rounds_of, said, serve, spread

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

RUNTIMES = {
    "torch": "torch",
    "contiguous": "torch",
    "frozen": "torch",
    "compile": "torch",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "opencv": "cv2",
}
"""Name of each, and the package that it needs."""
FRAME = (480, 640)
SMALLEST_PX, WINDOW, STEP = 40, 12, 0.709
PASSES = 3
"""Forward passes a turn; the fastest counts, which is the one that was disturbed least."""


def inputs() -> dict[str, list[tuple[int, ...]]]:
    """Give the shapes that each job passes, by its name."""
    pyramid, scale = [], WINDOW / SMALLEST_PX
    while min(FRAME) * scale >= WINDOW:
        pyramid.append((1, 3, int(FRAME[0] * scale + 1), int(FRAME[1] * scale + 1)))
        scale *= STEP
    sface = {f"sface {batch}": [(batch, 3, 112, 112)] for batch in (1, 2, 8)}
    return {**sface, "mtcnn 1": pyramid, "mtcnn 2": [(32, 3, 24, 24)], "mtcnn 3": [(8, 3, 48, 48)]}


class Worker:
    """One runtime in this process: makes the nets when they are first asked for, and times them."""

    def __init__(self, runtime: str, *, threads: int) -> None:
        import torch

        from osfi_gui.vision.device import choose_device
        from osfi_gui.vision.encode import load_encoder
        from osfi_gui.vision.nets.mtcnn import load_nets

        self._runtime, self._threads = runtime, threads
        device = choose_device("cpu", threads=threads)
        sface = load_encoder("sface", device=device).net
        mtcnn = load_nets(torch.device("cpu"))
        self._nets: dict[str, torch.nn.Module] = {
            job: sface if job.startswith("sface") else mtcnn[int(job[-1]) - 1] for job in inputs()
        }
        self._made: dict[str, tuple[list[Callable[[Any], Any]], list[Any]]] = {}

    def turn(self, job: str) -> dict[str, float]:
        """Run a job; milliseconds of wall and processor, seconds to make it, and how far it is off."""
        import torch

        made_s, off = 0.0, 0.0
        if job not in self._made:
            began = time.perf_counter()
            self._made[job], off = self._make(job)
            made_s = time.perf_counter() - began
        runs, pictures = self._made[job]
        wall, processor = [], []
        with torch.inference_mode():
            for _ in range(PASSES):
                began, used = time.perf_counter(), time.process_time()
                for run, picture in zip(runs, pictures, strict=True):
                    run(picture)
                wall.append(time.perf_counter() - began)
                processor.append(time.process_time() - used)
        return {"wall": 1000 * min(wall), "cpu": 1000 * min(processor), "made_s": made_s, "off": off}

    def _make(self, job: str) -> tuple[tuple[list[Callable[[Any], Any]], list[Any]], float]:
        """Give a call and an input for each shape, and the largest difference to torch."""
        import numpy as np
        import torch

        generator = torch.Generator().manual_seed(1)
        net = self._nets[job]
        runs, pictures, off = [], [], 0.0
        for shape in inputs()[job]:
            picture = torch.rand(shape, generator=generator)
            # What the program passes: chips of 0..255 lying channels_last, and pictures of -1..1 as they come.
            if job.startswith("sface"):
                picture = (picture * 255).round().contiguous(memory_format=torch.channels_last)
            else:
                picture = picture * 2 - 1
            with torch.inference_mode():
                wanted = _outputs(net(picture))
                run, given = self._compiled(net, picture)
                off = max(
                    [off, *(float(np.abs(a - b).max()) for a, b in zip(wanted, _outputs(run(given)), strict=True))]
                )
                run(given)
            runs.append(run)
            pictures.append(given)
        return (runs, pictures), off

    def _compiled(self, net: torch.nn.Module, picture: torch.Tensor) -> tuple[Callable[[Any], Any], Any]:
        """Give the runtime's call for pictures of this shape, and the picture as it takes it."""
        import copy

        import torch

        runtime = self._runtime
        if runtime == "torch":
            return net, picture
        if runtime == "contiguous":
            turned = copy.deepcopy(net).to(memory_format=torch.contiguous_format)
            return turned, picture.contiguous()
        if runtime == "frozen":
            return torch.jit.freeze(torch.jit.trace(copy.deepcopy(net), picture)), picture
        if runtime == "compile":
            return torch.compile(net, dynamic=False), picture
        from osfi_gui.vision.runtime import to_onnx

        make = {"onnxruntime": _onnxruntime, "openvino": _openvino, "opencv": _opencv}[runtime]
        return make(to_onnx(net, picture), self._threads), picture.contiguous().numpy()


def _outputs(made: Any) -> list[Any]:
    """Give outputs as arrays, whatever a runtime makes of one or several."""
    import numpy as np

    many = made if isinstance(made, tuple | list) else [made]
    return [np.asarray(one) for one in many]


def _onnxruntime(model: bytes, threads: int) -> Callable[[Any], Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})


def _openvino(model: bytes, threads: int) -> Callable[[Any], Any]:
    import openvino

    core = openvino.Core()
    # f32: in bf16, which it would choose here, embeddings are off by more than 1e-4.
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }
    compiled = core.compile_model(core.read_model(model), "CPU", settings)
    return lambda x: list(compiled(x).values())


def _opencv(model: bytes, threads: int) -> Callable[[Any], Any]:
    import cv2
    import numpy as np

    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model, dtype=np.uint8))
    names = net.getUnconnectedOutLayersNames()

    def run(x: Any) -> Any:
        net.setInput(x, "x")
        return net.forward(names)

    return run


def measure(names: list[str], jobs: list[str], *, threads: int, rounds: int) -> list[dict[str, Any]]:
    """Let all runtimes take their turns; a record a job and runtime."""
    sides = [Side("benchmarks.runtimes", name, str(threads), threads=threads) for name in names]
    records = []
    for job in jobs:
        first = {side.name: side.turn(job) for side in sides}  # makes the net, warms up, does not count
        turns = rounds_of(sides, job, rounds=rounds)
        for side in sides:
            mine, torchs = turns[side.name], turns["torch"]
            record: dict[str, Any] = {"threads": threads, "job": job, "runtime": side.name}
            if side.failed:
                record["failed"] = side.failed
            else:
                record |= {"made_s": round(first[side.name]["made_s"], 2), "off": first[side.name]["off"]}
                for clock in ("wall", "cpu"):
                    record[f"{clock}_ms"] = spread([turn[clock] for turn in mine])
                    ratios = [t[clock] / m[clock] for t, m in zip(torchs, mine, strict=True) if t and m]
                    record[f"{clock}_ratio"] = spread(ratios)
            records.append(record)
    for side in sides:
        side.end()
    return records


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--jobs", nargs="*", default=list(inputs()), choices=list(inputs()))
    parser.add_argument("--only", nargs="*", default=[], choices=list(RUNTIMES))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs=2, metavar=("RUNTIME", "THREADS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Worker(options.serve[0], threads=int(options.serve[1])).turn)
        return
    wanted = [name for name in RUNTIMES if not options.only or name in options.only or name == "torch"]
    missing = [name for name in wanted if find_spec(RUNTIMES[name]) is None]
    there = [name for name in wanted if name not in missing]
    for name in missing:
        print(f"{name} is not installed and left out", file=sys.stderr)
    if not options.json:
        print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'job':9}{'threads':>8} {'runtime':12}{'wall ms (quartiles)':>26}{'ratio':>20}{'cpu ratio':>20}  off")
    for threads in options.threads:
        for record in measure(there, options.jobs, threads=threads, rounds=options.rounds):
            if options.json:
                print(json.dumps(record), flush=True)
                continue
            head = f"{record['job']:9}{threads:8} {record['runtime']:12}"
            if "failed" in record:
                print(head, record["failed"])
                continue
            wall = said(record["wall_ms"])
            ratio = said(record["wall_ratio"], 2)
            cpu = said(record["cpu_ratio"], 2) if threads == 1 else ""
            print(f"{head}{wall:>26}{ratio:>20}{cpu:>20}  {record['off']:.0e}", flush=True)


if __name__ == "__main__":
    main()
