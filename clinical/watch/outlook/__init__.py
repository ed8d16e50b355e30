"""Where a patient is going, judged by the minute."""
