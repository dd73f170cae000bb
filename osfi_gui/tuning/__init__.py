"""Fine-tuning: torch with gradients. One idea a file; the registries are what the form and the command line offer."""
