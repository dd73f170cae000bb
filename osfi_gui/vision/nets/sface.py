"""SFace's MobileFaceNet-like network, with every BatchNorm layer kept apart so that it can be fine-tuned."""

from __future__ import annotations

import torch
from torch import Tensor, nn

BODY_EPS = 1e-3
TAIL_EPS = 2e-5

# (channels in, channels out, stride) of the thirteen depthwise-separable blocks.
_BLOCKS = (
    (32, 64, 1),
    (64, 128, 2),
    (128, 128, 1),
    (128, 256, 2),
    (256, 256, 1),
    (256, 512, 2),
    *((512, 512, 1),) * 5,
    (512, 1024, 2),
    (1024, 1024, 1),
)


class ConvBnPrelu(nn.Module):
    """Convolution without bias, BatchNorm, PReLU."""

    def __init__(self, channels_in: int, channels_out: int, *, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            channels_in, channels_out, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
        )
        self.bn = nn.BatchNorm2d(channels_out, eps=BODY_EPS)
        self.act = nn.PReLU(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """Map (b, c, h, w) to (b, c', h / stride, w / stride)."""
        out: Tensor = self.act(self.bn(self.conv(x)))
        return out


class SFace(nn.Module):
    """Map aligned faces to embeddings (Zhong et al., *SFace*, IEEE TIP 2021; the weights are OpenCV Zoo's).

    Twenty-nine BatchNorm layers: 27 in the body, ``bn1`` before and ``fc1`` behind the linear layer.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [ConvBnPrelu(3, 32, kernel=3)]
        for channels_in, channels_out, stride in _BLOCKS:
            layers.append(ConvBnPrelu(channels_in, channels_in, kernel=3, stride=stride, groups=channels_in))
            layers.append(ConvBnPrelu(channels_in, channels_out, kernel=1))
        self.body = nn.Sequential(*layers)
        self.bn1 = nn.BatchNorm2d(1024, eps=TAIL_EPS)
        self.dropout = nn.Dropout(0.4)
        self.pre_fc1 = nn.Linear(1024 * 7 * 7, 128)
        self.fc1 = nn.BatchNorm1d(128, eps=TAIL_EPS)

    def forward(self, x: Tensor) -> Tensor:
        """Embed chips.

        Parameters
        ----------
        x : Tensor, shape (b, 3, 112, 112)
            RGB, 0..255; the network scales it to about -1..1 itself.

        Returns
        -------
        Tensor, shape (b, 128)
            Not normalised.
        """
        x = (x - 127.5) * 0.0078125
        x = self.dropout(self.bn1(self.body(x)))
        out: Tensor = self.fc1(self.pre_fc1(torch.flatten(x, 1)))
        return out
