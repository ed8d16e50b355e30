// The event strip of an arrhythmia alarm: 20 s before its onset to 10 s after it, on ECG paper, as the
// center drew it, to be measured with calipers and printed at true size.
//
// Three lines of 10 s; what the numbers below say is how the sheet is drawn (strip_drawing.py).

import { computed, onMounted, onUnmounted, ref, watch } from "vue";
import { Calipers } from "/board/assets/calipers.js";
import { MM_PER_S } from "/board/assets/paper.js";
import { clockTime } from "/board/assets/words.js";

const BEFORE_MS = 20_000;
const LINE_MS = 10_000;
const LINES = 3;
const TOP_MM = 12;
const GUTTER_MM = 12;
const LEAD_MM = 24;
const GAP_MM = 4;
const FOOT_MM = 6;
const WIDTH_MM = GUTTER_MM + (LINE_MS / 1000) * MM_PER_S + 2;

// The sheet as the calipers see it.
class Sheet {
  constructor(strip, width) {
    this.width = width;
    this.pxPerMm = width / WIDTH_MM;
    this.lineMm = Math.max(1, strip.leads) * LEAD_MM + GAP_MM;
    this.height = (TOP_MM + LINES * this.lineMm + FOOT_MM) * this.pxPerMm;
    this.left = GUTTER_MM * this.pxPerMm;
    this.fromMs = strip.onset_us / 1000 - BEFORE_MS;
  }

  ms(x, y) {
    const line = Math.min(LINES - 1, Math.max(0, Math.floor((y / this.pxPerMm - TOP_MM) / this.lineMm)));
    return this.fromMs + line * LINE_MS + ((x - this.left) / this.pxPerMm / MM_PER_S) * 1000;
  }
}

export const EventStrip = {
  components: { Calipers },
  props: { encounter: String, strip: Object, t: Object },
  emits: ["close"],
  setup(props) {
    const frame = ref(null);
    const failed = ref(false);
    const measuring = ref(null);
    // A strip that has grown is drawn anew.
    const address = computed(() => `/board/strip/${props.encounter}/${props.strip.alarm}?${props.strip.whole ? "whole" : props.strip.leads}`);
    const measure = () => { measuring.value = measuring.value ? null : new Sheet(props.strip, frame.value.clientWidth); };
    const fit = () => { if (measuring.value) measuring.value = new Sheet(props.strip, frame.value.clientWidth); };
    const sized = new ResizeObserver(fit);
    watch(address, () => { failed.value = false; fit(); });
    const found = () => { fit(); frame.value.parentElement.scrollIntoView({ block: "start" }); };
    onMounted(() => sized.observe(frame.value));
    onUnmounted(() => sized.disconnect());
    return { frame, failed, measuring, address, measure, found, clockTime, print: () => window.print(), stepMs: computed(() => 1000 / (props.strip.rate_hz || 250)) };
  },
  template: `
  <section class="event-strip" :aria-label="t.eventStrip.title" :data-strip="strip.alarm">
    <header class="strip-head">
      <h2>{{ t.eventStrip.title }} <small>{{ t.eventStrip.onset }} {{ clockTime(strip.onset_us) }} · {{ t.eventStrip.span }}</small></h2>
      <span v-if="!strip.whole" class="tag" role="status">{{ strip.finished ? t.eventStrip.gaps : t.eventStrip.coming }}</span>
      <button class="measure" :disabled="failed" :aria-pressed="measuring !== null" @click="measure">{{ t.strip.calipers }}</button>
      <button class="print" :disabled="failed" @click="print">{{ t.eventStrip.print }}</button>
      <button class="close" @click="$emit('close')">{{ t.eventStrip.close }}<kbd>T</kbd></button>
    </header>
    <div ref="frame" class="sheet">
      <p v-if="failed" class="empty">{{ t.eventStrip.failed }}</p>
      <img v-else :src="address" :alt="t.eventStrip.title + ' ' + t.eventStrip.onset + ' ' + clockTime(strip.onset_us)" @load.once="found" @error="failed = true">
      <calipers v-if="measuring" :paper="measuring" :words="t.strip" :step-ms="stepMs"></calipers>
    </div>
    <p class="note">{{ t.eventStrip.note }}</p>
  </section>`,
};
