"""Signals: waveforms as they are captured, and what can be said of them.

Parts of scipy are named in full (``scipy.signal.butter``) under a bare ``import scipy``, which
loads each part when it is first named. They cost more to load than all the rest of a program, and
most programs need none: every program knows these values, few look at signals.
"""
