"""MobileFaceNet (Chen et al., CCBR 2018) with the parameter names of the public PyTorch checkpoints."""

from __future__ import annotations

import torch
from torch import Tensor, nn

DIM = 128

# (channels out, widening, stride, repetitions): the stride is the first block's, the others keep the size.
_STAGES = ((64, 2, 2, 5), (128, 4, 2, 1), (128, 2, 1, 6), (128, 4, 2, 1), (128, 2, 1, 2))


class ConvBn(nn.Module):
    """Convolution without bias and BatchNorm, with PReLU unless ``linear``."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            channels_in, channels_out, kernel, stride=stride, padding=padding, groups=groups, bias=False
        )
        self.bn = nn.BatchNorm2d(channels_out)
        self.prelu = nn.Identity() if linear else nn.PReLU(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """Map (b, c, h, w) to (b, c', h', w')."""
        out: Tensor = self.prelu(self.bn(self.conv(x)))
        return out


class Bottleneck(nn.Module):
    """Inverted residual: widen by 1x1, 3x3 depthwise, narrow by 1x1; added to its input where both have one shape."""

    def __init__(self, channels_in: int, channels_out: int, *, widening: int, stride: int) -> None:
        super().__init__()
        wide = channels_in * widening
        self.residual = stride == 1 and channels_in == channels_out
        self.conv = nn.Sequential(
            nn.Conv2d(channels_in, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.PReLU(wide),
            nn.Conv2d(wide, wide, 3, stride=stride, padding=1, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.PReLU(wide),
            nn.Conv2d(wide, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (b, c, h, w) to (b, c', h / stride, w / stride)."""
        out: Tensor = self.conv(x)
        return x + out if self.residual else out


class MobileFaceNet(nn.Module):
    """Map aligned faces to 128 numbers; fifty BatchNorm layers, 1.0 M parameters.

    Parameters
    ----------
    width : int
        Width of the input, pixels; a multiple of 16. Its height is 112.
    """

    def __init__(self, width: int = 112) -> None:
        super().__init__()
        self.conv1 = ConvBn(3, 64, 3, stride=2, padding=1)
        self.dw_conv1 = ConvBn(64, 64, 3, padding=1, groups=64)
        blocks: list[nn.Module] = []
        channels = 64
        for channels_out, widening, first_stride, repetitions in _STAGES:
            for stride in (first_stride, *(1,) * (repetitions - 1)):
                blocks.append(Bottleneck(channels, channels_out, widening=widening, stride=stride))
                channels = channels_out
        self.blocks = nn.Sequential(*blocks)
        self.conv2 = ConvBn(channels, 512, 1)
        # Global depthwise convolution: one learned weight for every place of the last map.
        self.linear7 = ConvBn(512, 512, (7, width // 16), groups=512, linear=True)
        self.linear1 = ConvBn(512, DIM, 1, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        """Embed chips.

        Parameters
        ----------
        x : Tensor, shape (b, 3, 112, width)
            RGB, scaled by (value - 127.5) / 128.

        Returns
        -------
        Tensor, shape (b, 128)
            Not normalised.
        """
        x = self.blocks(self.dw_conv1(self.conv1(x)))
        x = self.linear1(self.linear7(self.conv2(x)))
        return torch.flatten(x, 1)
