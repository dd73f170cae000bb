"""Network architectures, weights not included."""
