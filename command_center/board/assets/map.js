// The map: units where they last said they were, without tiles, roads or any outside server.
//
// The drawing is mended, not made anew: each unit has its own group, of which only that changes
// which is different. Colour stands only where an alarm does.

import { computed, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { fit, graticule, layout, onScreen, plane, scaleBar, zoomed } from "/board/assets/mapview.js";
import { LEVEL, span } from "/board/assets/words.js";

const MARGIN_PX = 90;
const TRAIL = 30;
const FADED_MS = 15_000;
const GONE_OLD_MS = 120_000;
const CHARACTER_PX = 8;
const COUNT_PX = 34;
const PAN_PX = 80;
const ZOOM = 1.35;
const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  AMBULANCE: "M-11,-7h22v14h-22z", MOBILE_CT: "M-11,0a11,11 0 1 0 22,0a11,11 0 1 0 -22,0M-4.5,0a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0",
  TENT_HOSPITAL: "M0,-11L13,9H-13z", COMMAND_SITE: "M0,-12L12,0L0,12L-12,0z", "": "M-8,0a8,8 0 1 0 16,0a8,8 0 1 0 -16,0",
};

const WORDS = {
  en: {
    map: "Map of the units", noPosition: "Position not known", north: "N", none: "No unit has said where it is.", standing: "standing", patients: (n) => (n === 1 ? "1 patient" : `${n} patients`), noPatient: "no patient",
    AMBULANCE: "ambulance", MOBILE_CT: "mobile CT", TENT_HOSPITAL: "tent hospital", COMMAND_SITE: "command site", "": "kind not stated", more: "units here", choose: "No unit selected.", position: "position",
    keys: "arrows move · + − zoom · F fit · , . next unit · Enter patient · G list",
  },
  zh: {
    map: "单元地图", noPosition: "位置不明", north: "北", none: "尚无单元报告位置。", standing: "静止", patients: (n) => `${n} 名患者`, noPatient: "无患者",
    AMBULANCE: "救护车", MOBILE_CT: "移动 CT", TENT_HOSPITAL: "帐篷医院", COMMAND_SITE: "指挥点", "": "类型不明", more: "个单元", choose: "未选择单元。", position: "位置",
    keys: "方向键移动 · + − 缩放 · F 全览 · , . 下一单元 · Enter 患者 · G 列表",
  },
};

// What is known of each unit, with where it was before.
export function noted(units, told) {
  for (const unit of told) {
    if (unit.at_us === null) { units.set(unit.id, { ...unit, point: null, trail: [] }); continue; }
    const before = units.get(unit.id);
    const point = plane(unit.latitude_deg, unit.longitude_deg);
    const moved = !before?.point || before.at_us !== unit.at_us;
    units.set(unit.id, { ...unit, point, trail: moved ? [...(before?.trail ?? []), point].slice(-TRAIL) : before.trail });
  }
}

const make = (name, parent, attributes = {}) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
};

// One unit or cluster on the page.
class Mark {
  constructor(layer, trails, id) {
    this.said = {};
    this.group = make("g", layer, { "data-unit": id, role: "button" });
    this.trail = make("polyline", trails);
    this.course = make("path", this.group, { class: "course", d: "M0,-21l5,7h-10z" });
    this.shape = make("path", this.group, { "fill-rule": "evenodd" });
    this.count = make("text", this.group, { class: "count", "text-anchor": "middle", y: 4.5 });
    this.name = make("text", this.group, { class: "name" });
    this.title = make("title", this.group);
  }

  say(key, value, act) {
    if (this.said[key] === value) return;
    this.said[key] = value;
    act(value);
  }

