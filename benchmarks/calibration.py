"""Calibrate on one half of the strangers, measure on the other: does the FAR lie where the program said.

Usage: python -m benchmarks.calibration ROOT [--encoder sface] [--halves 20] [--cache FILE]

ROOT/NAME/picture holds aligned 112x112 chips. People with more than three pictures may be enrolled, with three shots
each; those with up to three are strangers, one picture each. Each time the gallery and the halves are drawn anew, the
calibration is made by the program's own service, and the point of each matcher is measured on as many other strangers
as it was calibrated on, and on pictures of the enrolled people that are not enrolled.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.faces import embed_aligned, people_of
from osfi_gui.core.calibration import Calibration
from osfi_gui.core.events import Finished, Token
from osfi_gui.core.match import matcher_named
from osfi_gui.core.metrics import detection_identification_rate
from osfi_gui.core.strangers import in_cohort
from osfi_gui.core.threshold import for_far, read_out
from osfi_gui.services.calibrate import calibrated
from osfi_gui.services.probes import Material, Work

SHOTS = 3
MOST = 8
"""Pictures of one person: the shots, and up to five probes."""


@dataclass
class Faces:
    """Embeddings: all pictures of everybody who may be enrolled, and one of each stranger."""

    able: list[NDArray[np.float32]]
    strangers: NDArray[np.float32]
    names: list[str]


@dataclass
class Outcome:
    """What one matcher promised in one half, and what the other half showed."""

    far: float
    low: float
    high: float
    dir: float
    dir_said: float
    dir_low: float
    dir_high: float
    target_low: float
    target_high: float

    @property
    def kept(self) -> bool:
        """Whether the FAR of the other half lies in the interval."""
        return self.low <= self.far <= self.high

    @property
    def dir_kept(self) -> bool:
        """Whether the DIR of the other pictures lies in its interval."""
        return self.dir_low <= self.dir <= self.dir_high


def read(root: Path, encoder: str, cache: Path | None) -> Faces:
    # Of a stranger one picture; of who may be enrolled no more than are needed.
    people = {
        name: pictures[:MOST] if len(pictures) > SHOTS else pictures[:1] for name, pictures in people_of(root).items()
    }
    files = [file for pictures in people.values() for file in pictures]
    vector_of = dict(zip(files, embed_aligned(files, encoder=encoder, cache=cache), strict=True))
    able = [np.stack([vector_of[f] for f in pictures]) for pictures in people.values() if len(pictures) > SHOTS]
    names = [name for name, pictures in people.items() if 0 < len(pictures) <= SHOTS]
    return Faces(able, np.stack([vector_of[people[name][0]] for name in names]), names)


def one_half(
    faces: Faces, *, people: int, strangers: int, far: float, seed: int
) -> tuple[Calibration, dict[str, Outcome]]:
    rng = np.random.default_rng(seed)
    enrolled = rng.choice(len(faces.able), size=min(people, len(faces.able)), replace=False)
    order = rng.permutation(len(faces.names))
    half = min(strangers or len(order), len(order) // 2)
    first, second = order[:half], order[half:]
    material = Material(
        encoder="benchmark",
        title="benchmark",
        revision=0,
        identity_ids=tuple(range(len(enrolled))),
        shots=np.concatenate([faces.able[row][:SHOTS] for row in enrolled]),
        owners=np.repeat(np.arange(len(enrolled)), SHOTS),
        honest=np.ones(SHOTS * len(enrolled), dtype=bool),
        trained_on=(),
        strangers=faces.strangers[first],
        stranger_ids=tuple(int(i) for i in first),
        persons=tuple(faces.names[i] for i in first),
    )
    *_, last = calibrated(material, target_far=far, token=Token())
    assert isinstance(last, Finished)
    assert isinstance(last.result, Calibration)
    calibration = last.result
    work = Work(material, in_cohort(material.persons))
    others = work.evidence(faces.strangers[second[: calibration.provenance.strangers]])
    probes = work.evidence(np.concatenate([faces.able[row][SHOTS:] for row in enrolled]))
    right = np.repeat(np.arange(len(enrolled)), [len(faces.able[row]) - SHOTS for row in enrolled])
    correct = probes.cosines.argmax(axis=1) == right
    outcomes = {}
    for scored in calibration.scored:
        matcher = matcher_named(scored.matcher, k=scored.k).fit(work.reference)
        threshold = for_far(calibration, scored.matcher, far)
        said = read_out(calibration, scored.matcher, threshold)
        above = others.cosines.max(axis=1) >= scored.cosine_floor
        mated = np.where(probes.cosines.max(axis=1) >= scored.cosine_floor, matcher.score(probes), -np.inf)
        outcomes[scored.matcher] = Outcome(
            float((above & (matcher.score(others) >= threshold)).mean()),
            said.far.low,
            said.far.high,
            detection_identification_rate(mated, correct, threshold),
            said.dir.value,
            said.dir.low,
            said.dir.high,
            scored.dir_at_target.low,
            scored.dir_at_target.high,
        )
    return calibration, outcomes


def main() -> None:
    """Print one line a matcher."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--encoder", default="sface")
    parser.add_argument("--halves", type=int, default=20)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--strangers", type=int, default=0, help="Calibrate on so many; 0: on half of all.")
    parser.add_argument("--far", type=float, default=0.01)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    faces = read(options.root, options.encoder, options.cache)
    rows: dict[str, list[Outcome]] = defaultdict(list)
    proposed: dict[str, int] = defaultdict(int)
    began = time.monotonic()
    for seed in range(options.halves):
        calibration, outcomes = one_half(
            faces, people=options.people, strangers=options.strangers, far=options.far, seed=seed
        )
        for name, outcome in outcomes.items():
            rows[name].append(outcome)
        rows["(proposed)"].append(outcomes[calibration.proposed])
        proposed[calibration.proposed] += 1
    where = calibration.provenance
    print(
        f"{options.encoder}: {calibration.people} people with {SHOTS} shots, about {where.strangers} strangers that "
        f"calibrate and {where.cohort} in the cohort, {options.halves} halves, target FAR {options.far:.1%}, "
        f"{(time.monotonic() - began) / options.halves:.1f} s each"
    )
    print(
        "matcher       FAR kept  mean FAR  least - most        said (mean)    | DIR said (width) others  kept  | target"
    )
    for name, found in rows.items():
        fars = [one.far for one in found]
        low, high = (float(np.mean([getattr(one, end) for one in found])) for end in ("low", "high"))
        kept, dir_kept = (sum(getattr(one, which) for one in found) for which in ("kept", "dir_kept"))
        print(
            f"{name:12} {kept:4} / {len(found)} {np.mean(fars):9.2%}  {min(fars):.2%} - {max(fars):.2%}  "
            f"{low:6.2%} - {high:.2%} | {np.mean([one.dir_said for one in found]):8.1%} "
            f"({np.mean([one.dir_high - one.dir_low for one in found]):5.1%}) "
            f"{np.mean([one.dir for one in found]):7.1%} {dir_kept:4} / {len(found)} | "
            f"({np.mean([one.target_high - one.target_low for one in found]):5.1%}) "
            f"{sum(one.target_low <= one.dir <= one.target_high for one in found):3}"
        )
    print("proposed: " + ", ".join(f"{name} {count} times" for name, count in proposed.items()))


if __name__ == "__main__":
    main()
