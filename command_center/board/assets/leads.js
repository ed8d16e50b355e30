// What a strip knows of each lead: stretches of samples and where they break, and how far behind
// the capture the strip is drawn. No drawing here, and no clock: instants are handed in.

// The center's own limit of ten seconds, and what a freeze keeps beyond it.
const KEPT_MS = 20_000;
// Stretches of one lead at most; the oldest go first.
const MOST_STRETCHES = 400;
// A stretch that begins this far from where the last one ended does not continue it.
const GAP_MS = 100;
// How fast a lead's time follows the unit's clock: this part of what it is off by, per stretch.
const FOLLOW = 0.1;

// What the strip waits for beyond the longest wait that was seen, and how long it remembers that.
const MARGIN_MS = 100;
const REMEMBERED_MS = 6_000;
// The strip is never drawn further behind what the center last told than this.
const MOST_BEHIND_MS = 2_000;
// The strip runs at most so much faster or slower than time while it finds its place.
const SLEW = 0.15;
// Further from its place than this, as after a long cut, it jumps and is drawn anew.
const JUMP_MS = 3_000;

const ORDER = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
const rank = (lead) => (ORDER.includes(lead) ? ORDER.indexOf(lead) : ORDER.length);

// Zigzag varints of differences in base64, as the center packs them.
export function unpacked(text) {
  const bytes = atob(text);
  const samples = [];
  let sample = 0, value = 0, shift = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes.charCodeAt(at);
    value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte & 0x80) continue;
    sample += (value >>> 1) ^ -(value & 1);
    samples.push(sample);
    value = shift = 0;
  }
  return Int16Array.from(samples);
}

export class Leads {
  constructor() {
    this.of = new Map(); // name -> { stretches, attached }
    this.newestMs = null; // end of the newest sample
  }

  get names() {
    return [...this.of.keys()].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  }

  // Takes a chunk; returns the stretch, or null when it was known already or is too old.
  take(chunk) {
    if (!this.of.has(chunk.lead)) this.of.set(chunk.lead, { stretches: [], attached: null });
    const lead = this.of.get(chunk.lead);
    const mv = Array.from(unpacked(chunk.samples), (sample) => (sample * chunk.uv_per_bit) / 1000);
    const stepMs = 1000 / chunk.rate_hz;
    const startMs = chunk.start_us / 1000;
    const stretch = { startMs, stepMs, mv, endMs: startMs + mv.length * stepMs, first: chunk.first_sample, joined: false };
    const { stretches } = lead;
    let at = stretches.length;
    while (at > 0 && stretches[at - 1].startMs > startMs) at -= 1;
    const before = stretches[at - 1];
    if (before && before.first === stretch.first && Math.abs(before.startMs - startMs) < GAP_MS) return null;
    if (this.newestMs !== null && stretch.endMs < this.newestMs - KEPT_MS) return null;
    if (before && before.first + before.mv.length === stretch.first && Math.abs(startMs - before.endMs) < GAP_MS) join(before, stretch);
    stretches.splice(at, 0, stretch);
    const after = stretches[at + 1];
    if (after && !after.joined && stretch.first + mv.length === after.first && Math.abs(after.startMs - stretch.endMs) < GAP_MS) after.joined = true;
    if (at === stretches.length - 1) lead.attached = chunk.attached;
    this.newestMs = Math.max(this.newestMs ?? 0, stretch.endMs);
    while (stretches.length > MOST_STRETCHES || stretches[0].endMs < this.newestMs - KEPT_MS) stretches.shift();
    return stretch;
  }

  // What is known now, whatever comes later; a stretch itself never changes.
  held() {
    const held = new Leads();
    for (const [name, { stretches, attached }] of this.of) held.of.set(name, { stretches: [...stretches], attached });
    held.newestMs = this.newestMs;
    return held;
  }

  newestOf(name) {
    const stretches = this.of.get(name)?.stretches;
    return stretches?.length ? stretches[stretches.length - 1].endMs : null;
  }

  // The middle of a lead between two instants: where its base line is drawn.
  middle(name, fromMs, toMs) {
    const found = [];
    for (const { startMs, stepMs, mv } of this.of.get(name)?.stretches ?? []) {
      for (let at = 0; at < mv.length; at += 4) {
        const ms = startMs + at * stepMs;
        if (ms >= fromMs && ms < toMs) found.push(mv[at]);
      }
    }
    if (!found.length) return 0;
    return found.sort((a, b) => a - b)[found.length >> 1];
  }
}

// Samples are equally spaced whatever the clock of the unit does; the lead follows it slowly.
function join(before, stretch) {
  const startMs = before.endMs + FOLLOW * (stretch.startMs - before.endMs);
  stretch.endMs += startMs - stretch.startMs;
  stretch.startMs = startMs;
  stretch.joined = true;
}

// A jitter buffer: which instant of the capture is drawn now. It goes on with the clock, also when
// nothing arrives; what is missing then stays empty.
export class Playhead {
  constructor() {
    this.waits = []; // of each chunk that came: [when, from its first sample to its arrival]
    this.behindMs = null;
    this.atMs = null;
    this.lastMs = null;
  }

  // A stretch came, and is the newest of its lead.
  came(nowMs, arrivedMs, stretch) {
    this.waits.push([nowMs, arrivedMs - stretch.startMs, arrivedMs - stretch.endMs]);
    while (this.waits[0][0] < nowMs - REMEMBERED_MS) this.waits.shift();
  }

  // Moves on to now and returns the instant that is drawn.
  moved(nowMs) {
    if (!this.waits.length && this.behindMs === null) return null;
    const step = this.lastMs === null ? 0 : nowMs - this.lastMs;
    this.lastMs = nowMs;
    const wanted = this.wanted();
    if (this.behindMs === null || Math.abs(wanted - this.behindMs) > JUMP_MS) {
      this.behindMs = wanted;
      this.atMs = nowMs - wanted;
      return this.atMs;
    }
    const most = SLEW * step;
    this.behindMs += Math.max(-most, Math.min(most, wanted - this.behindMs));
    this.atMs = Math.max(this.atMs, nowMs - this.behindMs);
    return this.atMs;
  }

  wanted() {
    if (!this.waits.length) return this.behindMs;
    const longest = Math.max(...this.waits.map((wait) => wait[1]));
    const least = Math.min(...this.waits.map((wait) => wait[2]));
    return Math.min(longest + MARGIN_MS, least + MOST_BEHIND_MS);
  }
}
