"""Another runtime: torch's embeddings, torch's network for whoever trains, and a sentence where it cannot."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import torch
from real_faces import mobile_encoder
from references import sface_embeddings

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision.device import Device
from osfi_gui.vision.encode import TorchEncoder
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.runtime import OpenCvEncoder, use_runtime


@pytest.fixture(autouse=True)
def opencv_threads_as_before():
    count = cv2.getNumThreads()
    yield
    cv2.setNumThreads(count)


@pytest.fixture(scope="module")
def chips(shared_data):
    names = ("Bill_Gates/Bill_Gates_0001", "Tim_Henman/Tim_Henman_0001", "Winona_Ryder/Winona_Ryder_0001")
    return [read_picture(shared_data / "lfw112" / f"{name}.jpg") for name in names]


@pytest.fixture(scope="module")
def fast(sface):
    encoder, note = use_runtime(sface, "opencv")
    assert note == ""
    return encoder


def test_opencv_gives_the_embeddings_that_onnxruntime_gives_of_the_original_file(chips, fast):
    assert isinstance(fast, OpenCvEncoder)
    ours = fast.embed(chips)
    assert (ours.dtype, ours.shape) == (np.float32, (3, 128))
    np.testing.assert_allclose(ours, sface_embeddings(chips), atol=1e-4)


def test_any_number_of_faces_may_follow_any_other(chips, fast):
    one, three = fast.embed(chips[:1]), fast.embed(chips)
    np.testing.assert_allclose(one[0], three[0], atol=1e-5)
    np.testing.assert_allclose(fast.embed([chips[i % 3] for i in range(35)]), three[np.arange(35) % 3], atol=1e-5)
    assert fast.embed([]).shape == (0, 128)


def test_two_threads_at_once_get_their_own_faces(chips, fast):
    alone = [fast.embed([chip]) for chip in chips]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda i: fast.embed([chips[i % 3]]), range(12)))
    for i, row in enumerate(together):
        np.testing.assert_allclose(row, alone[i % 3], atol=1e-5)


def test_another_encoder_with_its_own_columns_and_scaling_is_the_same_too(chips, shared_data, device):
    mobile = mobile_encoder(shared_data, device)
    encoder, note = use_runtime(mobile, "opencv")
    assert (type(encoder), note) == (OpenCvEncoder, "")
    np.testing.assert_allclose(encoder.embed(chips), mobile.embed(chips), atol=1e-4)


def test_it_goes_by_the_name_and_version_of_the_encoder_it_came_from(sface, fast):
    assert (fast.name, fast.base, fast.dim, fast.title) == (sface.name, sface.base, sface.dim, sface.title)
    tuned = sface.with_net(sface.net, version=3)
    assert use_runtime(tuned, "opencv")[0].name == "sface@3"


def test_whoever_trains_gets_torch(sface, fast):
    assert fast.net is sface.net
    assert type(fast.with_net(fast.net, version=1)) is TorchEncoder


def test_torch_is_left_as_it_is(sface):
    assert use_runtime(sface, "torch") == (sface, "")


def test_an_unknown_runtime_is_refused_with_those_there_are(sface):
    with pytest.raises(EncoderError, match=r"There is no runtime “tvm”\. Choose one of: torch, opencv\."):
        use_runtime(sface, "tvm")


class Odd(torch.nn.Module):
    """Does what ONNX has no word for."""

    def forward(self, x):
        return torch.fft.rfft(x.mean((2, 3)), n=254).abs()


class TwoFaced(torch.nn.Module):
    """Is written as another network than it is."""

    def forward(self, x):
        mean = x.mean((2, 3))
        return mean if torch.onnx.is_in_onnx_export() else mean.flip(1)


@pytest.mark.parametrize(
    ("net", "says"),
    [
        (Odd(), r"OpenCV cannot compute SFace \(\w+\)\. Torch is used\."),
        (TwoFaced(), r"OpenCV gives other embeddings of SFace than torch, by 0\.\d+\. Torch is used\."),
    ],
)
def test_a_network_that_opencv_cannot_compute_stays_torchs_and_that_is_said(sface, net, says):
    odd = sface.with_net(net, version=0)
    encoder, note = use_runtime(odd, "opencv")
    assert encoder is odd
    assert re.fullmatch(says, note), note


def test_on_a_gpu_torch_is_used_and_that_is_said(sface):
    on_gpu = sface.with_net(sface.net, version=0)
    on_gpu.device = Device("cuda", "GPU: Old Card")
    encoder, note = use_runtime(on_gpu, "opencv")
    assert encoder is on_gpu
    assert note == "OpenCV computes on the CPU, and the encoder is on the GPU: Old Card. Torch is used."


def test_opencv_takes_as_many_threads_as_torch_has(sface):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        cv2.setNumThreads(2)
        use_runtime(sface, "opencv")
        assert cv2.getNumThreads() == 1
    finally:
        torch.set_num_threads(before)
