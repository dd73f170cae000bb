"""Where torch computes: what is there, said plainly, and on no more threads than allowed."""

import pytest
import torch

from osfi_gui.vision.device import choose_device


@pytest.fixture(autouse=True)
def threads_as_before():
    count = torch.get_num_threads()
    yield
    torch.set_num_threads(count)


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


@pytest.mark.parametrize(("allowed", "used"), [("1", 1), ("1,4", 1), ("64", 2), ("0", 2), ("many", 2), ("", 2)])
def test_no_more_than_two_threads_and_no_more_than_the_environment_allows(monkeypatch, allowed, used):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", allowed)
    assert choose_device("cpu").label == f"CPU, {used} thread{'s' if used > 1 else ''}"
    assert torch.get_num_threads() == used


@pytest.mark.skipif(torch.cuda.is_available(), reason="this computer has a GPU")
def test_without_a_gpu_auto_is_the_cpu_without_a_remark():
    device = choose_device("auto")
    assert device.kind == ("mps" if torch.backends.mps.is_available() else "cpu")
    assert device.note == ""
