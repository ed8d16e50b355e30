"""The twelve-lead ECG: measured on its median beat, judged by published criteria."""
