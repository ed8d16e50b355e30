"""Per-patient processors and the PatientWatch that composes them."""
