// What the center says about the leads as they come: beats, seconds that cannot be trusted, heart
// rate and rhythm. It names samples of a run, and where the run begins in each lead; where that lies
// in time is known from the stretches, so that a mark stands on its sample whatever clocks do.

// Seconds of a run that are kept: longer than the strip keeps samples.
const KEPT_S = 40;
const TRUSTED = 0.5; // a second of less is shaded
// A rate or a rhythm that was not said again for so long is not shown.
const OLD_MS = 8_000;

export class Marks {
  constructor() {
    this.run = 0;
    this.rateHz = 250;
    this.origins = [];
    this.beats = []; // { sample, kind, ms: null until its sample is here, drawn }
    this.seconds = []; // { number, grades, shadedMs }, the last two by lead of origins
    this.said = null; // { heartRate, confidence, rhythm, at }
  }

  take(told, at) {
    if (told.run !== this.run) Object.assign(this, { run: told.run, beats: [], seconds: [] });
    Object.assign(this, { rateHz: told.rate_hz, origins: told.origins });
    const newest = this.seconds.length ? this.seconds[this.seconds.length - 1].number : -1;
    const fresh = told.seconds.filter(([number]) => number > newest);
    if (!fresh.length) return;
    this.seconds.push(...fresh.map(([number, ...grades]) => ({ number, grades, shadedMs: grades.map(() => 0) })));
    this.beats.push(...told.beats.map(([sample, kind]) => ({ sample, kind, ms: null, drawn: false })));
    const oldest = this.seconds[this.seconds.length - 1].number - KEPT_S;
    this.seconds = this.seconds.filter((second) => second.number > oldest);
    this.beats = this.beats.filter((beat) => beat.sample > oldest * this.rateHz);
    this.said = { heartRate: told.heart_rate_bpm, confidence: told.confidence, rhythm: told.rhythm, at };
  }

  // What holds at a moment of the page, or null.
  standing(at) {
    return this.said && at - this.said.at < OLD_MS ? this.said : null;
  }

  held() {
    return Object.assign(new Marks(), this, { beats: [...this.beats], seconds: [...this.seconds] });
  }

  // Beats and doubtful stretches with their instants, as far as samples of them are known.
  within(leads, names, fromMs, toMs) {
    for (const beat of this.beats) beat.ms ??= this.instant(leads, beat.sample);
    const beats = this.beats.filter(({ ms }) => ms !== null && ms > fromMs && ms <= toMs);
    return { beats, doubts: this.doubts(leads, names, fromMs, toMs) };
  }

  // When a sample of the run was captured, by the first lead that has it; null: none does.
  instant(leads, sample) {
    for (const origin of this.origins) {
      const at = Math.round(origin.sample + (sample * origin.rate_hz) / this.rateHz);
      const stretch = leads.of.get(origin.lead)?.stretches.find((one) => one.first <= at && at < one.first + one.mv.length);
      if (stretch) return stretch.startMs + (at - stretch.first) * stretch.stepMs;
    }
    return null;
  }

  doubts(leads, names, fromMs, toMs) {
    const placed = [];
    for (const second of this.seconds) {
      this.origins.forEach((origin, at) => {
        const row = names.indexOf(origin.lead);
        if (row < 0 || second.grades[at] >= TRUSTED) return;
        for (const [from, to] of covered(leads, origin, second.number)) {
          if (to > fromMs && from <= toMs) placed.push({ second, at, row, fromMs: from, toMs: to });
        }
      });
    }
    return placed;
  }
}

// The instants of a second of a lead, as far as it has samples.
function covered(leads, origin, number) {
  const begin = origin.sample + number * origin.rate_hz;
  const end = begin + origin.rate_hz;
  const found = [];
  for (const { first, mv, startMs, stepMs } of leads.of.get(origin.lead)?.stretches ?? []) {
    const from = Math.max(begin, first);
    const to = Math.min(end, first + mv.length);
    if (to > from) found.push([startMs + (from - first) * stepMs, startMs + (to - first) * stepMs]);
  }
  return found;
}
