"""What the benchmark of the stop is made of: who presses, who is frozen, starved, or gone."""
