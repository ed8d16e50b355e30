"""The peers, one program each: frames of vital signs in, changes of band out.

Each takes the same words (``assignment``), reads one topic from its beginning in a group, writes
one topic, and runs until it is killed. All run the step of ``bench.peers.job`` but
``golden_hour``, which is the project's own worker.
"""
