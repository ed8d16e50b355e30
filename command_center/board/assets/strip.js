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

import { computed, nextTick, onMounted, onUnmounted, reactive, ref, watch } from "vue";
import { Calipers } from "/board/assets/calipers.js";
import { combined, typing } from "/board/assets/keyboard.js";
import { Leads, Playhead } from "/board/assets/leads.js";
import { Marks } from "/board/assets/marks.js";
import { GUTTER_MM, LANE_MM, PX_PER_MM, Paper, ROW_MM } from "/board/assets/paper.js";
import { clockTime, span } from "/board/assets/words.js";

const MOST_LEADS = 6; // drawn; further ones are named
const MOST_FIGURES = 3_600;
const SETTLED_MS = 2_000; // after which the base line of a lead is found again
const OPENING_MS = 1_500; // what comes so soon after opening may be from before
const TRANSIT_MS = 150; // from the gateway to the screen, where it cannot be measured
// Without a sample for so long a lead is said to be absent.
const ABSENT_MS = 3_000;
const CLOCKS = 60; // newest messages that say what time it is; the quickest is believed
const CONFIDENT = 0.5; // a rate by beats of less is not shown
const RATELESS = new Set(["VF", "ASYSTOLE", "NOISE"]); // rhythms of which no rate is counted
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
    this.marks = new Marks();
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
    for (const marks of message.strip.marks) this.marks.take(marks, at);
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

