"""An encoder comes whole out of a file or not at all, and nothing in the file is ever run."""

import hashlib
import io
import json
import os
import pickle
import shutil
import tomllib
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision import imports
from osfi_gui.vision.architectures import IMPORTABLE
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.imports import import_encoder, remove_encoder
from osfi_gui.vision.manifest import encoders_dir, read_imported, read_manifest

SCALES = {"mobilefacenet": 128.0, "mobilefacenet-112x96": 128.0, "ir50": 127.5, "vgg19bn": 127.5}


def random_net(architecture, seed=0):
    """Make a network with random weights and BatchNorm statistics as of a trained one."""
    torch.manual_seed(seed)
    net = IMPORTABLE[architecture].build()
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d):
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            layer.num_batches_tracked.fill_(7)
    return net.eval()


def expected_embeddings(net, chips, architecture):
    """Embed by hand: scale, keep the columns, average with the mirror image, make unit rows."""
    x = (torch.from_numpy(chips).permute(0, 3, 1, 2).double() - 127.5) / SCALES[architecture]
    if architecture == "mobilefacenet-112x96":
        x = x[..., 8:104]
    with torch.inference_mode():
        both = (net(x.float()) + net(x.flip(3).float())).double().numpy()
    return both / np.linalg.norm(both, axis=1, keepdims=True)


@pytest.fixture
def chips():
    return np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def weights():
    """Give the weights of a small known network."""
    return random_net("mobilefacenet").state_dict()


def saved(content, file, *, zipped=True):
    torch.save(content, file, _use_new_zipfile_serialization=zipped)
    return file


def prefixed(state):
    return OrderedDict((f"module.{key}", value) for key, value in state.items())


# The authors' files have encoder_state_dict, those of the public MobileFaceNet net_state_dict.
FILES = {
    "ir50": ("ResIR50_CosFace.chkpt", lambda s, f: saved({"epoch": 3, "encoder_state_dict": s}, f)),
    "vgg19bn": ("VGG19_CosFace.chkpt", saved),
    "mobilefacenet": ("068.ckpt", lambda s, f: saved({"net_state_dict": prefixed(s)}, f, zipped=False)),
    "mobilefacenet-112x96": ("net.safetensors", save_file),
}


@pytest.mark.parametrize("architecture", IMPORTABLE)
def test_an_imported_encoder_embeds_as_the_network_that_was_saved(architecture, tmp_path, device, chips):
    net = random_net(architecture)
    file_name, save = FILES[architecture]
    save(net.state_dict(), tmp_path / file_name)
    entry = import_encoder(tmp_path / file_name, name="new")
    assert entry.architecture == architecture
    assert encoder_is_listed("new")
    encoder = load_encoder("new", device=device)
    assert np.abs(encoder.embed(list(chips)) - expected_embeddings(net, chips, architecture)).max() < 1e-6


def encoder_is_listed(name):
    return name in read_manifest()


class Parallel(nn.Module):
    """A 3x3 convolution with a 1x1 one beside it, named as in the paper's code."""

    def __init__(self, conv3x3):
        super().__init__()
        self.conv3x3 = conv3x3
        self.conv1x1 = nn.Conv2d(conv3x3.in_channels, conv3x3.out_channels, 1, stride=conv3x3.stride, bias=False)

    def forward(self, x):
        return self.conv3x3(x) + self.conv1x1(x)


def test_parallel_adapters_are_folded_into_their_convolutions():
    """Two strides and a bias; what the small network gives with adapters it gives without."""
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(5, 4, 3, stride=2, padding=1, bias=False))
    adapted = nn.Sequential(Parallel(nn.Conv2d(3, 5, 3, padding=1)), Parallel(nn.Conv2d(5, 4, 3, 2, 1, bias=False)))
    folded, any_folded = imports._without_adapters(adapted.state_dict())
    assert any_folded
    plain.load_state_dict(folded)
    x = torch.randn(2, 3, 9, 9)
    assert torch.allclose(plain(x), adapted(x), atol=1e-5)


