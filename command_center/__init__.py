"""Folds alarms and live state into the operational picture, stores and serves it."""
