"""OSFI Desk: open-set face identification at a desk."""