def test_a_file_with_adapters_is_imported_as_what_it_computes(tmp_path, device, chips):
    net = random_net("vgg19bn")
    for place, layer in enumerate(net.features):
        if isinstance(layer, nn.Conv2d):
            net.features[place] = Parallel(layer)
    saved(net.state_dict(), tmp_path / "tuned.pth")
    assert "adapters" in import_encoder(tmp_path / "tuned.pth").origin
    got = load_encoder("tuned", device=device).embed(list(chips))
    assert np.abs(got - expected_embeddings(net, chips, "vgg19bn")).max() < 1e-5


def test_counters_of_old_checkpoints_may_be_missing_and_halves_are_widened(tmp_path, weights):
    old = {k: v.half() for k, v in weights.items() if not k.endswith("num_batches_tracked")}
    entry = import_encoder(saved({"epoch": 3, "state_dict": old}, tmp_path / "old.pt"))
    assert entry.architecture == "mobilefacenet"


def test_the_entry_says_how_faces_are_cut(tmp_path, weights, shared_data):
    import_encoder(saved(weights, tmp_path / "a.pt"))
    import_encoder(saved(weights, tmp_path / "a.pt"), name="boxes", chip="box")
    import_encoder(shared_data / "weights" / "mobilefacenet_casia_112x96.safetensors", name="real")
    cut = {name: entry.preprocessing for name, entry in read_manifest().items()}
    assert (cut["a"].kind, cut["a"].size, cut["a"].scaling, cut["a"].columns) == ("five-point", 112, "fixed", None)
    assert (cut["boxes"].kind, cut["boxes"].margin) == ("box", 0)
    assert cut["real"].columns == (8, 104)


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Net (v2), final.PTH", "net-v2-final"),
        ("ResIR50_CosFace.chkpt", "resir50_cosface"),
        ("名.pth", "encoder"),
        ('odd "\\\x7f\n.pth', "odd"),
    ],
)
def test_a_name_is_made_of_the_files_name(tmp_path, weights, file_name, name):
    file = tmp_path / file_name
    buffer = io.BytesIO()
    torch.save(weights, buffer)
    try:
        file.write_bytes(buffer.getvalue())
    except OSError:
        pytest.skip("this file system has no such names")
    assert import_encoder(file).name == name
    assert read_manifest()[name].origin == f"imported from {file_name}"


def without(key):
    return lambda w: {k: v for k, v in w.items() if k != key}


def changed(key, value):
    return lambda w: {**w, key: value(w[key])}


FIRST, LAST = "conv1.conv.weight", "linear1.bn.running_var"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without(FIRST), ("looks like MobileFaceNet", f"lacks {FIRST}")),
        (lambda w: {**w, **{f"fc.{i}": torch.ones(2) for i in range(9)}}, ("not know", "fc.0, fc.1, fc.2 and 6 more")),
        (changed(FIRST, lambda v: v[:, :, :2]), ("other shapes", f"{FIRST} (64x3x2x3, not 64x3x3x3)")),
        (changed(FIRST, lambda v: v.to(torch.int32)), ("no real numbers", FIRST)),
        (changed(FIRST, lambda v: v / 0), ("not finite", FIRST)),
        (changed(LAST, lambda v: v * torch.nan), ("not finite", LAST)),
        (changed(LAST, lambda v: v - 9), ("no usable embedding",)),
        (changed(FIRST, lambda v: v.to_sparse()), ("something else", FIRST)),
        (changed(FIRST, lambda v: v.to("meta")), ("something else", FIRST)),
        (lambda w: {**w, "epoch": 3}, ("something else", "epoch")),
        (lambda _: {"a": torch.ones(2), "b": torch.ones(3)}, ("architecture", "IR-50", "such as a, b")),
        (lambda _: nn.Linear(2, 2).state_dict(), ("architecture", "VGG19-BN", "such as bias, weight")),
        (lambda _: {"epoch": 3}, ("no weights by name", "encoder_state_dict")),
        (lambda _: torch.ones(3), ("no weights by name",)),
        (lambda _: {}, ("no weights by name",)),
    ],
)
def test_wrong_weights_are_refused_with_what_is_wrong(tmp_path, weights, change, words):
    saved(change(weights), tmp_path / "net.pth")
    with pytest.raises(EncoderError) as refused:
        import_encoder(tmp_path / "net.pth")
    assert all(word in str(refused.value) for word in ("net.pth", *words))
    assert nothing_was_stored()


