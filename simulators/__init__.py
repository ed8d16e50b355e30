"""Patients, links, fleets and scenarios with known answers, driving real vehicle clients."""
