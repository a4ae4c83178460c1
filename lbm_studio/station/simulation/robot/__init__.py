"""Simulated controllers of real arms: servers that speak the FR3's network protocol on loopback."""