  show(head, words, language, now) {
    const unit = head.unit;
    const age = now - unit.at_us / 1000;
    const put = (node, name) => (value) => (value === null ? node.removeAttribute(name) : node.setAttribute(name, value));
    const round = (value) => Math.round(value * 2) / 2;
    const faded = age > GONE_OLD_MS ? "lost" : age > FADED_MS ? "faded" : "";
    const looks = ["unit", LEVEL[head.priority], head.open && "open", faded, head.selected && "selected"];
    this.say("class", looks.filter(Boolean).join(" "), put(this.group, "class"));
    this.say("place", `translate(${round(head.x)},${round(head.y)})`, put(this.group, "transform"));
    this.say("shape", SHAPES[unit.kind ?? ""], put(this.shape, "d"));
    this.say("course", unit.heading_deg === null || !(unit.speed_kmh > 0) ? null : `rotate(${Math.round(unit.heading_deg)})`, (value) => {
      this.course.style.display = value === null ? "none" : "";
      put(this.course, "transform")(value);
    });
    const more = head.members.length - 1;
    const others = "!".repeat(head.members[1]?.priority ?? 0);
    this.say("label", `${head.name}|${more ? `+${more} ${others}` : ""}|${span(age, language)}`, (value) => {
      const [name, count, old] = value.split("|");
      this.name.replaceChildren();
      for (const [text, tag] of [[name, "id"], [count, "more"], [old, "age"]]) if (text) make("tspan", this.name, { class: tag, dx: tag === "id" ? 0 : 5 }).textContent = text;
    });
    const { x, y, w: width, anchor } = head.label;
    const along = { start: 0, middle: width / 2, end: width }[anchor];
    this.say("side", `${anchor},${round(x + along - head.x)},${round(y - head.y + 15)}`, (value) => {
      ["text-anchor", "x", "y"].forEach((name, at) => this.name.setAttribute(name, value.split(",")[at]));
    });
    this.say("count", "!".repeat(head.priority), (value) => { this.count.textContent = value; });
    this.say("title", `${head.name} · ${words[unit.kind ?? ""]}${more ? ` · ${more + 1} ${words.more}: ${head.members.map((m) => m.name).join(", ")}` : ""}`, (value) => {
      this.title.textContent = value;
      this.group.setAttribute("aria-label", value);
    });
    this.say("trail", head.trail, put(this.trail, "points"));
  }

  remove() {
    this.group.remove();
    this.trail.remove();
  }
}

