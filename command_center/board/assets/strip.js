// The live waveform strip of a patient: leads under one another at 25 mm/s and 10 mm/mV, swept from
// left to right with an erase bar, drawn on a canvas once per frame of the screen.
//
// A millimetre is 96/25.4 CSS pixels, which is what CSS calls one. How large that is on a real
// screen depends on the screen: who wants to measure with a ruler calibrates the screen first, and
// the strip says so. Intervals between samples are those of the lead's own rate.
//
// What can be read from the page, by tests and `goldenhour bench`, the newest 3,600 of each:
//   window.goldenhourStrip.frames      frames drawn while it swept, since the page was loaded
//   window.goldenhourStrip.intervals   milliseconds from one such frame to the next
//   window.goldenhourStrip.draw_ms     milliseconds that the drawing of each took
//   window.goldenhourStrip.behind_ms   by each, from the capture of the newest sample that was drawn
//                                      to that frame, by the center's clock

import { computed, onMounted, onUnmounted, reactive, ref, watch } from "vue";
import { Leads, Playhead } from "/board/assets/leads.js";
import { clockTime, span } from "/board/assets/words.js";

const PX_PER_MM = 96 / 25.4;
const MM_PER_S = 25;
const MM_PER_MV = 10;
const ROW_MM = 25;
const BASE_MM = 16; // base line of a row, from its top
const GUTTER_MM = 15; // lead names and calibration marks
const BAR_MM = 8; // erased ahead of the newest sample
const MOST_LEADS = 6; // drawn; further ones are named
const MOST_FIGURES = 3_600;
const JUMPED_MS = 400; // a longer step between two frames is drawn anew as a whole
const SETTLED_MS = 2_000; // after which the base line of a lead is found again
const OPENING_MS = 1_500; // what comes so soon after opening may be from before
const TRANSIT_MS = 150; // from the gateway to the screen, where it cannot be measured
// Without a sample for so long a lead is said to be absent.
const ABSENT_MS = 3_000;
const CLOCKS = 60; // newest messages that say what time it is; the quickest is believed
const SAID_EVERY_MS = 250; // between two looks at what is said in words

const figures = { frames: 0, intervals: [], draw_ms: [], behind_ms: [] };
window.goldenhourStrip = figures;

function figure(name, value) {
  figures[name].push(value);
  if (figures[name].length > 2 * MOST_FIGURES) figures[name].splice(0, MOST_FIGURES);
}

// What the center told of the patient whose page is open. It follows the socket.
class Feed {
  constructor() {
    this.clocks = [];
    this.open("");
  }

  open(id) {
    this.id = id;
    this.leads = new Leads();
    this.playhead = new Playhead();
    this.openedAt = performance.now();
    this.lost = 0;
    this.late = false; // something came for what was passed already
    this.settleAt = null;
  }

  take(message) {
    const at = performance.now();
    if (message.now_us) {
      this.clocks.push(message.now_us / 1000 - at);
      if (this.clocks.length > CLOCKS) this.clocks.shift();
    }
    if (!message.strip) return;
    if (message.strip.id !== this.id) this.open(message.strip.id);
    this.lost += message.strip.lost;
    for (const chunk of message.strip.chunks) this.chunk(chunk, at);
  }

  chunk(chunk, at) {
    const known = this.leads.of.has(chunk.lead);
    const stretch = this.leads.take(chunk);
    if (!stretch) return;
    if (!known) this.settleAt = at + SETTLED_MS;
    const nowMs = this.now(at);
    if (this.leads.newestOf(chunk.lead) === stretch.endMs) {
      const opening = at - this.openedAt < OPENING_MS;
      const arrivedMs = opening ? Math.min(nowMs, chunk.stamped_us / 1000 + TRANSIT_MS) : nowMs;
      this.playhead.came(nowMs, arrivedMs, stretch);
    }
    if (this.playhead.atMs !== null && stretch.startMs < this.playhead.atMs) this.late = true;
  }

  // The center's clock at a moment of this page.
  now(at) {
    return at + Math.max(...this.clocks);
  }
}

export const feed = new Feed();

