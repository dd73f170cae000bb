"""Run the command line: ``python -m osfi_gui.cli``."""

from osfi_gui.cli import main

main()
