"""The same job on several stream engines, side by side; docs/peers.md has the table.

``python -m bench.peers --out F.json`` starts a real Kafka, fills topics with the same seeded
frames, and runs each peer as a process of its own: ``engines`` has one program for each, written as
its users would, in an environment of its own (``make peers``). What is measured is seen from
outside: processor time from ``/proc``, changes of band from the topic that the peer writes.
"""
