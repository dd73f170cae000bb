"""Pictures in, embeddings out: torch and OpenCV without gradients."""
