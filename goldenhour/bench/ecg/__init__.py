"""What it costs to judge the ECG leads of thousands of patients on one core."""
