"""The compact LBM.

Image encoder, prompt encoder, geometry, diffusion transformer, objectives and normaliser.
"""
