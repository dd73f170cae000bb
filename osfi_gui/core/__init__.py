"""The method on paper: numpy and the standard library only."""
