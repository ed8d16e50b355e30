"""The crew's screen: a program of its own on the tablet, which works without a link."""
