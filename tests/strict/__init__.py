"""FR3 controllers that enforce the limits and the timing of real ones, for tests and benchmarks."""
