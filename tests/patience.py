"""How long a test waits for something that must come.

Tests wait for conditions, not for seconds. This only ends a wait for what never comes, so it is
long enough for a machine that has much else to do.
"""

from typing import Final

PATIENCE_S: Final = 240.0
PATIENCE_MS: Final = 240_000
PATIENCE_US: Final = 240_000_000
