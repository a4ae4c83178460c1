"""Action heads: four ways from what was seen and asked for to a chunk of motion."""
