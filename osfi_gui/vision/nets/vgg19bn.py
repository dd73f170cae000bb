"""VGG-19 with BatchNorm for 112x112 faces (Simonyan and Zisserman, ICLR 2015).

The last of the five poolings is left out, so a map of 7x7 remains. Parameter names are those of the checkpoint of the
paper's authors (Park, Park and Teoh, ICPR 2022).
"""

from __future__ import annotations

from torch import Tensor, nn

DIM = 512

# (channels, 3x3 convolutions) of each stage; between stages the size is halved.
_STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))


class VGG19BN(nn.Module):
    """Map aligned faces to 512 numbers; 17 BatchNorm2d layers, 32.88 M parameters."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for stage, (channels_out, count) in enumerate(_STAGES):
            if stage:
                layers.append(nn.MaxPool2d(2))
            for _ in range(count):
                # The convolutions have a bias although BatchNorm follows: the checkpoint has it.
                layers += [nn.Conv2d(channels, channels_out, 3, padding=1), nn.BatchNorm2d(channels_out), nn.ReLU()]
                channels = channels_out
        self.features = nn.Sequential(*layers)
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
        out: Tensor = self.output_layer(self.features(x))
        return out
