"""Scripts that train the models, on development records only. Run with the training environment."""
