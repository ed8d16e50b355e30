"""A board in a browser, as the bench looks at it: when each card was painted, and what it weighs.

A card counts as painted in the second animation frame after it entered the document: the first is
the one that draws it. That is up to one frame late, never early.
"""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from goldenhour.bench.board.painting import MemorySample
from goldenhour.bench.programs.chromium import AWAKE, BrowserMissing, chromium
from goldenhour.bench.programs.weighing import weigh
from ports.clock import Clock

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession, Page

SIZE: Final = (1440, 900)
FIRST_LINES_MS: Final = 60_000
"""Longest wait for all patients to stand on the board."""

_MB: Final = 1_000_000

_WATCH: Final = """
() => {
  window.paintedUs = {};
  const see = (card) => {
    const id = card.dataset?.alarm;
    if (!id || id in window.paintedUs) return;
    window.paintedUs[id] = null;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.paintedUs[id] = (performance.timeOrigin + performance.now()) * 1000;
    }));
  };
  document.querySelectorAll("[data-alarm]").forEach(see);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") see(change.target);
      for (const node of change.addedNodes) {
        if (node.nodeType !== 1) continue;
        see(node);
        node.querySelectorAll("[data-alarm]").forEach(see);
      }
    }
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-alarm"] });
}
"""
_PAINTED: Final = (
    "() => Object.fromEntries(Object.entries(window.paintedUs).filter(([, at]) => at !== null))"
)
_SKEW_MS: Final = "() => performance.timeOrigin + performance.now() - Date.now()"
_LINES: Final = "(units) => Number(document.querySelector('.counts b')?.textContent) >= units"
_STRIP: Final = "() => window.goldenhourStrip ?? null"


class OpenBoard:
    """A board that stays open while the bench measures; an asynchronous context."""

    def __init__(self, url: str, units: int, clock: Clock) -> None:
        """Prepare; the browser starts with the context."""
        self._url = url
        self._units = units
        self._clock = clock
        self._running = chromium(*AWAKE)
        self._browser: Browser
        self._page: Page
        self._probe: CDPSession
        self._patient: Page | None = None

    async def __aenter__(self) -> Self:
        """Open the board and wait until every patient stands on it."""
        self._browser = await self._running.__aenter__()
        self._page = await self._open(self._url)
        self._probe = await self._page.context.new_cdp_session(self._page)
        await self._probe.send("Performance.enable")
        await self._page.wait_for_function(_LINES, arg=self._units, timeout=FIRST_LINES_MS)
        await self._page.evaluate(_WATCH)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the browser."""
        await self._running.__aexit__(kind, error, trace)

    async def open_patient(self) -> None:
        """Open the page of the first patient beside the board, in a window of its own."""
        line = self._page.locator("tr.line").first
        encounter = await line.get_attribute("data-encounter")
        self._patient = await self._open(f"{self._url}#/patient/{encounter}")

    async def strip(self) -> dict[str, Any] | None:
        """Return what the live strip says of itself; None when no page shows one."""
        if self._patient is None:
            return None
        said: dict[str, Any] | None = await self._patient.evaluate(_STRIP)
        return said

    async def painted_us(self) -> dict[str, float]:
        """Return when each card was painted, by alarm id."""
        painted: dict[str, float] = await self._page.evaluate(_PAINTED)
        return painted

    async def skew_ms(self) -> float:
        """Return how far the browser's two clocks are apart; its wall clock is the machine's."""
        skew_ms: float = await self._page.evaluate(_SKEW_MS)
        return round(skew_ms, 2)

    async def weigh(self, at_s: float) -> MemorySample:
        """Collect garbage and return what the page weighs."""
        await self._probe.send("HeapProfiler.collectGarbage")
        said = await self._probe.send("Performance.getMetrics")
        metrics = {one["name"]: one["value"] for one in said["metrics"]}
        return MemorySample(
            at_s=round(at_s, 1),
            heap_mb=metrics["JSHeapUsedSize"] / _MB,
            nodes=int(metrics["Nodes"]),
            renderer_mb=await self._renderer_mb(),
        )

    async def _open(self, url: str) -> "Page":
        width, height = SIZE
        page = await self._browser.new_page(viewport={"width": width, "height": height})
        await page.goto(url)
        return page

    async def _renderer_mb(self) -> float:
        """Return the memory of the largest renderer: the one that draws the board."""
        whole = await self._browser.new_browser_cdp_session()
        try:
            said = await whole.send("SystemInfo.getProcessInfo")
        finally:
            await whole.detach()
        renderers = [one["id"] for one in said["processInfo"] if one["type"] == "renderer"]
        if not renderers:
            message = "the browser names no process that draws"
            raise BrowserMissing(message)
        return max([(await weigh(pid)).resident_mb for pid in renderers])
