"""Measurements, each as a ratio to a peer in the same run: machines are noisy, ratios less so."""
