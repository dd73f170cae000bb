"""Starts OSFI Desk from a source tree; the installed program is called ``osfi-gui``."""

from osfi_gui.app import main

if __name__ == "__main__":
    main()
