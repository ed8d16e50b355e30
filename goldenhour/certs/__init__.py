"""Certificates: who gives them out, and how a unit gets, renews and loses one."""
