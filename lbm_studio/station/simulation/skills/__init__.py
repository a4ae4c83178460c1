"""The skills of the simulated station, one file each: what lies where, what is asked and done."""
