"""Where torch computes: what is there, said plainly, and on no more threads than allowed; what is given up is said."""

import numpy as np
import pytest
import torch

from osfi_gui.services.engine import load_engine
from osfi_gui.vision.device import Device, choose_device, load_on, threads_said


@pytest.fixture(autouse=True)
def threads_as_before():
    count = torch.get_num_threads()
    yield
    torch.set_num_threads(count)


@pytest.fixture
def gpu(monkeypatch):
    """Let torch believe in a GPU of a kind, whose tensors lie on the CPU unless making one raises an error."""
    zeros = torch.zeros

    def install(kind, *, error=None):
        def on_gpu(*size, device=None, **rest):
            if device == kind and error is not None:
                raise error
            return zeros(*size, **rest)

        monkeypatch.setattr("torch.cuda.is_available", lambda: kind == "cuda")
        monkeypatch.setattr("torch.backends.mps.is_available", lambda: kind == "mps")
        monkeypatch.setattr("torch.cuda.get_device_name", lambda index: "Old Card")
        monkeypatch.setattr("torch.zeros", on_gpu)

    return install


def test_a_device_that_is_not_there_is_said_and_the_cpu_used():
    wanted = "mps" if not torch.backends.mps.is_available() else "cuda"
    device = choose_device(wanted)
    assert device.kind == "cpu"
    assert device.note == f"No {wanted.upper()} device was found; the CPU is used."
    assert device.torch == torch.device("cpu")


def test_asking_for_the_cpu_gives_up_nothing():
    device = choose_device("cpu", threads=1)
    assert (device.kind, device.label, device.note) == ("cpu", "CPU, 1 thread", "")
    assert torch.get_num_threads() == 1


def test_a_device_that_nobody_knows_is_a_programmers_mistake():
    with pytest.raises(ValueError, match="“tpu” is none of auto, cpu, cuda, mps"):
        choose_device("tpu")


@pytest.mark.parametrize(("allowed", "used"), [("1", 1), ("1,4", 1), ("64", 2), ("0", 2), ("many", 2), ("", 2)])
def test_no_more_than_two_threads_and_no_more_than_the_environment_allows(monkeypatch, allowed, used):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", allowed)
    assert choose_device("cpu").label == f"CPU, {used} thread{'s' if used > 1 else ''}"
    assert torch.get_num_threads() == used


@pytest.mark.parametrize(
    ("allowed", "cores", "said"),
    [
        ("1", 8, "1 of 8 cores (OMP_NUM_THREADS)"),
        ("", 8, "2 of 8 cores"),
        ("4", 8, "2 of 8 cores"),
        ("1", 1, "1 of 1 core"),
    ],
)
def test_the_threads_are_said_and_who_keeps_them_few(monkeypatch, allowed, cores, said):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setenv("OMP_NUM_THREADS", allowed)
    choose_device("cpu")
    assert threads_said() == said


@pytest.mark.skipif(torch.cuda.is_available(), reason="this computer has a GPU")
def test_without_a_gpu_auto_is_the_cpu_without_a_remark():
    device = choose_device("auto")
    assert device.kind == ("mps" if torch.backends.mps.is_available() else "cpu")
    assert device.note == ""


@pytest.mark.parametrize(("kind", "label"), [("cuda", "GPU: Old Card"), ("mps", "GPU: Apple")])
@pytest.mark.parametrize("asked", [False, True])
def test_a_gpu_that_works_is_used_without_a_remark(gpu, kind, label, asked):
    gpu(kind)
    assert choose_device(kind if asked else "auto") == Device(kind, label, "")


@pytest.mark.parametrize(("kind", "name"), [("cuda", "CUDA"), ("mps", "Apple")])
@pytest.mark.parametrize("asked", [False, True])
def test_a_gpu_that_fails_at_first_use_is_named_with_its_reason(gpu, kind, name, asked):
    gpu(kind, error=RuntimeError("no kernel image is available.\nCompile with TORCH_USE_CUDA_DSA"))
    device = choose_device(kind if asked else "auto", threads=1)
    assert (device.kind, device.label) == ("cpu", "CPU, 1 thread")
    assert device.note == f"The {name} GPU could not be used (no kernel image is available); the CPU is used."


def test_asking_for_the_other_kind_of_gpu_is_answered_for_that_kind(gpu):
    gpu("cuda")
    assert choose_device("mps").note == "No MPS device was found; the CPU is used."


FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
MPS_FULL = RuntimeError("MPS backend out of memory (MPS allocated: 17.9 GB, max allowed: 18.1 GB).")
MISSING = NotImplementedError("The operator 'aten::_adaptive' is not currently implemented for the MPS device.")
POOL = RuntimeError("Adaptive pool MPS: non-divisible input sizes are not implemented on MPS device yet.")
BROKEN = RuntimeError("CUDA error: unspecified launch failure\nmore")


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("cuda", FULL, "The CUDA GPU has too little free memory; the CPU is used."),
        ("mps", MPS_FULL, "The Apple GPU has too little free memory; the CPU is used."),
        ("mps", MISSING, "The Apple GPU lacks an operation that is needed; the CPU is used."),
        ("mps", POOL, "The Apple GPU lacks an operation that is needed; the CPU is used."),
        ("cuda", BROKEN, "The CUDA GPU failed: CUDA error: unspecified launch failure; the CPU is used."),
    ],
)
def test_a_network_that_a_gpu_cannot_take_is_loaded_on_the_cpu_and_that_is_said(monkeypatch, kind, error, says):
    emptied = []
    monkeypatch.setattr("torch.cuda.empty_cache", lambda: emptied.append(True))
    torch.set_num_threads(1)

    def load(device):
        if device.kind != "cpu":
            raise error
        return f"on the {device.kind}"

    loaded, device = load_on(Device(kind, "GPU: Old Card"), load)
    assert loaded == "on the cpu"
    assert device == Device("cpu", "CPU, 1 thread", says)
    assert len(emptied) == (kind == "cuda")


def test_what_loads_stays_where_it_is_and_keeps_its_remark():
    there = Device("cpu", "CPU, 1 thread", "No CUDA device was found; the CPU is used.")
    assert load_on(there, lambda device: device.label) == ("CPU, 1 thread", there)


def test_an_error_on_the_cpu_is_the_callers():
    def load(device):
        raise RuntimeError("not implemented")

    with pytest.raises(RuntimeError, match="not implemented"):
        load_on(Device("cpu", "CPU, 1 thread"), load)
    with pytest.raises(RuntimeError, match="not implemented"):
        load_on(Device("mps", "GPU: Apple"), load)


def test_the_engine_of_a_gpu_without_room_is_on_the_cpu_and_works(gpu, monkeypatch):
    gpu("cuda")
    monkeypatch.setattr("torch.cuda.empty_cache", lambda: None)
    move = torch.nn.Module.to

    def to(self, *where, **rest):
        if any(isinstance(w, torch.device) and w.type == "cuda" for w in where):
            raise FULL
        return move(self, *where, **rest)

    monkeypatch.setattr("torch.nn.Module.to", to)
    engine = load_engine("sface", threads=1)
    assert engine.device == "CPU, 1 thread"
    assert engine.device_note == "The CUDA GPU has too little free memory; the CPU is used."
    assert engine.encoder.device.kind == "cpu"
    chip = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    assert np.linalg.norm(engine.encoder.embed([chip])) == pytest.approx(1.0, abs=1e-5)
    assert engine.new_detector().detect(np.zeros((60, 80, 3), np.uint8)) == []