class Paper {
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
    const height = rows * ROW_MM * PX_PER_MM;
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
    const y = (row * ROW_MM + BASE_MM - (mv - this.middles.get(name)) * MM_PER_MV) * PX_PER_MM;
    return Math.min(this.height - 1, Math.max(1, y));
  }

  // Draws what lies between the last instant and this one, or everything.
  draw(leads, names, toMs, anew) {
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
    const base = (row * ROW_MM + BASE_MM) * PX_PER_MM;
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

export const LiveStrip = {
  props: { id: String, t: Object, language: String, theme: String, alarms: Array },
  setup(props) {
    const canvas = ref(null);
    const shown = reactive({ names: [], more: [], ages: {}, attached: {}, ageMs: null, lost: 0, waited: 0, frozenUs: null });
    let paper, held, running, saying, lastFrame, anew = true;

    const heard = () => feed.id === props.id;
    const leads = () => held ?? feed.leads;

    function frame(at) {
      running = requestAnimationFrame(frame);
      if (!heard() || !shown.names.length) return;
      anew = paper.fit(shown.names.length) || anew;
      if (held) {
        if (anew) paper.draw(held, shown.names, paper.drawnMs, true);
        anew = false;
        return;
      }
      const toMs = feed.playhead.moved(feed.now(at));
      if (toMs === null) return;
      if (feed.settleAt !== null && at > feed.settleAt) { anew = true; feed.settleAt = null; }
      const begun = performance.now();
      paper.draw(feed.leads, shown.names, toMs, anew || feed.late);
      anew = feed.late = false;
      figures.frames += 1;
      figure("draw_ms", performance.now() - begun);
      if (lastFrame !== null) figure("intervals", at - lastFrame);
      lastFrame = at;
      if (paper.newestDrawnMs !== null) figure("behind_ms", feed.now(at) - paper.newestDrawnMs);
    }

    function say() {
      shown.waited = performance.now() - feed.openedAt;
      const known = heard() ? leads() : new Leads();
      const names = known.names.slice(0, MOST_LEADS);
      if (names.join() !== shown.names.join()) { shown.names = names; anew = true; }
      shown.more = known.names.slice(MOST_LEADS);
      shown.lost = heard() ? feed.lost : 0;
      const nowMs = feed.clocks.length ? feed.now(performance.now()) : 0;
      const live = heard() ? feed.leads : known;
      shown.ageMs = live.newestMs === null ? null : nowMs - live.newestMs;
      for (const name of names) {
        const newest = live.newestOf(name);
        shown.ages[name] = newest === null ? Infinity : nowMs - newest;
        shown.attached[name] = live.of.get(name)?.attached ?? null;
      }
    }

    function freeze() {
      if (held) { held = null; shown.frozenUs = null; anew = true; lastFrame = null; return; }
      if (!shown.names.length || paper.drawnMs === null) return;
      held = feed.leads.held();
      shown.frozenUs = paper.drawnMs * 1000;
    }

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || ["INPUT", "TEXTAREA"].includes(event.target.tagName)) return;
      if (event.key.toLowerCase() === "f") { event.preventDefault(); freeze(); }
    }

    const absent = (name) => shown.ages[name] > ABSENT_MS;
    // Why a lead shows nothing, in words: what the alarm says, what the device says, or that
    // nothing comes.
    function fault(name) {
      const alarm = props.alarms.find((one) => one.cause === "ECG_LEAD_FAULT" && one.subject === name);
      const words = props.t.strip;
      if (alarm) return words.fault[alarm.values.fault] ?? alarm.words[props.language];
      if (shown.attached[name] === false) return words.fault.detached;
      return absent(name) && shown.ageMs <= ABSENT_MS ? `${words.absent} ${span(shown.ages[name], props.language)}` : "";
    }

    const old = computed(() => shown.ageMs !== null && shown.ageMs > ABSENT_MS);
    const missing = computed(() => {
      if (shown.names.length) return "";
      return shown.waited < ABSENT_MS ? props.t.strip.waiting : props.t.strip.none;
    });
    const age = computed(() => (Math.max(0, shown.ageMs ?? 0) / 1000).toFixed(1));

    function recolour() {
      paper.colour = getComputedStyle(canvas.value).color;
      anew = true;
    }
    watch(() => props.theme, recolour, { flush: "post" });

    onMounted(() => {
      paper = new Paper(canvas.value);
      lastFrame = null;
      if (!heard()) feed.open(props.id);
      recolour();
      say();
      saying = setInterval(say, SAID_EVERY_MS);
      running = requestAnimationFrame(frame);
      window.addEventListener("keydown", onKey);
    });
    onUnmounted(() => {
      cancelAnimationFrame(running);
      clearInterval(saying);
      window.removeEventListener("keydown", onKey);
    });

    const height = computed(() => `${Math.max(1, shown.names.length) * ROW_MM * PX_PER_MM}px`);
    const top = (row) => `${row * ROW_MM * PX_PER_MM}px`;
    return { canvas, shown, height, top, fault, old, missing, age, freeze, clockTime, span, grid: `${5 * PX_PER_MM}px`, gutter: `${GUTTER_MM * PX_PER_MM}px` };
  },
  template: `
  <section class="strip" :class="{ frozen: shown.frozenUs !== null, old }" :aria-label="t.strip.title">
    <header class="strip-head">
      <h2>{{ t.strip.title }} <small>25 mm/s · 10 mm/mV · {{ t.strip.uncalibrated }}</small></h2>
      <span v-if="shown.frozenUs !== null" class="strip-frozen" role="status">{{ t.strip.frozen }} {{ clockTime(shown.frozenUs) }}</span>
      <span v-if="shown.lost" class="strip-lost" role="status">{{ t.strip.lost }} {{ shown.lost }}</span>
      <span v-if="shown.ageMs !== null" class="strip-age">{{ t.strip.newest }}
        <b>{{ old ? span(shown.ageMs, language) : age + (language === 'zh' ? ' 秒' : ' s') }}</b> {{ t.ago }}</span>
      <button id="freeze" :disabled="!shown.names.length" :aria-pressed="shown.frozenUs !== null" @click="freeze">
        {{ shown.frozenUs === null ? t.strip.freeze : t.strip.sweep }}<kbd>F</kbd></button>
    </header>
    <div class="strip-paper" :style="{ height, '--grid': grid, '--gutter': gutter }">
      <canvas ref="canvas" role="img" :aria-label="t.strip.title + ' ' + shown.names.join(', ')"></canvas>
      <div v-for="(name, row) in shown.names" class="strip-lead" :data-lead="name" :style="{ top: top(row) }">
        <b>{{ name }}</b><span v-if="fault(name)" class="strip-fault">{{ fault(name) }}</span></div>
      <p v-if="missing" class="strip-none" role="status">{{ missing }}</p>
      <p v-else-if="old" class="strip-none" role="status">{{ t.strip.stopped }} {{ span(shown.ageMs, language) }}</p>
    </div>
    <p v-if="shown.more.length" class="strip-more">{{ t.strip.more }} {{ shown.more.join(', ') }}</p>
  </section>`,
};
