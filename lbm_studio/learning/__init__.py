"""Learning: the network, and the training that turns episodes into a checkpoint."""
