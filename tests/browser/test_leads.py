"""What a strip knows of its leads, judged in the browser that draws it."""

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from clinical.signals.waveform import WaveformChunk
from command_center.board.page import ASSETS
from command_center.board.strips import chunk_plain
from command_center.waveforms import HeardChunk

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEADS = (ASSETS / "leads.js").read_bytes()
SOURCE = "data:text/javascript;base64," + b64encode(LEADS).decode()

HELD = """async ([source, chunks]) => {
  const { Leads } = await import(source);
  const leads = new Leads();
  const taken = chunks.map((chunk) => leads.take(chunk) !== null);
  const stretches = (name) => leads.of.get(name).stretches.map(
    ({ startMs, endMs, mv, joined }) => ({ startMs, endMs, mv, joined }));
  return { taken, names: leads.names, ii: leads.of.has('II') ? stretches('II') : [] };
}"""
BEHIND = """async ([source, chunkMs, waitMs]) => {
  const { Playhead } = await import(source);
  const head = new Playhead();
  const drawn = [];
  for (let now = 10_000, end = now; now < 30_000; now += 16) {
    while (end + chunkMs + waitMs <= now) {
      end += chunkMs;
      head.came(now, now, { startMs: end - chunkMs, endMs: end });
    }
    const at = head.moved(now);
    if (at !== null) drawn.push([now, at, end]);
  }
  return drawn;
}"""


def chunk(number: int, lead: str = "II", shift_us: int = 0, size: int = 50) -> dict[str, Any]:
    """The chunk of a lead at 250 Hz that begins with this sample."""
    samples = tuple((number + at) % 400 - 200 for at in range(size))
    whole = WaveformChunk(lead, 250.0, 5.0, number * 4_000 + shift_us, number, samples)
    return chunk_plain(HeardChunk(whole.end_us, whole))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page: what is tested here needs no center."""
    opened = await browser.new_page()
    yield opened
    await opened.close()


async def held(page: Page, *chunks: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(HELD, [SOURCE, list(chunks)])
    return found


async def test_samples_come_out_as_they_went_in(page: Page) -> None:
    """In millivolts, by the scale of the lead; large steps and the ends of the range too."""
    samples = (0, 32_767, -32_768, 5, -1, 300)
    extreme = WaveformChunk("II", 250.0, 2.0, 0, 0, samples)
    found = await held(page, chunk_plain(HeardChunk(0, extreme)))
    assert found["ii"][0]["mv"] == pytest.approx([sample * 0.002 for sample in samples])


async def test_neighbours_are_joined_and_a_hole_is_not(page: Page) -> None:
    """A missing piece, a lead that began anew and a pause of the device are holes."""
    found = await held(
        page,
        chunk(0),
        chunk(50),
        chunk(150),
        chunk(200, shift_us=300_000),
        chunk(0, shift_us=1_300_000),
    )
    assert [one["joined"] for one in found["ii"]] == [False, True, False, False, False]


async def test_what_comes_late_or_twice_finds_its_place(page: Page) -> None:
    """A piece that comes after its successor is drawn before it and joins it; a copy is ignored."""
    found = await held(page, chunk(0), chunk(100), chunk(50), chunk(50))
    assert found["taken"] == [True, True, True, False]
    assert [one["startMs"] for one in found["ii"]] == [0, 200, 400]
    assert [one["joined"] for one in found["ii"]] == [False, True, True]


async def test_samples_stay_equally_spaced_when_the_clock_of_a_unit_wavers(page: Page) -> None:
    """The lead follows the clock by a tenth of what it is off by, and leaves no seam."""
    first, second = (await held(page, chunk(0), chunk(50, shift_us=20_000)))["ii"]
    assert second["startMs"] - first["endMs"] == pytest.approx(2)
    assert second["endMs"] - second["startMs"] == pytest.approx(200)


async def test_old_pieces_are_let_go_and_not_taken(page: Page) -> None:
    """Twenty seconds are kept: what a backlog brings after that is not live."""
    found = await held(page, *[chunk(number * 50) for number in range(200)], chunk(0, lead="V1"))
    assert len(found["ii"]) == 101
    assert found["taken"][-1] is False


async def test_leads_stand_in_their_usual_order(page: Page) -> None:
    names = ("V2", "Pleth", "aVF", "II", "I")
    found = await held(page, *[chunk(0, lead=name) for name in names])
    assert found["names"] == ["I", "II", "aVF", "V2", "Pleth"]


@pytest.mark.parametrize(("chunk_ms", "wait_ms"), [(1_000, 50), (200, 50), (200, 400)])
async def test_the_strip_is_behind_by_what_it_has_to_wait(
    page: Page, chunk_ms: int, wait_ms: int
) -> None:
    """By a chunk, its way and a margin; never back, and every sample is there when it is drawn."""
    drawn = await page.evaluate(BEHIND, [SOURCE, chunk_ms, wait_ms])
    behind = [now - at for now, at, _ in drawn]
    assert max(behind) <= chunk_ms + wait_ms + 16 + 100 + 1
    assert min(behind) >= chunk_ms + wait_ms
    instants = [at for _, at, _ in drawn]
    assert instants == sorted(instants)
    assert all(at <= end for _, at, end in drawn)


async def test_the_strip_is_never_further_behind_what_came_than_two_seconds(page: Page) -> None:
    """Chunks of four seconds leave holes at the end rather than an old picture."""
    drawn = await page.evaluate(BEHIND, [SOURCE, 4_000, 50])
    assert all(now - at <= 2_000 + 50 + 16 for now, at, _ in drawn)
