"""Use cases: the order of steps, without Qt and without threads."""