def nothing_was_stored():
    return not encoders_dir().exists() or not list(encoders_dir().iterdir())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda _: b"", "is empty"),
        (lambda _: b"no weights but a text", "damaged"),
        (lambda good: good[: len(good) // 2], "damaged"),
        (lambda _: b"\x10" + bytes(7) + b"{broken json...", "damaged"),
        (lambda good: good[:100] + bytes(200) + good[300:], "damaged"),
    ],
    ids=["empty", "text", "half", "safetensors", "holes"],
)
def test_damaged_files_are_refused(tmp_path, weights, content, words):
    buffer = io.BytesIO()
    torch.save(weights, buffer)
    (tmp_path / "net.pth").write_bytes(content(buffer.getvalue()))
    with pytest.raises(EncoderError, match=words):
        import_encoder(tmp_path / "net.pth")
    assert nothing_was_stored()


def test_half_a_safetensors_file_is_refused(tmp_path, weights):
    save_file(weights, tmp_path / "whole.safetensors")
    content = (tmp_path / "whole.safetensors").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(content[: len(content) // 2])
    with pytest.raises(EncoderError, match="damaged"):
        import_encoder(tmp_path / "half.safetensors")


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(EncoderError, match="is a folder"):
        import_encoder(tmp_path)
    with pytest.raises(EncoderError, match="cannot be read: No such file"):
        import_encoder(tmp_path / "nowhere.pth")


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, file):
        self.file = str(file)

    def __reduce__(self):
        return os.mkdir, (self.file,)


@pytest.mark.parametrize("how", ["zip", "before zip", "pickle 0", "pickle 2", "pickle 5"])
def test_code_in_a_file_is_named_and_not_run(tmp_path, weights, how):
    file, sprung = tmp_path / "net.pth", tmp_path / "sprung"
    content = {"encoder_state_dict": weights, "args": Trap(sprung)}
    if how.startswith("pickle"):
        file.write_bytes(pickle.dumps(Trap(sprung), protocol=int(how[-1])))
    else:
        saved(content, file, zipped=how == "zip")
    with pytest.raises(EncoderError) as refused:
        import_encoder(file)
    assert f"holds code ({os.mkdir.__module__}.mkdir)" in str(refused.value)
    assert "was not run" in str(refused.value)
    assert not sprung.exists()
    assert nothing_was_stored()
    # The trap is a real one: this is what unpickling does.
    if how.startswith("pickle"):
        pickle.loads(file.read_bytes())
        assert sprung.is_dir()


def test_a_whole_network_saved_with_its_class_is_refused_as_code(tmp_path):
    saved(nn.Linear(2, 2), tmp_path / "net.pth")
    with pytest.raises(EncoderError, match=r"holds code \(torch\.nn\.modules\.linear\.Linear\).*not run"):
        import_encoder(tmp_path / "net.pth")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "a\\b", "-x", ".hidden", "x.", "sface@1", "con", "NUL.txt", "é", "x" * 65]
)
def test_names_unfit_for_a_file_are_refused(tmp_path, weights, name):
    saved(weights, tmp_path / "net.pth")
    with pytest.raises(EncoderError, match="cannot be the name"):
        import_encoder(tmp_path / "net.pth", name=name)
    assert nothing_was_stored()


