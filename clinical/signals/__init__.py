"""Signals: waveforms as they are captured, and what can be said of them."""
