"""Heads: the losses that an encoder can be tuned with. The next one is a class in a file, and a name here."""

from __future__ import annotations

from osfi_gui.core.tune import Choice
from osfi_gui.tuning.heads.arcface import ArcFace
from osfi_gui.tuning.heads.base import Head
from osfi_gui.tuning.heads.cosface import CosFace
from osfi_gui.tuning.heads.magface import MagFace
from osfi_gui.tuning.heads.normface import NormFace
from osfi_gui.tuning.heads.softmax import Softmax

HEADS: dict[str, type[Head]] = {head.name: head for head in (CosFace, ArcFace, MagFace, NormFace, Softmax)}


def head_choices() -> tuple[Choice, ...]:
    """Give the heads as the operator reads them."""
    return tuple(Choice(head.name, head.title, head.help) for head in HEADS.values())