@pytest.mark.parametrize("name", ["sface", "SFace", "mine", "MINE"])
def test_a_taken_name_is_refused_and_its_encoder_stays(tmp_path, weights, name):
    import_encoder(saved(weights, tmp_path / "net.pth"), name="mine")
    before = {path.name: path.read_bytes() for path in encoders_dir().iterdir()}
    other = saved(random_net("mobilefacenet", seed=1).state_dict(), tmp_path / "other.pth")
    with pytest.raises(EncoderError, match="already"):
        import_encoder(other, name=name)
    assert {path.name: path.read_bytes() for path in encoders_dir().iterdir()} == before


def test_a_removed_encoder_is_gone_and_its_name_is_kept_from_other_weights(tmp_path, weights):
    file = saved(weights, tmp_path / "net.pth")
    import_encoder(file, name="mine")
    remove_encoder("mine")
    assert not encoder_is_listed("mine")
    assert not (encoders_dir() / "mine.safetensors").exists()
    other = saved(random_net("mobilefacenet", seed=1).state_dict(), tmp_path / "other.pth")
    # A gallery may hold embeddings under this name; those of other weights must not be compared with them.
    with pytest.raises(EncoderError, match="belonged to another encoder"):
        import_encoder(other, name="mine")
    with pytest.raises(EncoderError, match="belonged to another encoder"):
        import_encoder(file, name="mine", chip="box")
    assert import_encoder(file, name="mine").name == "mine"
    assert encoder_is_listed("mine")


@pytest.mark.parametrize("name", ["sface", "nobody", "../weights/x", ""])
def test_only_imported_encoders_can_be_removed(name):
    with pytest.raises(EncoderError, match="cannot be removed" if name == "sface" else "no imported encoder"):
        remove_encoder(name)


