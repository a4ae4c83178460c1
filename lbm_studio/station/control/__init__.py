"""The control loop for policy, teleoperation, demonstrations and homing, and what it is made of."""
