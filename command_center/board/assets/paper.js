// The paper of the live strip: where an instant and a voltage lie, and how samples and marks are drawn.
//
// Above the leads runs a lane of marks: a tick for every beat, a V for one that begins in the
// ventricles. A second of a lead that cannot be trusted is shaded, where there are samples at all.

export const PX_PER_MM = 96 / 25.4;
export const MM_PER_S = 25;
export const MM_PER_MV = 10;
export const ROW_MM = 25;
export const LANE_MM = 5; // of the marks, above the leads
export const GUTTER_MM = 15; // lead names and calibration marks
const BASE_MM = 16; // base line of a row, from its top
const BAR_MM = 8; // erased ahead of the newest sample
const JUMPED_MS = 400; // a longer step between two frames is drawn anew as a whole

export class Paper {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.drawnMs = null;
    this.middles = new Map();
    this.newestDrawnMs = null;
  }

  // Fits the canvas to its box and to the screen's own pixels; returns whether it changed.
  fit(rows) {
    const scale = window.devicePixelRatio || 1;
    const width = this.canvas.parentElement.clientWidth;
    const height = (LANE_MM + rows * ROW_MM) * PX_PER_MM;
    if (this.width === width && this.height === height && this.scale === scale) return false;
    Object.assign(this, { width, height, scale, left: GUTTER_MM * PX_PER_MM });
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.passMs = ((width - this.left) / PX_PER_MM / MM_PER_S) * 1000;
    return true;
  }

  x(ms) {
    return this.left + ((ms % this.passMs) / this.passMs) * (this.width - this.left);
  }

  y(row, name, mv) {
    const y = (LANE_MM + row * ROW_MM + BASE_MM - (mv - this.middles.get(name)) * MM_PER_MV) * PX_PER_MM;
    return Math.min(this.height - 1, Math.max(1, y));
  }

  // The instant that is drawn at a place now, the newest pass first.
  ms(x) {
    const pass = this.drawnMs - (this.drawnMs % this.passMs);
    const ms = pass + ((x - this.left) / (this.width - this.left)) * this.passMs;
    return ms <= this.drawnMs ? ms : ms - this.passMs;
  }

  // Which row lies at a height.
  row(y) {
    return Math.max(0, Math.floor((y / PX_PER_MM - LANE_MM) / ROW_MM));
  }

  // Draws what lies between the last instant and this one, or everything.
  draw(leads, marks, names, toMs, anew) {
    const barMs = (BAR_MM / MM_PER_S) * 1000;
    const fromMs = this.drawnMs;
    const whole = anew || fromMs === null || toMs < fromMs || toMs - fromMs > JUMPED_MS;
    const wrapped = !whole && Math.floor(fromMs / this.passMs) !== Math.floor(toMs / this.passMs);
    this.style();
    if (whole || wrapped) for (const name of names) this.middles.set(name, leads.middle(name, toMs - this.passMs, toMs));
    if (whole) {
      this.pen.clearRect(0, 0, this.width, this.height);
      names.forEach((name, row) => this.calibration(row));
    } else this.erase(fromMs + barMs, toMs + barMs);
    const since = whole ? toMs - this.passMs + barMs : fromMs;
    this.newestDrawnMs = null;
    names.forEach((name, row) => this.trace(leads.of.get(name).stretches, name, row, since, toMs));
    this.drawnMs = toMs;
    const oldestMs = toMs - this.passMs + barMs;
    this.mark(marks.within(leads, names, oldestMs, toMs), oldestMs, toMs, whole);
  }

  // Draws the marks between two instants that were not drawn yet; anew: all of them.
  mark({ beats, doubts }, oldestMs, newestMs, anew) {
    for (const beat of beats) {
      if (beat.ms <= oldestMs || beat.ms > newestMs || (beat.drawn && !anew)) continue;
      beat.drawn = true;
      this.beat(this.x(beat.ms), beat.kind);
    }
    for (const { second, at, row, fromMs, toMs } of doubts) {
      const from = Math.max(fromMs, oldestMs, anew ? 0 : second.shadedMs[at]);
      const to = Math.min(toMs, newestMs);
      if (to <= from) continue;
      second.shadedMs[at] = to;
      this.doubt(row, from, to, second.grades[at]);
    }
  }

  beat(x, kind) {
    const { pen } = this;
    const foot = (LANE_MM - 0.6) * PX_PER_MM;
    pen.fillStyle = this.colour;
    pen.beginPath();
    if (kind === "V") {
      pen.font = `700 ${3.4 * PX_PER_MM}px sans-serif`;
      pen.textAlign = "center";
      pen.fillText("V", x, foot);
      return;
    }
    [[x - 4, foot - 7], [x + 4, foot - 7], [x, foot]].forEach(([px, py], at) => (at ? pen.lineTo(px, py) : pen.moveTo(px, py)));
    pen.fill();
  }

  // Shades a stretch of a row behind what is drawn there already.
  doubt(row, fromMs, toMs, quality) {
    const { pen } = this;
    const top = (LANE_MM + row * ROW_MM) * PX_PER_MM;
    const from = Math.round(this.x(fromMs));
    const to = Math.round(this.x(toMs));
    pen.save();
    pen.globalCompositeOperation = "destination-over";
    pen.globalAlpha = 0.1 + 0.14 * (1 - quality);
    pen.fillStyle = this.doubted;
    const across = to >= from ? [[from, to]] : [[from, this.width], [this.left, to]];
    for (const [left, right] of across) pen.fillRect(left, top + 2, right - left, ROW_MM * PX_PER_MM - 4);
    pen.restore();
  }

  style() {
    const { pen, scale } = this;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.strokeStyle = this.colour;
    pen.lineWidth = 1.6;
    pen.lineJoin = "round";
  }

  // One millivolt high, 0.2 s wide.
  calibration(row) {
    const base = (LANE_MM + row * ROW_MM + BASE_MM) * PX_PER_MM;
    const top = base - MM_PER_MV * PX_PER_MM;
    const from = 6.5 * PX_PER_MM;
    const to = from + 5 * PX_PER_MM;
    this.pen.beginPath();
    [[from - 4, base], [from, base], [from, top], [to, top], [to, base], [to + 4, base]].forEach(([x, y], at) => (at ? this.pen.lineTo(x, y) : this.pen.moveTo(x, y)));
    this.pen.stroke();
  }

  erase(fromMs, toMs) {
    const from = this.x(fromMs);
    const to = this.x(toMs) + 1;
    if (to >= from) { this.pen.clearRect(from, 0, to - from, this.height); return; }
    this.pen.clearRect(from, 0, this.width - from, this.height);
    this.pen.clearRect(this.left, 0, to - this.left, this.height);
  }

  // Samples of one lead after an instant up to another; stretches that do not join stay apart.
  trace(stretches, name, row, fromMs, toMs) {
    const { pen } = this;
    let x = Infinity;
    const point = (ms, mv, joined) => {
      const next = this.x(ms);
      if (joined && next >= x) pen.lineTo(next, this.y(row, name, mv));
      else pen.moveTo(next, this.y(row, name, mv));
      x = next;
    };
    pen.beginPath();
    stretches.forEach(({ startMs, stepMs, mv, endMs, joined }, at) => {
      if (endMs <= fromMs || startMs > toMs) return;
      const first = Math.max(0, Math.floor((fromMs - startMs) / stepMs));
      const last = Math.min(mv.length - 1, Math.floor((toMs - startMs) / stepMs));
      const before = stretches[at - 1];
      const tied = joined && first === 0 && before && before.endMs - before.stepMs > fromMs - before.stepMs;
      if (tied) point(before.endMs - before.stepMs, before.mv[before.mv.length - 1], false);
      for (let k = first; k <= last; k += 1) point(startMs + k * stepMs, mv[k], k > first || tied);
      this.newestDrawnMs = Math.max(this.newestDrawnMs ?? 0, startMs + last * stepMs);
    });
    pen.stroke();
  }
}
