"""The folder of an experiment: folds, what each row gave, and the table as JSON, CSV and a plot."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from osfi_gui.core.errors import DeskError
from osfi_gui.core.experiment import FARS
from osfi_gui.core.scores import Scores
from osfi_gui.store.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from osfi_gui.core.experiment import Folds
    from osfi_gui.core.tune import Recipe

    Curve = tuple[str, Scores]


class ExperimentFolder:
    """Where an experiment writes; a killed one goes on from what lies here.

    Parameters
    ----------
    folder : Path
        Made where there is none.
    folds : Folds
    setting : dict
        What else the rows depend on: the encoder, the camera.
    pictures : str
        Digest of the pictures, as :func:`digest_of` gives it.

    Raises
    ------
    DeskError
        When it holds another experiment or one on other pictures, or cannot be written.
    """

    def __init__(self, folder: Path, folds: Folds, setting: dict[str, str], *, pictures: str) -> None:
        self._folder = folder
        wanted = {"folds": folds.sha256, **setting}
        try:
            (folder / "rows").mkdir(parents=True, exist_ok=True)
            before = _read_setting(folder / "experiment.json")
            # A folder of before has no digest: nobody knows whether its pictures are the same, and it is gone on with.
            then = before.pop("pictures", pictures) if before is not None else pictures
            if before not in (None, wanted):
                msg = f"The folder {folder.name} holds another experiment."
                raise DeskError(msg, "Choose another folder with --out, or the same people, encoder and camera.")
            if then != pictures:
                msg = f"Some pictures are no longer those that the rows in {folder.name} were made of."
                raise DeskError(msg, "Choose another folder with --out, or bring the pictures of then back.")
            self._write("folds.json", folds.text())
            self._write("experiment.json", json.dumps({**wanted, "pictures": pictures}, sort_keys=True, indent=1))
        except OSError as error:
            msg = f"The folder {folder} cannot be written ({error.strerror})."
            raise DeskError(msg, "Choose another one with --out.") from error

    def kept(self, recipe: Recipe) -> tuple[dict[str, Scores], float] | None:
        """Give a row's scores by matcher and its seconds, or None where it was not finished."""
        path = self._row(recipe)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                names = [str(name) for name in stored["matchers"]]
                scores = {
                    name: Scores(stored[f"{name}_mated"], stored["correct"], stored[f"{name}_non_mated"])
                    for name in names
                }
                return scores, float(stored["seconds"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def keep(self, recipe: Recipe, scores: dict[str, Scores], *, seconds: float) -> None:
        """Keep a row's scores: numbers only, no pictures and no embeddings."""
        content: dict[str, Any] = {"matchers": np.array(list(scores)), "seconds": seconds}
        for name, score in scores.items():
            content |= {f"{name}_mated": score.mated, f"{name}_non_mated": score.non_mated, "correct": score.correct}
        buffer = io.BytesIO()
        np.savez(buffer, **content)
        self._write(str(self._row(recipe).relative_to(self._folder)), buffer.getvalue())

    def publish(self, results: dict[str, Any], curves: Sequence[Curve]) -> None:
        """Write ``results.json``, ``results.csv`` and the DIR-FAR plot as PNG and SVG.

        Parameters
        ----------
        results : dict
            With ``rows``, as :meth:`osfi_gui.core.experiment.Row.to_dict` gives them.
        curves : sequence of (str, Scores)
            A label and the scores of each line of the plot.
        """
        self._write("results.json", json.dumps(results, indent=1))
        fars = [f"{far:g}" for far in FARS]
        table = io.StringIO(newline="")
        writer = csv.writer(table)
        plain = ["start", "layers", "statistics", "head", "matcher", "k"]
        parts = [f"{what}_{far}" for far in fars for what in ("dir", "low", "high")]
        writer.writerow([*plain, *parts, "rank1", "seconds"])
        for row in results["rows"]:
            numbers = []
            for far in fars:
                numbers += [row["dir_at_far"][far], *(row["ci"][far] or [None, None])]
            writer.writerow([*(row[name] for name in plain), *numbers, row["rank1"], row["seconds"]])
        self._write("results.csv", table.getvalue())
        camera = " through the degraded camera" if results["camera"] == "degraded" else ""
        self._plot(curves, title=f"{results['encoder']}{camera}: {results['counts']['known']} known people")

    def _plot(self, curves: Sequence[Curve], *, title: str) -> None:
        # Figure without pyplot: no window system is asked for, and nothing global is kept.
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.5, 5.5), layout="constrained")
        axes = figure.add_subplot()
        styles = ("-", "--", ":", "-.")
        for number, (label, scores) in enumerate(curves):
            far, dir_ = dir_far_curve(scores)
            colour, style = f"C{(number // 2) % 10}", styles[number % 2]
            axes.step(far, 100.0 * dir_, where="post", color=colour, linestyle=style, label=label, linewidth=1.4)
        axes.set(xscale="log", xlabel="FAR", ylabel="DIR in %", title=title)
        least = min((1.0 / len(scores.non_mated) for _, scores in curves), default=1e-3)
        axes.set_xlim(least, 1.0)
        axes.grid(visible=True, which="both", alpha=0.25)
        # Beside the axes: two curves a row of the table are more than there is room for among them.
        figure.legend(loc="outside right upper", fontsize="small", frameon=False)
        for kind in ("png", "svg"):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
            self._write(f"dir_far.{kind}", buffer.getvalue())

    def _row(self, recipe: Recipe) -> Path:
        return self._folder / "rows" / row_file(recipe)

    def _write(self, name: str, content: str | bytes) -> None:
        write_whole(self._folder / name, content.encode() if isinstance(content, str) else content)


def digest_of(root: Path, folds: Folds) -> str:
    """Give a digest of what is in the pictures of everybody who takes part, whenever they were written.

    Parameters
    ----------
    root : Path
        ROOT/NAME/picture.
    folds : Folds

    Returns
    -------
    str
        SHA-256 over the SHA-256 of every picture, in the order of the folds; one that cannot be read counts as empty.
    """
    whole = hashlib.sha256()
    for part in (folds.shots, folds.probes, folds.strangers):
        for files in part.values():
            for file in files:
                try:
                    content = (root / file).read_bytes()
                except OSError:
                    content = b""
                whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()


def _read_setting(path: Path) -> dict[str, str] | None:
    """Give what is written there, None where nothing is; what cannot be understood is another experiment."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        content = None
    return content if isinstance(content, dict) else {}


def row_file(recipe: Recipe) -> str:
    """Give the name of a row's file, which follows from all of the recipe."""
    text = json.dumps(recipe.to_dict(), sort_keys=True)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"


def dir_far_curve(scores: Scores) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give every operating point that the strangers' scores allow, by ascending FAR.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    far, dir : ndarray of float64, shape (b + 1,)
        FAR 0 first, where the threshold lies above the highest stranger.
    """
    others = np.sort(scores.non_mated.astype(np.float64))[::-1]
    hits = np.sort(np.where(scores.correct, scores.mated.astype(np.float64), -np.inf))
    thresholds = np.concatenate([[np.nextafter(others[0], np.inf)], others])
    far = np.searchsorted(-others, -thresholds, side="right") / len(others)
    return far, 1.0 - np.searchsorted(hits, thresholds, side="left") / len(hits)
