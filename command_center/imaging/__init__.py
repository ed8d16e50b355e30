"""CT series, twelve-lead ECGs and event strips of the patients, and how they are shown."""
