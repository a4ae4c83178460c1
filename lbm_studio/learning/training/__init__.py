"""Training: samples from episodes, the step, the loop, and the checkpoint it leaves."""
