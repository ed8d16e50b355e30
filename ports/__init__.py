"""The shared rim: log, clock and the plain set-up of servers, each with its in-memory twin."""