@pytest.mark.parametrize("at", ["mine.safetensors", "mine.toml"])
def test_a_failure_while_storing_leaves_no_entry_and_the_next_try_succeeds(tmp_path, weights, monkeypatch, at):
    file = saved(weights, tmp_path / "net.pth")
    replace = os.replace

    def full(source, target):
        if Path(target).name == at:
            raise OSError(28, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(imports.os, "replace", full)
        with pytest.raises(EncoderError, match="No space left"):
            import_encoder(file, name="mine")
    assert not encoder_is_listed("mine")
    assert not list(encoders_dir().glob("*.part"))
    import_encoder(file, name="mine")
    assert encoder_is_listed("mine")


def test_a_place_that_cannot_be_written_is_said(tmp_path, weights):
    encoders_dir().parent.mkdir(parents=True)
    encoders_dir().write_text("a file where the folder should be")
    with pytest.raises(EncoderError, match="could not be stored"):
        import_encoder(saved(weights, tmp_path / "net.pth"))


def test_broken_entries_are_skipped_and_named_by_the_doctor(tmp_path, weights):
    from osfi_gui.services.doctor import examine_computer

    import_encoder(saved(weights, tmp_path / "net.pth"), name="good")
    good = (encoders_dir() / "good.toml").read_text(encoding="utf-8")
    broken = {
        "syntax.toml": "title = ",
        "empty.toml": "",
        "sface.toml": good,
        "kind.toml": good.replace("five-point", "six-point"),
        "dim.toml": good.replace("dim = 128", 'dim = "many"'),
        "more.toml": f"surprise = 1\n{good}",
        "flat.toml": good.replace("[weights]", "[other]"),
    }
    for name, text in broken.items():
        (encoders_dir() / name).write_text(text, encoding="utf-8")
    (encoders_dir() / "bytes.toml").write_bytes(b"\xff\xfe")
    entries, problems = read_imported()
    assert list(entries) == ["good"]
    assert {problem.file.name for problem in problems} == {*broken, "bytes.toml"}
    assert read_manifest()["sface"].architecture == "sface"
    said = [finding.text for finding in examine_computer() if finding.topic == "encoder" and not finding.ok]
    assert all(any(problem.reason == text for text in said) for problem in problems)


def test_damaged_or_missing_stored_weights_are_said_when_loading(tmp_path, weights, device):
    import_encoder(saved(weights, tmp_path / "net.pth"), name="mine")
    stored = encoders_dir() / "mine.safetensors"
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    with pytest.raises(EncoderError, match="checksum differs"):
        load_encoder("mine", device=device)
    stored.unlink()
    with pytest.raises(EncoderError, match="encoders remove mine"):
        load_encoder("mine", device=device)


def test_an_entry_of_an_architecture_from_a_later_version_is_said(tmp_path, weights, device):
    import_encoder(saved(weights, tmp_path / "net.pth"), name="mine")
    listing = encoders_dir() / "mine.toml"
    listing.write_text(listing.read_text("utf-8").replace('"mobilefacenet"', '"vit-huge"'), encoding="utf-8")
    with pytest.raises(EncoderError, match="does not know the architecture “vit-huge”"):
        load_encoder("mine", device=device)


def test_the_command_line_imports_lists_uses_and_removes_an_encoder(tmp_path, shared_data, monkeypatch, capsys):
    """Three people enrolled with the imported encoder; each of their other pictures is nearest to the right one."""
    from osfi_gui.cli import main

    def osfi(*arguments):
        monkeypatch.setattr("sys.argv", ["osfi", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    monkeypatch.setenv("OSFI_PASSPHRASE", "a passphrase for the tests")
    names = ("Tim_Henman", "Venus_Williams", "Winona_Ryder")
    (tmp_path / "probes").mkdir()
    for name in names:
        pictures = sorted((shared_data / "lfw112" / name).iterdir())
        (tmp_path / "enrol" / name).mkdir(parents=True)
        for picture in pictures[:3]:
            shutil.copy(picture, tmp_path / "enrol" / name)
        shutil.copy(pictures[3], tmp_path / "probes" / f"{name}.jpg")
    file = shared_data / "weights" / "mobilefacenet_casia_112x96.safetensors"

    code, out, err = osfi("encoders", "import", file, "--name", "mfn", "--json")
    assert (code, err) == (0, "")
    assert {
        "name": "mfn",
        "architecture": "mobilefacenet-112x96",
        "dim": 128,
        "chip": "five-point",
    }.items() <= json.loads(out).items()
    listed = [json.loads(line) for line in osfi("encoders", "list", "--json")[1].splitlines()]
    assert [(e["name"], e["present"]) for e in listed if e["imported"]] == [("mfn", True)]

    gallery = ("--gallery", tmp_path / "desk.osfi", "--encoder", "mfn", "--aligned", "--json")
    assert osfi("enrol", tmp_path / "enrol", *gallery)[0] == 0
    code, out, _ = osfi("identify", tmp_path / "probes", *gallery)
    nearest = {Path(r["file"]).stem: r["neighbours"][0][0] for r in map(json.loads, out.splitlines())}
    assert (code, nearest) == (0, {name: name for name in names})

    code, _, err = osfi("encoders", "fetch", "mfn")
    assert (code, err.splitlines()) == (
        1,
        ["osfi: MobileFaceNet 112x96 (mfn) was imported and cannot be fetched. Use: osfi encoders import FILE"],
    )
    assert osfi("encoders", "remove", "mfn")[0] == 0
    code, _, err = osfi("identify", tmp_path / "probes", *gallery)
    assert code == 1
    assert err.startswith("osfi: There is no encoder named “mfn”.")


def test_the_stored_entry_is_plain_toml_with_the_digest_of_its_weights(tmp_path, weights):
    import_encoder(saved(weights, tmp_path / "net.pth"), name="mine")
    entry = tomllib.loads((encoders_dir() / "mine.toml").read_text(encoding="utf-8"))
    assert entry["weights"]["sha256"] == hashlib.sha256((encoders_dir() / "mine.safetensors").read_bytes()).hexdigest()
    assert entry["dim"] == 128
