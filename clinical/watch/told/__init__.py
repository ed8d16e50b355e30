"""What a gateway or another app says of the patient, as alarms."""
