"""Encoders and real faces to tune on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from real_faces import chips_of, mobile_encoder, small_chips, tiny_encoder

from osfi_gui.core.events import Finished, Token
from osfi_gui.core.tune import Recipe, Stepped
from osfi_gui.tuning.train import Trained, train

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def mobile(shared_data: Path, device, tmp_path_factory):
    """Give the small real encoder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(tmp_path_factory.mktemp("mobile")))
        return mobile_encoder(shared_data, device)


@pytest.fixture(scope="session")
def faces(shared_data: Path):
    """Give 112-pixel chips of four real people, two each, and their owners."""
    return chips_of(shared_data, 4, 2)


@pytest.fixture
def tiny(device):
    """Give a quick encoder of 32-pixel chips."""
    return tiny_encoder(device)


@pytest.fixture(scope="session")
def small_faces(shared_data: Path):
    """Give 32-pixel chips of five real people, three each, and their owners."""
    return small_chips(shared_data, 5, 3)


@pytest.fixture
def run():
    """Train to the end; give what was made and the steps."""

    def run(encoder, faces, **recipe) -> tuple[Trained, list[Stepped]]:
        *steps, last = train(encoder, *faces, recipe=Recipe(**recipe), token=Token())
        assert isinstance(last, Finished)
        assert isinstance(last.result, Trained)
        return last.result, [step for step in steps if isinstance(step, Stepped)]

    return run
