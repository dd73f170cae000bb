"""A look at the computer: what the program needs, what is there, and what to do about the rest."""

from __future__ import annotations

import platform
from importlib import metadata

from osfi_gui import __version__
from osfi_gui.paths import config_dir, data_dir
from osfi_gui.services.conflicts import Finding, opencv_finding
from osfi_gui.store.key import keyring_usable
from osfi_gui.store.settings import load as load_settings
from osfi_gui.vision.device import choose_device, threads_said
from osfi_gui.vision.manifest import read_imported, read_manifest
from osfi_gui.vision.sources import list_cameras
from osfi_gui.vision.weights import find_weights

PACKAGES = ("torch", "torchvision", "facenet-pytorch", "numpy", "pillow", "sqlcipher3", "PySide6-Essentials")


def examine_computer() -> list[Finding]:
    """Look at versions, conflicts, devices, cameras, encoders and the place for data."""
    findings = [
        Finding("program", f"OSFI Desk {__version__}, Python {platform.python_version()}, {platform.platform()}")
    ]
    findings += [_package(name) for name in PACKAGES]
    findings.append(opencv_finding())
    device = choose_device()
    findings.append(Finding("device", device.label, ok=not device.note, remedy=device.note))
    findings.append(Finding("threads", threads_said()))
    cameras = list_cameras()
    findings.append(
        Finding("cameras", ", ".join(camera.name for camera in cameras))
        if cameras
        else Finding("cameras", "none found", ok=False, remedy="Plug one in, or use a file, a stream or the demo.")
    )
    for name, entry in read_manifest().items():
        here = find_weights(entry) is not None
        text = f"{entry.title}: {'weights are here' if here else 'weights are not here'}"
        remedy = f"osfi encoders fetch {name} (needs a network), or --from FILE"
        if entry.weights.imported:
            remedy = f"osfi encoders remove {name}, then import it again"
        findings.append(Finding("encoder", text, ok=here, remedy="" if here else remedy))
    findings += [
        Finding("encoder", broken.reason, ok=False, remedy=f"Delete {broken.file} and import it again.")
        for broken in read_imported()[1]
    ]
    half = load_settings(config_dir() / "settings.json").half
    kept = "half precision, as chosen in Settings; osfi takes --half" if half else "full precision"
    findings.append(Finding("prototypes", f"kept in {kept}"))
    findings.append(Finding("data", str(data_dir())))
    findings.append(
        Finding("keyring", "usable")
        if keyring_usable()
        else Finding("keyring", "none on this computer", ok=False, remedy="Open galleries with a passphrase.")
    )
    return findings


def _package(name: str) -> Finding:
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        command = "pip install --no-deps facenet-pytorch==2.6.0" if name == "facenet-pytorch" else f"pip install {name}"
        return Finding(name, "not installed", ok=False, remedy=f"Run: {command}")
