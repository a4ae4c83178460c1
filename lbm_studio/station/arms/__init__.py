"""Two real FR3 arms and their hands: a driver like the simulated one, through franky."""
