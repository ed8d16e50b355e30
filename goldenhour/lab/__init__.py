"""The live detectors over files."""
