"""Settings of the program ``crew-screen``: read once, printed at the start, never changed."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wire.limits import MAX_NAME, UNIT_ID


class ScreenSettings(BaseSettings):
    """Each can be given as GOLDENHOUR_NAME; the command line overrides."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    home: Path = Path(".goldenhour")
    """Folder of run state of the vehicle program on this machine."""
    unit_id: str | None = Field(default=None, pattern=f"^{UNIT_ID.pattern}$")
    """The unit; none: the only one whose vehicle program runs in this home."""
    screen_port: int = Field(default=7430, ge=0, le=65_535)
    """Loopback port of the screen; 0 takes a free one."""
    crew_person: str = Field(default="crew", min_length=1, max_length=MAX_NAME)
    """Whose name stands under acknowledgements and receipts."""
    screen_language: str = Field(default="zh-CN", pattern=r"^(zh-CN|en)$")
    """The language that the screen begins in."""
    screen_light: str = Field(default="day", pattern=r"^(day|night)$")
    """The light that the screen begins in."""
    screen_sound: bool = True
    """Whether the screen sounds, where nobody has chosen otherwise on the tablet."""
    log_json: bool = False
    """Logs as JSON lines instead of for a console."""
