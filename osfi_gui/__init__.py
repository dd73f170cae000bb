"""OSFI Desk: open-set face identification at a desk."""

import os

__version__ = "0.1.0"

# Torch's threads wait for each other asleep, not spinning: on two cores that other programs use as well, a frame took
# a quarter of a second instead of three; on idle ones it takes a fifth longer. Read when torch is loaded, so said here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
