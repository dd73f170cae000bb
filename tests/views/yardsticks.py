"""What several tests of the window measure with."""

from osfi_gui.core.operating_point import OperatingPoint

COSINE = OperatingPoint("cosine", 1, 0.36, 0.36, "sface", source="Default threshold.")
NAC = OperatingPoint("nac", 16, 0.083, 0.335, "sface", source="Default threshold.")

TEXT, CONTROL = 4.5, 3.0
"""Contrast that WCAG 2.1 AA asks for: of writing (1.4.3), and of what a control is known by (1.4.11)."""


def luminance(colour):
    """Relative luminance of WCAG 2.1."""
    parts = [c / 255 for c in colour.getRgb()[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """Contrast ratio of WCAG 2.1, 1..21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
