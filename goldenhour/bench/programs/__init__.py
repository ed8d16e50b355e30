"""The programs that are measured: started on a broker, and what they spend, weigh and keep."""
