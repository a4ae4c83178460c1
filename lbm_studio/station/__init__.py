"""Everything that moves, sees or hears: arms, cameras, microphone, safety, control, simulation."""
