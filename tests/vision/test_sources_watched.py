"""What freezes or turns black is noticed, and what only looks so is not."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_sources import FRONT, FakeCapture, Script, noise, timed

from osfi_gui.core.errors import SourceError, StaleError
from osfi_gui.core.values import Frame
from osfi_gui.vision.sources import (
    CameraSource,
    Source,
    Watched,
)
from osfi_gui.vision.sources.watch import is_black


def _read_all(source: Source) -> int:
    count = 0
    with source:
        while source.read() is not None:
            count += 1
    return count


def test_a_frozen_picture_is_noticed_after_two_seconds() -> None:
    frames = timed(0.0, 0.5) + [Frame(noise(9), index=i, time_s=1.0 + i / 10) for i in range(40)]
    script = Script(frames, live=True)
    with pytest.raises(SourceError, match=r"Script has not changed for 2 s\."):
        _read_all(Watched(script))
    assert script.at == 2 + 22  # the first frozen one at 1.0 s, the first later than 3.0 s is the 22nd


def _what_is_read(source: Source, reads: int) -> list[int | str]:
    """Give the number of each frame, or what was wrong instead."""
    said: list[int | str] = []
    for _ in range(reads):
        try:
            frame = source.read()
        except StaleError:
            said.append("stale")
        except SourceError:
            said.append("given up")
            break
        else:
            said.append(-1 if frame is None else frame.index)
    return said


def test_a_frozen_source_is_read_on_and_gives_frames_as_soon_as_they_change() -> None:
    still = [Frame(noise(9), index=i, time_s=i) for i in range(5)]
    moving = [Frame(noise(i), index=i, time_s=i) for i in range(5, 8)]
    script = Script([*still, *moving], live=True)
    with Watched(script) as source:
        assert _what_is_read(source, 8) == [0, 1, 2, "stale", "stale", 5, 6, 7]
        assert script.closed == 0


def test_what_stays_frozen_is_given_up_and_is_still_frozen_when_opened_again() -> None:
    """Stale from 3 s on, so given up after 13 s: the first frame later than that is the one at 14 s."""
    script = Script([Frame(noise(9), index=i, time_s=i) for i in range(20)], live=True)
    source = Watched(script)
    source.open()
    assert _what_is_read(source, 20) == [0, 1, 2, *["stale"] * 11, "given up"]
    source.close()
    source.open()
    assert _what_is_read(source, 2) == ["stale", "stale"]
    script.frames = [Frame(noise(1), index=0, time_s=0.0)]
    source.close()
    source.open()
    assert _what_is_read(source, 1) == [0]


def test_what_was_closed_while_it_froze_is_not_frozen_when_it_is_opened_again() -> None:
    script = Script([Frame(noise(9), index=i, time_s=i) for i in range(20)], live=True)
    source = Watched(script)
    for _ in range(2):
        with source:
            assert _what_is_read(source, 5) == [0, 1, 2, "stale", "stale"]


@pytest.mark.parametrize(
    ("value", "spread", "black"),
    [(0, 0, True), (16, 4, True), (20, 0, True), (21, 0, False), (10, 40, False), (0, 256, False)],
)
def test_black_is_what_has_no_value_above_twenty(value: int, spread: int, black: bool) -> None:
    pixels = np.clip(value + (noise(3, 0, spread) if spread else np.zeros((48, 64, 3))), 0, 255).astype(np.uint8)
    assert is_black(pixels) is black


def test_a_hot_pixel_does_not_light_a_black_picture_but_a_lamp_does() -> None:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[8, 8] = 255
    assert is_black(pixels)
    pixels[100:180, 100:180] = 255
    assert not is_black(pixels)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.full((6, 8), 40, np.uint8), (40, 40, 40)),
        (np.full((6, 8, 1), 40, np.uint8), (40, 40, 40)),
        (np.full((6, 8), 257 * 40, np.uint16), (40, 40, 40)),
        (np.full((6, 8, 1), 65535, np.uint16), (255, 255, 255)),
        (np.full((6, 8, 3), (1, 2, 3), np.uint8), (3, 2, 1)),
        (np.full((6, 8, 4), (1, 2, 3, 0), np.uint8), (3, 2, 1)),
    ],
)
def test_grey_sixteen_bits_and_alpha_all_become_rgb(given: np.ndarray, expected: tuple[int, int, int]) -> None:
    class Odd(FakeCapture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            return True, given

    with CameraSource(cameras=lambda: [FRONT], capture=lambda _: Odd(1)) as source:
        pixels = source.read().pixels
    assert (pixels.shape, pixels.dtype) == ((6, 8, 3), np.uint8)
    assert pixels[0, 0].tolist() == list(expected)


def test_a_black_picture_is_noticed_although_its_noise_changes() -> None:
    frames = [Frame(noise(i, 0, 12), index=i, time_s=i / 10) for i in range(40)]
    with pytest.raises(SourceError, match=r"Script has been black for 2 s\."):
        _read_all(Watched(Script(frames, live=True)))


def test_a_dim_but_moving_picture_and_a_short_blackout_are_fine() -> None:
    dim = [Frame(noise(i, 0, 60), index=i, time_s=i / 10) for i in range(60)]
    assert _read_all(Watched(Script(dim, live=True))) == 60
    blink = [Frame(noise(i, 0, 5 if 10 < i < 25 else 256), index=i, time_s=i / 10) for i in range(60)]
    assert _read_all(Watched(Script(blink, live=True))) == 60


def test_recorded_sources_may_stand_still() -> None:
    frames = [Frame(np.zeros((6, 8, 3), np.uint8), index=i, time_s=float(i)) for i in range(20)]
    assert _read_all(Watched(Script(frames, live=False))) == 20


def test_a_watched_source_starts_anew_when_opened_again() -> None:
    frames = [Frame(noise(1), index=i, time_s=i / 10) for i in range(19)]
    source = Watched(Script(frames, live=True))
    assert _read_all(source) == 19
    assert _read_all(source) == 19
