"""The patient watch in the vehicle, and the waveforms that it hears of."""
