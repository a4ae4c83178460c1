"""Everything that moves or sees: arms, cameras, teleoperation, safety, control and simulation."""