export const MapView = {
  props: { units: Object, moved: Number, rows: Array, alarms: Array, language: String, now: Number },
  emits: ["open"],
  setup(props, { emit }) {
    const svg = ref(null);
    const size = ref({ width: 900, height: 600 });
    const view = ref(null);
    const selected = ref("");
    const marks = new Map();
    let watching = null;
    let drawing = false;
    let held = false;
    let drag = null;

    const w = computed(() => WORDS[props.language]);
    const worst = computed(() => {
      const found = new Map();
      for (const alarm of props.alarms) {
        const known = found.get(alarm.unit);
        if (alarm.unit && (!known || alarm.priority > known.priority || (alarm.priority === known.priority && alarm.unacknowledged > known.unacknowledged))) found.set(alarm.unit, alarm);
      }
      return found;
    });
    const aboard = computed(() => {
      const found = new Map();
      for (const row of [...props.rows].sort((a, b) => b.rank - a.rank)) found.set(row.unit, [...(found.get(row.unit) ?? []), row]);
      return found;
    });
    const unplaced = computed(() => {
      void props.moved;
      const names = new Set(aboard.value.keys());
      for (const unit of props.units.values()) if (unit.point) names.delete(unit.id); else names.add(unit.id);
      return [...names].filter(Boolean).sort().map((id) => ({ id, priority: worst.value.get(id)?.priority ?? 0 })).sort((a, b) => b.priority - a.priority);
    });
    const urgent = () => [...props.units.values()].filter((unit) => unit.point)
      .map((unit) => ({ unit, priority: worst.value.get(unit.id)?.priority ?? 0 }))
      .sort((a, b) => b.priority - a.priority || marks.has(b.unit.id) - marks.has(a.unit.id) || a.unit.id.localeCompare(b.unit.id));
    const detail = computed(() => {
      void props.moved;
      const unit = props.units.get(selected.value);
      if (!unit) return null;
      const alarm = worst.value.get(unit.id);
      const speed = !unit.point || unit.speed_kmh === null ? "" : unit.speed_kmh < 3 ? w.value.standing : `${Math.round(unit.speed_kmh)} km/h${unit.heading_deg === null ? "" : ` · ${Math.round(unit.heading_deg)}°`}`;
      const count = aboard.value.get(unit.id)?.length ?? 0;
      return {
        id: unit.id, kind: w.value[unit.kind ?? ""], speed, patients: count ? w.value.patients(count) : w.value.noPatient,
        level: alarm ? LEVEL[alarm.priority] : "", words: alarm?.words[props.language] ?? "",
        age: unit.point ? `${w.value.position} ${span(props.now - unit.at_us / 1000, props.language)}` : w.value.noPosition,
      };
    });

    function placed() {
      return urgent().map(({ unit, priority }) => {
        const at = onScreen(unit.point, view.value, size.value);
        const labelWidth = unit.id.length * CHARACTER_PX + 2 * COUNT_PX;
        return { id: unit.id, name: unit.id, unit, priority, open: worst.value.get(unit.id)?.unacknowledged ?? false, selected: unit.id === selected.value, x: at.x, y: at.y, labelWidth };
      }).filter((one) => one.x > -40 && one.y > -40 && one.x < size.value.width + 40 && one.y < size.value.height + 40);
    }

    function draw() {
      drawing = false;
      if (!svg.value) return;
      const points = [...props.units.values()].flatMap((unit) => (unit.point ? [unit.point] : []));
      if (!held) view.value = fit(points, size.value, MARGIN_PX);
      ground();
      const heads = layout(placed());
      const layers = svg.value.querySelectorAll(":scope > g");
      const shown = new Set(heads.map((head) => head.id));
      for (const [id, mark] of marks) if (!shown.has(id)) { mark.remove(); marks.delete(id); }
      for (const head of heads) {
        if (!marks.has(head.id)) marks.set(head.id, new Mark(layers[2], layers[1], head.id));
        head.trail = head.unit.trail.map((p) => onScreen(p, view.value, size.value)).map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" ");
        marks.get(head.id).show(head, w.value, props.language, props.now);
      }
    }

    let grounded = "";
    function ground() {
      const key = JSON.stringify([view.value, size.value]);
      if (key === grounded) return;
      grounded = key;
      const layer = svg.value.querySelector(".ground");
      layer.replaceChildren();
      const { width, height } = size.value;
      for (const line of graticule(view.value, size.value)) {
        const upright = line.x !== undefined;
        make("line", layer, upright ? { x1: line.x, x2: line.x, y1: 0, y2: height } : { y1: line.y, y2: line.y, x1: 0, x2: width });
        make("text", layer, upright ? { x: line.x + 4, y: 14 } : { x: 6, y: line.y - 4 }).textContent = line.text;
      }
      const bar = scaleBar(view.value);
      make("path", layer, { class: "scale", d: `M${width - 20 - bar.width},${height - 22}v6h${bar.width}v-6` });
      make("text", layer, { class: "length", x: width - 20 - bar.width / 2, y: height - 24, "text-anchor": "middle" }).textContent = bar.text;
    }

    function drawSoon() {
      if (drawing) return;
      drawing = true;
      requestAnimationFrame(draw);
    }

    function look(next) { view.value = next; held = true; drawSoon(); }
    function fitAll() { held = false; drawSoon(); }
    function pan(right, down) { look({ ...view.value, x: view.value.x + right * view.value.scale, y: view.value.y - down * view.value.scale }); }
    function zoom(factor, at) { look(zoomed(view.value, size.value, factor, at ?? { x: size.value.width / 2, y: size.value.height / 2 })); }
    function openUnit(id) {
      selected.value = id;
      const patient = aboard.value.get(id)?.[0];
      const encounter = worst.value.get(id)?.encounter || patient?.id;
      if (encounter) emit("open", encounter);
    }
    function choose(by) {
      const order = urgent().map((one) => one.unit);
      if (!order.length) return;
      const at = order.findIndex((unit) => unit.id === selected.value);
      const next = order[(at + by + order.length) % order.length] ?? order[0];
      selected.value = next.id;
      const place = onScreen(next.point, view.value, size.value);
      if (place.x < 40 || place.y < 40 || place.x > size.value.width - 40 || place.y > size.value.height - 40) look({ ...view.value, ...next.point });
    }

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const keys = {
        ArrowLeft: () => pan(-PAN_PX, 0), ArrowRight: () => pan(PAN_PX, 0), ArrowUp: () => pan(0, -PAN_PX), ArrowDown: () => pan(0, PAN_PX),
        "+": () => zoom(1 / ZOOM), "=": () => zoom(1 / ZOOM), "-": () => zoom(ZOOM), f: fitAll, 0: fitAll, ".": () => choose(1), ",": () => choose(-1),
      };
      if (selected.value) keys.Enter = () => openUnit(selected.value);
      if (!keys[event.key]) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    }
    function onWheel(event) {
      const box = svg.value.getBoundingClientRect();
      if (event.deltaY) zoom(event.deltaY < 0 ? 1 / ZOOM : ZOOM, { x: event.clientX - box.left, y: event.clientY - box.top });
    }
    function grab(event) {
      drag = { x: event.clientX, y: event.clientY, view: view.value, unit: event.target.closest("[data-unit]")?.dataset.unit, moved: false };
    }
    function pull(event) {
      if (!drag) return;
      const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.moved && Math.hypot(right, down) < 4) return;
      drag.moved = true;
      look({ ...drag.view, x: drag.view.x - right * drag.view.scale, y: drag.view.y + down * drag.view.scale });
    }
    function drop() {
      if (drag && !drag.moved && drag.unit) press(drag.unit);
      drag = null;
    }
    // A cluster comes apart, until it cannot; a unit opens its patient.
    function press(id) {
      const head = layout(placed()).find((one) => one.id === id);
      const members = head?.members ?? [];
      const apart = fit(members.map((m) => m.unit.point), size.value, MARGIN_PX);
      if (members.length > 1 && apart.scale < view.value.scale * 0.95) look(apart);
      else openUnit(id);
    }

    watch(() => [props.moved, props.alarms, props.now, props.language, selected.value, size.value], drawSoon);
    onMounted(() => {
      watching = new ResizeObserver(([entry]) => { size.value = { width: entry.contentRect.width, height: entry.contentRect.height }; });
      watching.observe(svg.value);
      svg.value.focus();
    });
    onBeforeUnmount(() => watching.disconnect());

    return { svg, size, w, detail, unplaced, selected, onKey, onWheel, grab, pull, drop, openUnit, LEVEL, SHAPES, empty: computed(() => (void props.moved, ![...props.units.values()].some((u) => u.point))) };
  },
  template: `
  <div class="map">
    <div v-if="unplaced.length" class="unplaced"><span>{{ w.noPosition }}</span>
      <button v-for="one in unplaced" :class="LEVEL[one.priority]" @click="openUnit(one.id)">{{ one.id }}</button></div>
    <div class="sheet">
    <svg ref="svg" tabindex="0" role="application" :aria-label="w.map" @keydown="onKey" @wheel.prevent="onWheel"
      @pointerdown="grab" @pointermove="pull" @pointerup="drop" @pointerleave="drop"><g class="ground"></g><g class="trails"></g><g class="units"></g></svg>
    <p v-if="empty" class="nowhere">{{ w.none }}</p>
    <div class="north" aria-hidden="true"><svg width="20" height="26"><path d="M10,1L17,24L10,19L3,24z"/></svg><b>{{ w.north }}</b></div>
    </div>
    <div class="detail" role="status"><template v-if="detail"><b>{{ detail.id }}</b> {{ detail.kind }}<template v-if="detail.speed"> · {{ detail.speed }}</template> · {{ detail.patients }} · {{ detail.age }}
      <i v-if="detail.words" class="chip" :class="detail.level">{{ detail.words }}</i></template><template v-else>{{ w.choose }}</template></div>
    <div class="legend"><span v-for="(shape, kind) in SHAPES" v-show="kind"><svg width="26" height="22" viewBox="-14 -13 28 26" aria-hidden="true"><path :d="shape" fill-rule="evenodd"/></svg>{{ w[kind] }}</span><span class="hint">{{ w.keys }}</span></div>
  </div>`,
};
