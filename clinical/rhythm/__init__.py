"""The rhythm of patients as their waveforms come: dangerous ones, found as they happen."""
