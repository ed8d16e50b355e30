"""Patients as files, beside the code that tells them and sees what came of it."""
