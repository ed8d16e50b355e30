// The slices of one CT series: where they lie, their pixels, and how Hounsfield units become grey.

const MOST_HELD = 64;
const AT_ONCE = 3;
const AGAIN_MS = 5000;

// A hole is shown between neighbours that lie further apart than this many thicknesses.
const HOLE = 1.5;
const OBLIQUE = 0.2;
const AXES = [["L", "R"], ["P", "A"], ["H", "F"]];

export const PRESETS = [
  { name: "brain", width: 80, level: 40 },
  { name: "stroke", width: 40, level: 40 },
  { name: "subdural", width: 200, level: 80 },
  { name: "bone", width: 2500, level: 480 },
  { name: "soft", width: 350, level: 50 },
];

// Where a direction of the patient points (DICOM PS3.3 C.7.6.1.1.1): the main letter first.
export function letters(direction) {
  return direction
    .map((part, axis) => ({ size: Math.abs(part), letter: AXES[axis][part > 0 ? 0 : 1] }))
    .filter((one) => one.size >= OBLIQUE)
    .sort((a, b) => b.size - a.size)
    .map((one) => one.letter)
    .join("");
}

export const reversed = (direction) => direction.map((part) => -part);

export function normal([a, b, c], [d, e, f]) {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

// What one scrolls through: the slices that are there, and the holes between them.
export function stops(slices) {
  const found = [];
  slices.forEach((slice, place) => {
    const before = slices[place - 1];
    const gap = before ? slice.place_mm - before.place_mm : 0;
    const thick = before ? ((before.thickness_mm ?? Infinity) + (slice.thickness_mm ?? Infinity)) / 2 : Infinity;
    if (gap > HOLE * thick) {
      found.push({ uid: `after ${before.uid}`, hole_mm: gap - thick, place_mm: (before.place_mm + slice.place_mm) / 2 });
    }
    found.push({ ...slice, number: place + 1 });
  });
  return found;
}

// Grey by window, linear (DICOM PS3.3 C.11.2.1.2.1): one entry for every value of 16 bits.
function table(width, level) {
  const grey = new Uint8Array(65536);
  const low = level - 0.5 - (width - 1) / 2;
  for (let hu = -32768; hu <= 32767; hu += 1) {
    const share = width > 1 ? (hu - low) / (width - 1) : hu > low ? 1 : 0;
    grey[hu & 0xffff] = Math.min(255, Math.max(0, Math.floor(share * 255 + 0.5)));
  }
  return grey;
}

let windowed = { width: 0, level: 0, grey: null };

// Draw Hounsfield units onto a canvas of as many pixels.
export function paint(canvas, pixels, { width, level }) {
  if (windowed.width !== width || windowed.level !== level) windowed = { width, level, grey: table(width, level) };
  if (canvas.width !== pixels.columns || canvas.height !== pixels.rows) {
    canvas.width = pixels.columns;
    canvas.height = pixels.rows;
  }
  const context = canvas.getContext("2d");
  const image = context.createImageData(pixels.columns, pixels.rows);
  const colours = new Uint32Array(image.data.buffer);
  for (let at = 0; at < colours.length; at += 1) {
    colours[at] = 0xff000000 | (windowed.grey[pixels.hu[at] & 0xffff] * 0x010101);
  }
  context.putImageData(image, 0, 0);
}

// Fetches slices, the nearest to the one that is looked at first; keeps the nearest.
export class Loader {
  constructor(encounter, series, changed) {
    this.address = (slice) => `/board/ct/${[encounter, series, slice].map(encodeURIComponent).join("/")}`;
    this.changed = changed;
    this.held = new Map();
    this.missing = new Map();
    this.coming = new Set();
    this.wanted = [];
    this.closed = false;
  }

  // Slices in the order in which they are wanted.
  want(uids) {
    this.wanted = uids.slice(0, MOST_HELD);
    const kept = new Set(this.wanted);
    for (const uid of this.held.keys()) if (!kept.has(uid)) this.held.delete(uid);
    this.go();
  }

  go() {
    const now = performance.now();
    const due = (uid) => !this.held.has(uid) && !this.coming.has(uid) && !(this.missing.get(uid)?.until > now);
    while (!this.closed && this.coming.size < AT_ONCE) {
      const next = this.wanted.find(due);
      if (!next) return;
      this.coming.add(next);
      this.fetch(next);
    }
  }

  async fetch(uid) {
    try {
      const answer = await fetch(this.address(uid));
      if (answer.ok) this.take(uid, answer.headers, await answer.arrayBuffer());
      else this.lack(uid, (await answer.json()).missing);
    } catch {
      this.lack(uid, "NO_ANSWER");
    }
    this.coming.delete(uid);
    if (this.closed) return;
    this.changed(uid);
    this.go();
  }

  take(uid, headers, body) {
    const number = (name) => Number(headers.get(name));
    this.missing.delete(uid);
    this.held.set(uid, {
      columns: number("columns"), rows: number("rows"), columnMm: number("column-spacing-mm"), rowMm: number("row-spacing-mm"),
      hu: new Int16Array(body),
    });
  }

  lack(uid, why) {
    this.missing.set(uid, { why, until: performance.now() + AGAIN_MS });
    setTimeout(() => this.go(), AGAIN_MS);
  }

  close() {
    this.closed = true;
  }
}
