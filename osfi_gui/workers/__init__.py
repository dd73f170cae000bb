"""Qt threads that run a service and carry its events across."""
