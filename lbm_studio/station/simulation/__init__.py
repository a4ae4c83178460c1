"""The simulated twin of the station: scene, physics, pictures, skills and demonstrators."""
