"""IR-50: the 50-layer improved residual network of ArcFace (Deng et al., CVPR 2019).

Parameter names are those of the public PyTorch checkpoints of the family, the paper's authors' among them.
"""

from __future__ import annotations

from torch import Tensor, nn

DIM = 512

# (channels out, units): the first unit of a stage halves the size.
_STAGES = ((64, 3), (128, 4), (256, 14), (512, 3))


class ImprovedResidual(nn.Module):
    """BatchNorm, 3x3, PReLU, 3x3 with the stride, BatchNorm, added to the (projected or thinned out) input."""

    def __init__(self, channels_in: int, channels_out: int, *, stride: int) -> None:
        super().__init__()
        self.shortcut_layer: nn.Module
        if channels_in == channels_out:
            # A window of one pixel: takes every stride-th pixel, or all.
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride=stride, bias=False), nn.BatchNorm2d(channels_out)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(channels_in),
            nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
            nn.PReLU(channels_out),
            nn.Conv2d(channels_out, channels_out, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (b, c, h, w) to (b, c', h / stride, w / stride)."""
        out: Tensor = self.res_layer(x) + self.shortcut_layer(x)
        return out


class IR50(nn.Module):
    """Map aligned faces to 512 numbers; 53 BatchNorm2d layers, 43.57 M parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.input_layer = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64))
        units: list[nn.Module] = []
        channels = 64
        for channels_out, count in _STAGES:
            for stride in (2, *(1,) * (count - 1)):
                units.append(ImprovedResidual(channels, channels_out, stride=stride))
                channels = channels_out
        self.body = nn.Sequential(*units)
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(512), nn.Dropout(0.5), nn.Flatten(), nn.Linear(512 * 7 * 7, DIM), nn.BatchNorm1d(DIM)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Embed chips.

        Parameters
        ----------
        x : Tensor, shape (b, 3, 112, 112)
            RGB, scaled by (value - 127.5) / 127.5.

        Returns
        -------
        Tensor, shape (b, 512)
            Not normalised.
        """
        out: Tensor = self.output_layer(self.body(self.input_layer(x)))
        return out
