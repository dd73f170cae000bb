"""Fine-tuning: torch with gradients."""
