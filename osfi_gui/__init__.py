"""OSFI Desk: open-set face identification at a desk."""

__version__ = "0.1.0"
