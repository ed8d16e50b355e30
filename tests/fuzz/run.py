"""Fuzzing by coverage: ``make fuzz SECONDS=60``. What it finds lies in ``.cache/fuzz/``.

atheris is no dependency of the project; ``make fuzz`` makes an environment of its own for it. New
inputs of interest are kept beside the committed corpus, in ``.cache/fuzz/corpus``; what breaks a
promise is committed to ``tests/fuzz/corpus`` together with the mend.
"""

import sys

import atheris  # type: ignore[import-untyped]  # where make fuzz put it

with atheris.instrument_imports():
    from tests.fuzz.decoders import take


def main() -> None:
    """Fuzz until the time given by libFuzzer's own options is over."""
    atheris.Setup(sys.argv, take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
