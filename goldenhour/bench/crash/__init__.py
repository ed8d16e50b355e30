"""Programs killed with SIGKILL under load: what is lost, what told twice, how long the gap is."""
