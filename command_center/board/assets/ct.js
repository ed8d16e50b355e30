// The CT series of a patient: slices as they arrive, never one that was not scanned.

import { computed, nextTick, onBeforeUnmount, reactive, ref, watch } from "vue";
import { Loader, PRESETS, letters, normal, paint, reversed, stops } from "/board/assets/ctslices.js";

const PAGE = 5;
const BAR_MM = 50;
const LEAST_WIDTH = 2;
const MOST_WIDTH = 4000;
const MOST_LEVEL = 3000;

const WORDS = {
  en: {
    title: "CT", arrived: "slices have arrived", of: "of", all: "all", first: "first image", after: "after the scan",
    slice: "slice", announced: "announced", awaited: "not received yet", loading: "Loading …", waiting: "No slice has arrived yet.",
    notReceived: "Not received", notScanned: "Not scanned", between: "mm without an image", width: "W", level: "L", mm: "mm", thick: "mm thick",
    open: "view", close: "close", series: "series", notDiagnosis: "Not for diagnosis",
    brain: "brain", stroke: "stroke", subdural: "subdural", bone: "bone", soft: "soft tissue",
    keys: "↑ ↓ slice · PgUp PgDn 5 · 1–5 window · + − width · [ ] level · drag: window · C close",
    TILTED: (s) => `Gantry tilted ${s.tilt_deg?.toFixed(1) ?? "?"}°: not perpendicular to the table.`,
    UNEVEN: (s) => `Distances between slices differ${range(s)}.`,
    GAP: () => "Gaps: tissue between slices was not seen.",
    NOT_PARALLEL: () => "Slices are not parallel: this is no one volume.",
    MISSING_SLICES: () => "Slices that were announced have stopped coming.",
    REPEATED: () => "Two slices lie in the same place.",
    NO_PATIENT: "This patient has left.", NOT_STORED: "The center does not know this slice yet.",
    NO_OBJECT: "The object store that the center reads does not hold this slice.", UNREADABLE: "This slice cannot be shown: its bytes are in a coding that is not supported.",
    STORE_FAILED: "The object store does not answer.", NO_ANSWER: "The center does not answer.", OTHER_PAGE: "The center refused this page.",
  },
  zh: {
    title: "CT", arrived: "层已到达", of: "/", all: "全部", first: "首幅图像于扫描后", after: "到达",
    slice: "层", announced: "层已预告", awaited: "层尚未收到", loading: "加载中 …", waiting: "尚无图像到达。",
    notReceived: "未收到", notScanned: "未扫描", between: "mm 无图像", width: "窗宽", level: "窗位", mm: "mm", thick: "mm 层厚",
    open: "查看", close: "关闭", series: "序列", notDiagnosis: "不得用于诊断",
    brain: "脑窗", stroke: "卒中窗", subdural: "硬膜下窗", bone: "骨窗", soft: "软组织窗",
    keys: "↑ ↓ 换层 · PgUp PgDn 5 层 · 1–5 窗 · + − 窗宽 · [ ] 窗位 · 拖动调窗 · C 关闭",
    TILTED: (s) => `机架倾斜 ${s.tilt_deg?.toFixed(1) ?? "?"}°:层面不垂直于床面。`,
    UNEVEN: (s) => `层间距不等${range(s).replace("to", "至")}。`,
    GAP: () => "层间有间隙:部分组织未被扫描。",
    NOT_PARALLEL: () => "层面不平行:不构成一个容积。",
    MISSING_SLICES: () => "预告的层已停止到达。",
    REPEATED: () => "两层位于同一位置。",
    NO_PATIENT: "该患者已离开。", NOT_STORED: "中心尚不知该层。",
    NO_OBJECT: "中心所读的对象库中没有该层。", UNREADABLE: "该层无法显示:编码不受支持。",
    STORE_FAILED: "对象库无应答。", NO_ANSWER: "中心无应答。", OTHER_PAGE: "中心拒绝了此页面。",
  },
};

const range = (s) => (s.spacing_min_mm == null ? "" : ` (${s.spacing_min_mm.toFixed(1)} to ${s.spacing_max_mm.toFixed(1)} mm)`);
const inside = (value, low, high) => Math.min(high, Math.max(low, value));

