"""The three nets of MTCNN, as Zhang et al. (*Joint Face Detection and Alignment*, SPL 2016) describe them.

The weights are those that facenet-pytorch ships. Its nets are not imported with them: they bring torchvision, and with
that torch's compiler, along, which takes longer than torch itself and is not needed to find a face.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

from osfi_gui.core.errors import EncoderError


class Proposal(nn.Module):
    """Look at every 12 x 12 window of a picture at once, two pixels apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 10, 3), nn.PReLU(10)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (b, 3, h, w) to probabilities of a face (b, h', w') and box corrections (b, 4, h', w')."""
        x = self.pool(self.prelu1(self.conv1(x)))
        x = self.prelu3(self.conv3(self.prelu2(self.conv2(x))))
        return self.conv4_1(x).softmax(1)[:, 1], self.conv4_2(x)


class Refinement(nn.Module):
    """Look at candidates scaled to 24 x 24."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 28, 3), nn.PReLU(28)
        self.conv2, self.prelu2 = nn.Conv2d(28, 48, 3), nn.PReLU(48)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (b, 3, 24, 24) to probabilities (b,) and box corrections (b, 4)."""
        x = self.pool(self.prelu1(self.conv1(x)))
        x = self.pool(self.prelu2(self.conv2(x)))
        x = self.prelu4(self.dense4(_flat(self.prelu3(self.conv3(x)))))
        return self.dense5_1(x).softmax(1)[:, 1], self.dense5_2(x)


class Output(nn.Module):
    """Look at candidates scaled to 48 x 48, and find their landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1 = nn.Conv2d(3, 32, 3), nn.PReLU(32)
        self.conv2, self.prelu2 = nn.Conv2d(32, 64, 3), nn.PReLU(64)
        self.conv3, self.prelu3 = nn.Conv2d(64, 64, 3), nn.PReLU(64)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2, self.dense6_3 = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)
        self.pool3, self.pool2 = nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map (b, 3, 48, 48) to probabilities (b,), box corrections (b, 4) and landmarks (b, 10): five x, five y."""
        x = self.pool3(self.prelu1(self.conv1(x)))
        x = self.pool3(self.prelu2(self.conv2(x)))
        x = self.pool2(self.prelu3(self.conv3(x)))
        x = self.prelu5(self.dense5(_flat(self.prelu4(self.conv4(x)))))
        return self.dense6_1(x).softmax(1)[:, 1], self.dense6_2(x), self.dense6_3(x)


def _flat(x: Tensor) -> Tensor:
    """Flatten column by column: the weights come from a framework that stores pictures transposed."""
    return x.permute(0, 3, 2, 1).flatten(1)


def load_nets(device: torch.device) -> tuple[Proposal, Refinement, Output]:
    """Load the three nets.

    Raises
    ------
    EncoderError
        facenet-pytorch, which holds the weights, is not installed or damaged.
    """
    remedy = "Run: pip install --no-deps --force-reinstall facenet-pytorch==2.6.0"
    found = find_spec("facenet_pytorch")
    if found is None or not found.submodule_search_locations:
        raise EncoderError("The face detector (facenet-pytorch) is not installed.", remedy)
    folder = Path(next(iter(found.submodule_search_locations))) / "data"
    nets = Proposal(), Refinement(), Output()
    for net, name in zip(nets, ("pnet.pt", "rnet.pt", "onet.pt"), strict=True):
        try:
            net.load_state_dict(torch.load(folder / name, map_location="cpu", weights_only=True))
        except Exception as error:
            msg = f"The weights of the face detector ({name} of facenet-pytorch) cannot be read."
            raise EncoderError(msg, remedy) from error
        # channels_last: the nets behind the first take a third of the time on CPUs (benchmarks/runtimes.py). A picture
        # that lies the other way is turned by the first convolution.
        net.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)
    return nets
