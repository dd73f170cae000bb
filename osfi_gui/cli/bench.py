"""How fast this computer is at it: the live path, one match, a start."""

from __future__ import annotations

import os
import secrets
import statistics
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osfi_gui.cli.console import (
    EncoderOption,
    HalfOption,
    JsonOption,
    PassphraseOption,
    Runtime,
    RuntimeOption,
    by_runtime,
    err,
    open_gallery,
    plain,
    print_record,
)
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.services.engine import Engine
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.workers.speed import LiveSpeed

bench_app = typer.Typer(help="Measure this computer: the live path, a match, a start.", no_args_is_help=True)


class Where(StrEnum):
    """Kinds of devices, as ``choose_device`` knows them."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


@bench_app.command("live")
def bench_live(
    source: Annotated[str, typer.Argument(help="A video, stream address, camera:NAME, or demo.")],
    gallery: Annotated[Path | None, typer.Option("--gallery", help="Whom to look for; else the demo's people.")] = None,
    threads: Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0: as the window.")] = 0,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.0, help="A video is repeated so long; 0: once, to its end.")
    ] = 0.0,
    encoder: EncoderOption = "sface",
    runtime: RuntimeOption = Runtime.TORCH,
    device: Annotated[Where, typer.Option("--device", help="Where torch computes.")] = Where.AUTO,
    half: HalfOption = False,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play a source at its own pace and recognise it as the window does: rates, delays, stages, memory."""
    cores = os.cpu_count() or 1
    if threads > cores:
        msg = f"This computer has {cores} core{'s' if cores != 1 else ''}, too few for {threads} threads."
        raise DeskError(msg, "Give --threads a smaller number, or leave it out.")
    from osfi_gui.services.engine import load_engine
    from osfi_gui.services.live import Live
    from osfi_gui.services.session import make_session
    from osfi_gui.services.versions import encoder_in_use
    from osfi_gui.vision.sources import Paced, Watched, open_source
    from osfi_gui.workers.speed import measure_live

    # As the window has it; a source that is missing is said before the models are loaded.
    frames = Paced(Watched(open_source(source, loop=seconds > 0.0)))
    engine = load_engine(encoder, threads=threads or None, device=device)
    if engine.device_note:
        err.print(plain(engine.device_note))
    with _gallery(gallery, passphrase_file, engine) as store:
        live = Live(engine)
        chosen, runtime = by_runtime(encoder_in_use(store, engine.encoder), runtime)
        live.use_session(make_session(store, chosen, half=half))
        speed = measure_live(frames, live, seconds=seconds)
    record = _live_record(speed, source=source, device=engine.device, runtime=runtime, half=half)
    if as_json:
        print_record(record)
        return
    kept = ", prototypes in half precision" if half else ""
    glass, stages = record["glass_to_decision_ms"], record["stages_ms"]
    lost = 100.0 * speed.dropped / speed.frames
    typer.echo(
        f"{source}: {speed.frames} frames at {speed.source_fps:.4g} a second, on {engine.device}, by {runtime}{kept}"
    )
    typer.echo(f"display            {speed.display_fps:8.1f} frames a second")
    typer.echo(
        f"decision           {speed.decision_fps:8.1f} frames a second ({lost:.0f} % of the frames were dropped)"
    )
    typer.echo(f"glass to decision  {glass['p50']:8.1f} ms in the middle, {glass['p95']:.1f} ms at the 95th percentile")
    typer.echo("stages             " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in stages.items()))
    typer.echo(f"resident memory    {speed.rss_mb:8.0f} MB")