export const LiveStrip = {
  components: { Calipers },
  props: { id: String, t: Object, language: String, theme: String, alarms: Array },
  setup(props) {
    const canvas = ref(null);
    const shown = reactive({ names: [], more: [], ages: {}, attached: {}, ageMs: null, lost: 0, waited: 0, frozenUs: null, rate: null, rhythm: null });
    const onPaper = ref(localStorage.getItem("goldenhour.paper") === "yes");
    const measuring = ref(null); // the paper that is measured
    let paper, held, heldMarks, running, saying, lastFrame, anew = true;

    const heard = () => feed.id === props.id;
    const leads = () => held ?? feed.leads;

    function frame(at) {
      running = requestAnimationFrame(frame);
      if (!heard() || !shown.names.length) return;
      anew = paper.fit(shown.names.length) || anew;
      if (held) {
        if (anew) paper.draw(held, heldMarks, shown.names, paper.drawnMs, true);
        anew = false;
        return;
      }
      const toMs = feed.playhead.moved(feed.now(at));
      if (toMs === null) return;
      if (feed.settleAt !== null && at > feed.settleAt) { anew = true; feed.settleAt = null; }
      const begun = performance.now();
      paper.draw(feed.leads, feed.marks, shown.names, toMs, anew || feed.late);
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
      sayRhythm(shown.ageMs === null || shown.ageMs > ABSENT_MS);
    }

    // Heart rate and rhythm, while they are said and the leads are there.
    function sayRhythm(old) {
      const said = old || !heard() ? null : feed.marks.standing(performance.now());
      shown.rhythm = said?.rhythm ?? null;
      shown.rate = RATELESS.has(shown.rhythm) || (said?.confidence ?? 0) < CONFIDENT ? null : said.heartRate;
    }

    function freeze() {
      if (held) { held = measuring.value = null; shown.frozenUs = null; anew = true; lastFrame = null; return; }
      if (!shown.names.length || paper.drawnMs === null) return;
      held = feed.leads.held();
      heldMarks = feed.marks.held();
      shown.frozenUs = paper.drawnMs * 1000;
    }

    // Calipers measure what stands still.
    function measure() {
      if (measuring.value) { measuring.value = null; return; }
      if (!held) freeze();
      if (held) measuring.value = paper;
    }

    function turnPaper() {
      onPaper.value = !onPaper.value;
      localStorage.setItem("goldenhour.paper", onPaper.value ? "yes" : "");
      nextTick(recolour);
    }

    const keys = { f: freeze, i: measure, p: turnPaper };
    function onKey(event) {
      if (combined(event) || typing(event)) return;
      const act = keys[event.key.toLowerCase()];
      if (act) { event.preventDefault(); act(); }
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
      const style = getComputedStyle(canvas.value);
      paper.colour = style.color;
      paper.doubted = style.getPropertyValue("--doubted");
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

    const stepMs = computed(() => feed.leads.of.get(shown.names[0])?.stretches.at(-1)?.stepMs);
    const height = computed(() => `${(LANE_MM + Math.max(1, shown.names.length) * ROW_MM) * PX_PER_MM}px`);
    const top = (row) => `${(LANE_MM + row * ROW_MM) * PX_PER_MM}px`;
    return {
      canvas, shown, height, top, fault, old, missing, age, freeze, measure, measuring, turnPaper, onPaper, stepMs, clockTime, span,
      millimetre: `${PX_PER_MM}px`, grid: `${5 * PX_PER_MM}px`, gutter: `${GUTTER_MM * PX_PER_MM}px`,
    };
  },
  template: `
  <section class="strip" :class="{ frozen: shown.frozenUs !== null, old, paper: onPaper }" :aria-label="t.strip.title">
    <header class="strip-head">
      <h2>{{ t.strip.title }} <small>25 mm/s · 10 mm/mV</small></h2>
      <span v-if="shown.frozenUs === null && (shown.rate !== null || shown.rhythm)" class="strip-rhythm" :title="t.strip.byLeads">
        <b v-if="shown.rate !== null">{{ shown.rate }}</b> <template v-if="shown.rate !== null">{{ t.strip.perMin }}</template>
        <span v-if="shown.rhythm" class="rhythm" :data-rhythm="shown.rhythm">{{ t.strip.rhythm[shown.rhythm] }}</span></span>
      <span v-if="shown.frozenUs !== null" class="strip-frozen" role="status">{{ t.strip.frozen }} {{ clockTime(shown.frozenUs) }}</span>
      <span v-if="shown.lost" class="strip-lost" role="status">{{ t.strip.lost }} {{ shown.lost }}</span>
      <span v-if="shown.ageMs !== null" class="strip-age">{{ t.strip.newest }}
        <b>{{ old ? span(shown.ageMs, language) : age + (language === 'zh' ? ' 秒' : ' s') }}</b> {{ t.ago }}</span>
      <button id="freeze" :disabled="!shown.names.length" :aria-pressed="shown.frozenUs !== null" @click="freeze">
        {{ shown.frozenUs === null ? t.strip.freeze : t.strip.sweep }}<kbd>F</kbd></button>
    </header>
    <div class="strip-paper" :style="{ height, '--millimetre': millimetre, '--grid': grid, '--gutter': gutter }">
      <canvas ref="canvas" role="img" :aria-label="t.strip.title + ' ' + shown.names.join(', ')"></canvas>
      <div v-for="(name, row) in shown.names" class="strip-lead" :data-lead="name" :style="{ top: top(row) }">
        <b>{{ name }}</b><span v-if="fault(name)" class="strip-fault">{{ fault(name) }}</span></div>
      <calipers v-if="measuring" :paper="measuring" :words="t.strip" :step-ms="stepMs"></calipers>
      <p v-if="missing" class="strip-none" role="status">{{ missing }}</p>
      <p v-else-if="old" class="strip-none" role="status">{{ t.strip.stopped }} {{ span(shown.ageMs, language) }}</p>
    </div>
    <footer class="strip-foot">
      <span>{{ t.strip.uncalibrated }}</span>
      <span v-if="shown.more.length" class="strip-more">{{ t.strip.more }} {{ shown.more.join(', ') }}</span>
      <button id="paper" :aria-pressed="onPaper" @click="turnPaper">{{ t.strip.paper }}<kbd>P</kbd></button>
      <button id="calipers" :disabled="!shown.names.length" :aria-pressed="measuring !== null" @click="measure">{{ t.strip.calipers }}<kbd>I</kbd></button>
    </footer>
  </section>`,
};
