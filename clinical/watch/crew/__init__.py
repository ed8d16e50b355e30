"""What the crew finds, examines and does, as it bears on judgement."""
