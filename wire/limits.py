"""Every bound that holds where data crosses a boundary; docs/limits.md says what happens at each.

Sizes are bytes, counts are frames or items, durations carry their unit. A bound that belongs to
one program alone lives with that program.
"""

import re
from typing import Final

MAX_FRAME_BYTES: Final = 65_536
"""A serialised frame; a larger one is refused as TOO_LARGE and its head is dead-lettered."""

MAX_ITEMS: Final = 64
"""Items of one frame; more are refused as TOO_LARGE."""

MAX_FRAMES_PER_REQUEST: Final = 256
"""Frames of one uplink request; more end the stream."""

CREDIT_FRAMES: Final = 256
"""Frames in flight beyond the newest acknowledgement; the unit then waits and spools."""

DIGESTS_KEPT: Final = 1_024
"""Newest digests per segment that tell a duplicate from a reused sequence; older are let go."""

BATCH_BYTES: Final = 262_144
"""Frame bytes of one record batch; a fuller batch is closed."""

BATCH_FRAMES: Final = 1_000
"""Frames of one record batch; a fuller batch is closed."""

BATCH_GAP_MS: Final = 5
"""Shortest time from one batch of a partition to the next; a frame of the ALARM lane ignores it."""

BATCH_GAP_MOST_MS: Final = 15
"""What that time grows to where more than a frame comes in it: as many times the shortest as a
partition had frames, as a rule, in the beat before. A record costs more than its frames."""

MAX_SERIES_OBJECTS: Final = 2_000
"""Objects of one series; a manifest with more, or none, is refused."""

MAX_OBJECT_BYTES: Final = 67_108_864
"""One DICOM object; a manifest with a larger one is refused."""

MAX_CHUNK_BYTES: Final = 65_536
"""Bytes of an object in one request; more end the stream."""

UPLOAD_CREDIT_BYTES: Final = 2_097_152
"""Bytes of an upload beyond the newest progress; the unit then waits."""

SHA256_BYTES: Final = 32
"""Length of an object's digest."""

MAX_UNIT_ID: Final = 64
"""Characters of a unit id."""

MAX_NAME: Final = 64
"""Characters of a person, device, boot, request, cause or subject name."""

MAX_BAY: Final = 32
"""Characters of a bay."""

MAX_REASON: Final = 200
"""Characters of the crew's reason for an encounter event."""

MAX_MESSAGE_TEXT: Final = 1_000
"""Characters of a message to a unit."""

MAX_LEAD: Final = 16
"""Characters of the name of a lead."""

MAX_RATE_HZ: Final = 4_000
"""Samples per second of a lead."""

MAX_SAMPLES: Final = 4_096
"""Samples of one waveform chunk."""

MAX_SCALE_UV: Final = 10_000
"""Microvolts of one count of a waveform."""

MIN_LIVE_CHUNK_MS: Final = 100
"""Shortest waveform chunk that somebody who watches may ask for, milliseconds."""

MAX_LIVE_CHUNK_MS: Final = 1_000
"""Longest such chunk, as long as those that are sent while nobody watches."""

MAX_AGE_YEARS: Final = 130
"""Age of a patient, completed years."""

SEGMENT_BYTES: Final = 16
"""Length of a segment id."""

MAX_COUNT: Final = 2**63 - 1
"""Greatest sequence or count; what a signed 64-bit column of a store holds."""

MAX_INSTANT_US: Final = 253_402_300_799_999_999
"""Last microsecond of the year 9999; later instants cannot be shown to a person."""

UNIT_ID: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_UNIT_ID}}}")
"""What a unit id looks like; use ``fullmatch``."""

UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Canonical lower-case text of a UUID; use ``fullmatch``."""


def is_unit_id(text: str) -> bool:
    """Say whether the text is 1 to 64 characters of [A-Za-z0-9._-]."""
    return UNIT_ID.fullmatch(text) is not None


def is_uuid_text(text: str) -> bool:
    """Say whether the text is a UUID in canonical lower-case form."""
    return UUID_TEXT.fullmatch(text) is not None
