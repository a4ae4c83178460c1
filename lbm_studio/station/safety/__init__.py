"""The limits every command passes through, whoever gives it: policy, person or script.

What they are called and what happens at each is told in :mod:`lbm_studio.core.safety`, how far each
goes on the station's safety card. :mod:`~lbm_studio.station.safety.envelope` applies them all.
"""