@bench_app.command("match")
def bench_match(
    sizes: Annotated[str, typer.Option("--sizes", help="Numbers of prototypes, by commas.")] = "1000,100000",
    faces: Annotated[int, typer.Option("--faces", min=1, max=32, help="Probes that are matched together.")] = 1,
    half: HalfOption = False,
    dim: Annotated[int, typer.Option("--dim", min=1, max=1024, help="Numbers in a vector; IR-50's have 512.")] = 128,
    as_json: JsonOption = False,
) -> None:
    """Match probes against random prototypes, d = 128 unless given, beside a plain copy of the same bytes.

    First the search alone, finding the 16 nearest, then the whole match with each matcher.

    Warm: over and over, so that a small gallery stays in the caches. Cold: more memory than the caches hold is gone
    through before each, as the work on a frame does in part.
    """
    wanted = _sizes(sizes)
    from osfi_gui.services.match_speed import measure_match

    for size in wanted:
        for speed in measure_match(size, faces=faces, half=half, dim=dim):
            if as_json:
                ratios = {"ratio": round(speed.ratio, 3), "cold_ratio": round(speed.cold_ratio, 3)}
                print_record({**asdict(speed), **ratios})
                continue
            swept = f", {speed.swept_bytes / 2**20:.0f} MiB gone through before each"
            for kind, match_ms, copy_ms, ratio, how in (
                ("warm", speed.match_ms, speed.copy_ms, speed.ratio, ""),
                ("cold", speed.cold_match_ms, speed.cold_copy_ms, speed.cold_ratio, swept),
            ):
                times = f"match {match_ms:8.3f} ms   copy {copy_ms:8.3f} ms   ratio {ratio:.2f}"
                typer.echo(f"{size:9} prototypes, {speed.matcher:10} {kind}   {times}{how}")


@bench_app.command("start")
def bench_start(
    runs: Annotated[int, typer.Option("--runs", min=1, help="How often; one more that warms up.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """Start the demo: seconds until its window is painted, recognition is ready, and the first decision is made.

    Beside them, in turns, what nothing can be faster than: an empty window of PySide6, and importing torch alone.
    """
    from osfi_gui.services.starting import start_beside_floors

    start_beside_floors()  # warms the file cache and does not count
    done = [start_beside_floors() for _ in range(runs)]
    medians = {name: statistics.median(run[name] for run in done) for name in done[0]}
    if as_json:
        named = {name if name.endswith("ratio") else f"{name}_s": round(value, 3) for name, value in medians.items()}
        print_record({"runs": runs, **named})
        return
    words = {
        "empty_window": "an empty window",
        "torch": "torch, imported alone",
        "window": "window painted",
        "ready": "recognition ready",
        "decision": "first decision",
        "window_ratio": "window to an empty one",
        "ready_ratio": "ready to torch alone",
    }
    for name, value in medians.items():
        low, high = min(run[name] for run in done), max(run[name] for run in done)
        unit = "x" if name.endswith("ratio") else "s"
        typer.echo(f"{words[name]:23} {value:6.2f} {unit}   ({low:.2f} to {high:.2f}, {runs} runs)")


def _sizes(text: str) -> tuple[int, ...]:
    """Read numbers by commas; DeskError where something is none."""
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if not (part.isascii() and part.isdigit()):
            raise DeskError(f"“{part}” is no number of prototypes.", "Give --sizes such as 1000,100000.")
    return tuple(int(part) for part in parts)


@contextmanager
def _gallery(path: Path | None, passphrase_file: Path | None, engine: Engine) -> Iterator[GalleryFile]:
    """Open the gallery; without one make that of the demo, which is gone afterwards."""
    if path is not None:
        with open_gallery(path, passphrase_file, create=False) as store:
            yield store
        return
    from osfi_gui.core.events import Token
    from osfi_gui.services.demo import enrol_demo
    from osfi_gui.store.gallery import GalleryFile

    with tempfile.TemporaryDirectory(prefix="osfi-bench-") as folder:
        file = Path(folder) / "demo.osfi"
        with GalleryFile.open(file, secrets.token_hex(16), create=True) as store:
            detector = engine.new_detector()
            for _ in enrol_demo(store=store, detector=detector, encoder=engine.encoder, token=Token()):
                pass
            yield store


def _live_record(speed: LiveSpeed, *, source: str, device: str, runtime: Runtime, half: bool) -> dict[str, Any]:
    return {
        "source": source,
        "source_fps": round(speed.source_fps, 3),
        "device": device,
        "runtime": runtime.value,
        "half": half,
        "seconds": round(speed.seconds, 3),
        "frames": speed.frames,
        "dropped": speed.dropped,
        "decisions": speed.decisions,
        "faces": speed.faces,
        "display_fps": round(speed.display_fps, 2),
        "decision_fps": round(speed.decision_fps, 2),
        "glass_to_decision_ms": {f"p{p}": round(speed.glass_percentile(p), 1) for p in (50, 95)},
        "stages_ms": {name: round(ms, 2) for name, ms in speed.stages_ms.items()},
        "rss_mb": round(speed.rss_mb, 1),
    }
