"""What the operator sees: intents out, values in."""
