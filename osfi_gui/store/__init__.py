"""Everything written to disk."""
