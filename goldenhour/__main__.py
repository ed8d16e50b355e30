"""``python -m goldenhour``: the same as the command ``goldenhour``."""

from goldenhour.main import main

if __name__ == "__main__":
    main()
