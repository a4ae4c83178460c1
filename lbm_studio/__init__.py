"""LBM Studio: teach a two-armed robot station new skills by demonstration, and run them."""

__version__ = "0.1.0"
