"""Real cameras: how each make is read, and how its pictures become what a policy sees.

A camera is a :class:`lbm_studio.station.cameras.source.CameraSource`, whatever is behind it:
:mod:`genicam`, :mod:`realsense`, :mod:`opencv`. Simulated cameras are not among them: they are
drawn from the physics by :mod:`lbm_studio.workers.renderer`, which writes the same frames.
"""
