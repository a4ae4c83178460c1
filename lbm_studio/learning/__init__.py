"""Learning: the network and its objectives, and the training that turns episodes into a checkpoint."""
