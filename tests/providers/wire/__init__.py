"""Every provider's documented protocol, simulated: see server.py."""