export const CtSeries = {
  props: { encounter: String, series: Array, language: String },
  setup(props) {
    const root = ref(null);
    const canvas = ref(null);
    const open = ref(false);
    const chosen = ref("");
    const selected = ref("");
    const view = reactive({ width: PRESETS[0].width, level: PRESETS[0].level });
    const loaded = ref(0);
    let loader = null;
    let drag = null;
    let drawing = false;

    const w = computed(() => WORDS[props.language]);
    const one = computed(() => props.series.find((s) => s.uid === chosen.value) ?? props.series[0]);
    const list = computed(() => stops(one.value.slices));
    const index = computed(() => {
      const at = list.value.findIndex((stop) => stop.uid === selected.value);
      return at >= 0 ? at : list.value.findIndex((stop) => stop.uid === one.value.first);
    });
    const stop = computed(() => list.value[index.value] ?? null);
    const awaited = computed(() => (one.value.expected == null ? 0 : Math.max(0, one.value.expected - one.value.slices.length)));
    const preset = computed(() => PRESETS.find((p) => p.width === view.width && p.level === view.level)?.name ?? "");
    const findings = computed(() => one.value.problems.map((name) => w.value[name]?.(one.value) ?? name));
    const held = computed(() => (loaded.value, stop.value && loader?.held.get(stop.value.uid)) || null);
    const lacking = computed(() => (loaded.value, stop.value && loader?.missing.get(stop.value.uid)?.why) || "");
    const sides = computed(() => {
      if (!stop.value?.row) return null;
      const { row, column } = stop.value;
      return { right: letters(row), left: letters(reversed(row)), bottom: letters(column), top: letters(reversed(column)) };
    });
    const ends = computed(() => {
      const some = one.value.slices[0];
      if (!some) return null;
      const up = normal(some.row, some.column);
      return { top: letters(up)[0], bottom: letters(reversed(up))[0] };
    });
    const size = computed(() => (held.value ? { across: held.value.columns * held.value.columnMm, down: held.value.rows * held.value.rowMm } : null));

    // The rail: every slice where it lies and as thick as it is.
    const rail = computed(() => {
      const slices = one.value.slices;
      if (!slices.length) return [];
      const half = (slice) => (slice.thickness_mm ?? 1) / 2;
      const low = slices[0].place_mm - half(slices[0]);
      const last = slices[slices.length - 1];
      const high = last.place_mm + half(last);
      const share = (mm) => (100 * mm) / Math.max(1, high - low);
      return list.value.map((s) => {
        const thick = s.hole_mm ?? s.thickness_mm ?? 1;
        return { uid: s.uid, hole: s.hole_mm !== undefined, top: share(high - s.place_mm - thick / 2), height: share(thick) };
      });
    });

    function want() {
      const at = index.value;
      const near = list.value.map((s, place) => [Math.abs(place - at), s]).filter(([, s]) => s.hole_mm === undefined);
      loader.want(near.sort((a, b) => a[0] - b[0]).map(([, s]) => s.uid));
    }

    function draw() {
      drawing = false;
      if (!canvas.value) return;
      if (held.value) paint(canvas.value, held.value, view);
      canvas.value.dataset.slice = held.value ? stop.value.uid : "";
      canvas.value.dataset.window = `${view.width}/${view.level}`;
    }

    function drawSoon() {
      if (drawing) return;
      drawing = true;
      requestAnimationFrame(draw);
    }

    watch(() => [props.encounter, one.value.uid], ([encounter, uid]) => {
      loader?.close();
      selected.value = "";
      loader = new Loader(encounter, uid, () => { loaded.value += 1; });
      loaded.value += 1;
    }, { immediate: true });
    watch([list, index], want, { immediate: true });
    watch([stop, held, view, canvas], drawSoon, { immediate: true });
    onBeforeUnmount(() => loader.close());

    function go(to) {
      const next = list.value[inside(to, 0, list.value.length - 1)];
      if (next) selected.value = next.uid;
    }
    function set(width, level) {
      Object.assign(view, { width: inside(Math.round(width), LEAST_WIDTH, MOST_WIDTH), level: inside(Math.round(level), -MOST_LEVEL, MOST_LEVEL) });
    }
    function toggle() {
      open.value = !open.value;
      nextTick(() => { if (open.value) { root.value.scrollIntoView({ block: "nearest" }); root.value.focus({ preventScroll: true }); } else root.value.blur(); });
    }
    function onKey(event) {
      if (!open.value || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = Math.max(1, Math.round(view.width / 20));
      const keys = {
        ArrowUp: () => go(index.value + 1), ArrowDown: () => go(index.value - 1),
        PageUp: () => go(index.value + PAGE), PageDown: () => go(index.value - PAGE),
        Home: () => go(list.value.length - 1), End: () => go(0), Escape: toggle,
        "+": () => set(view.width + step, view.level), "=": () => set(view.width + step, view.level), "-": () => set(view.width - step, view.level),
        "[": () => set(view.width, view.level - step), "]": () => set(view.width, view.level + step),
      };
      PRESETS.forEach((p, place) => { keys[place + 1] = () => set(p.width, p.level); });
      if (!keys[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    }
    function onWheel(event) {
      if (!open.value || event.ctrlKey) return;
      event.preventDefault();
      if (event.deltaY) go(index.value + (event.deltaY < 0 ? 1 : -1));
    }
    function grab(event) {
      if (!open.value) { toggle(); return; }
      drag = { x: event.clientX, y: event.clientY, width: view.width, level: view.level, step: Math.max(0.5, view.width / 200) };
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    function pull(event) {
      if (drag) set(drag.width + (event.clientX - drag.x) * drag.step, drag.level + (event.clientY - drag.y) * drag.step);
    }

    return {
      root, canvas, open, one, chosen, list, index, stop, awaited, view, preset, findings, lacking, sides, ends, size, rail, w, held, PRESETS, BAR_MM,
      go, set, toggle, onKey, onWheel, grab, pull, drop: () => { drag = null; },
      pick: (uid) => { selected.value = uid; },
      seconds: computed(() => (one.value.first_image_us === null ? null : (one.value.first_image_us / 1e6).toFixed(1))),
    };
  },
  template: `
  <section ref="root" class="ct" :class="{ closed: !open }" tabindex="-1" :aria-label="w.title" @keydown="onKey">
    <div class="picture" :style="size ? { aspectRatio: size.across + ' / ' + size.down } : {}" @wheel="onWheel"
        @pointerdown="grab" @pointermove="pull" @pointerup="drop" @pointercancel="drop">
      <canvas ref="canvas" v-show="held" role="img" :aria-label="w.title + ' ' + w.slice + ' ' + (stop?.number ?? '')"></canvas>
      <p v-if="!held" class="none"><template v-if="!stop">{{ w.waiting }}</template>
        <template v-else-if="stop.hole_mm !== undefined"><b>{{ awaited ? w.notReceived : w.notScanned }}</b><br>{{ stop.hole_mm.toFixed(1) }} {{ w.between }}</template>
        <template v-else>{{ lacking ? w[lacking] ?? lacking : w.loading }}</template></p>
      <template v-if="open && held && sides">
        <b class="side left">{{ sides.left }}</b><b class="side right">{{ sides.right }}</b><b class="side top">{{ sides.top }}</b><b class="side bottom">{{ sides.bottom }}</b>
        <span class="corner window">{{ w.width }} {{ view.width }} · {{ w.level }} {{ view.level }}</span>
        <span class="corner warn">{{ w.notDiagnosis }}</span>
        <span class="bar" :style="{ width: 100 * BAR_MM / size.across + '%' }">{{ BAR_MM }} mm</span>
      </template>
      <span v-if="open && stop" class="corner place"><template v-if="stop.number">{{ w.slice }} <b>{{ stop.number }}</b> {{ w.of }} {{ one.slices.length }}<small v-if="awaited"> · {{ one.expected }} {{ w.announced }}</small><br></template>
        {{ stop.place_mm.toFixed(1) }} mm<template v-if="stop.thickness_mm"> · {{ stop.thickness_mm }} {{ w.thick }}</template></span>
    </div>
    <div v-if="open && ends" class="rail" aria-hidden="true"><b>{{ ends.top }}</b>
      <div><i v-for="bar in rail" :key="bar.uid" :class="{ hole: bar.hole, here: bar.uid === stop?.uid }" :style="{ top: bar.top + '%', height: bar.height + '%' }"
        @pointerdown.prevent="pick(bar.uid)"></i></div><b>{{ ends.bottom }}</b></div>
    <div class="told">
      <h2>{{ w.title }} <small>{{ one.unit }}</small> <button class="toggle" @click="toggle">{{ open ? w.close : w.open }} <kbd>C</kbd></button></h2>
      <p class="arrived" role="status"><template v-if="one.complete_us">{{ w.all }} <b>{{ one.slices.length }}</b> {{ w.arrived }}</template>
        <template v-else><b>{{ one.slices.length }}</b> {{ w.of }} {{ one.expected ?? '?' }} {{ w.arrived }}</template></p>
      <p v-if="awaited" class="awaited"><b>{{ awaited }}</b> {{ w.awaited }}</p>
      <p v-if="seconds !== null" class="first">{{ w.first }} <b>{{ seconds }} s</b> {{ w.after }}</p>
      <ul v-if="findings.length" class="findings"><li v-for="words in findings">{{ words }}</li></ul>
      <div v-if="open" class="presets"><button v-for="(p, place) in PRESETS" :class="{ on: preset === p.name }" :aria-pressed="preset === p.name"
        @click="set(p.width, p.level)"><kbd>{{ place + 1 }}</kbd> {{ w[p.name] }} <small>{{ p.width }}/{{ p.level }}</small></button></div>
      <div v-if="series.length > 1" class="presets"><button v-for="(s, place) in series" :class="{ on: s.uid === one.uid }" :aria-pressed="s.uid === one.uid"
        @click="chosen = s.uid">{{ w.series }} {{ place + 1 }} <small>{{ s.slices.length }}</small></button></div>
      <p v-if="!open" class="warn">{{ w.notDiagnosis }}</p>
      <p v-else class="hint">{{ w.keys }}</p>
    </div>
  </section>`,
};
