// Calipers on a frozen strip: two legs, and the interval, the rate and the voltage between them.
//
// With mouse or finger: draw from one place to another, or take hold of a leg. With the keyboard:
// Tab goes to a leg, the arrows move it, by a sample or 0.05 mV, with Shift by ten of them. A leg
// holds an instant and a voltage of the row in which it stands.

import { computed, reactive, ref } from "vue";
import { MM_PER_MV, MM_PER_S, PX_PER_MM } from "/board/assets/paper.js";

const GRIP_PX = 14; // so near to a leg takes hold of it
const STEP_MV = 0.05;
const FINE_MS = 4; // where a lead has no samples that say
const OPENING = [0.45, 0.55]; // where the legs stand first, as parts of the width

export class Legs {
  constructor() {
    this.of = reactive([{ x: 0, y: 0 }, { x: 0, y: 0 }]);
  }

  begin(width, y) {
    OPENING.forEach((part, at) => Object.assign(this.of[at], { x: part * width, y }));
  }

  // The leg that is held at a place, or null.
  near(x) {
    const away = this.of.map((leg) => Math.abs(leg.x - x));
    const at = away[1] < away[0] ? 1 : 0;
    return away[at] <= GRIP_PX ? at : null;
  }
}

// What lies between two instants, and between two heights in pixels.
export function measured(firstMs, secondMs, firstY, secondY, pxPerMm = PX_PER_MM) {
  const ms = Math.abs(secondMs - firstMs);
  return { ms: Math.round(ms), perMin: ms >= 1 ? Math.round(60_000 / ms) : null, mv: (firstY - secondY) / pxPerMm / MM_PER_MV };
}

export const Calipers = {
  props: { paper: Object, words: Object, stepMs: { type: Number, default: FINE_MS } },
  setup(props) {
    const layer = ref(null);
    const legs = new Legs();
    let holding = null;
    legs.begin(props.paper.width, props.paper.height / 2);

    const between = computed(() => {
      const [first, second] = legs.of;
      const { paper } = props;
      return measured(paper.ms(first.x, first.y), paper.ms(second.x, second.y), first.y, second.y, paper.pxPerMm);
    });
    const clamp = (leg) => {
      leg.x = Math.min(props.paper.width - 1, Math.max(props.paper.left, leg.x));
      leg.y = Math.min(props.paper.height - 1, Math.max(1, leg.y));
    };

    function place(event) {
      const box = layer.value.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    }
    function down(event) {
      const at = place(event);
      holding = legs.near(at.x);
      if (holding === null) {
        holding = 1;
        Object.assign(legs.of[0], at);
        clamp(legs.of[0]);
      }
      layer.value.setPointerCapture(event.pointerId);
      moved(event);
    }
    function moved(event) {
      if (holding === null) return;
      Object.assign(legs.of[holding], place(event));
      clamp(legs.of[holding]);
    }
    function up() { holding = null; }

    const stepX = () => (props.stepMs / 1000) * MM_PER_S * (props.paper.pxPerMm ?? PX_PER_MM);
    const stepY = () => STEP_MV * MM_PER_MV * (props.paper.pxPerMm ?? PX_PER_MM);
    function key(event, leg) {
      const by = event.shiftKey ? 10 : 1;
      const step = { ArrowLeft: [-stepX(), 0], ArrowRight: [stepX(), 0], ArrowUp: [0, -stepY()], ArrowDown: [0, stepY()] }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      leg.x += by * step[0];
      leg.y += by * step[1];
      clamp(leg);
    }

    const said = computed(() => {
      const { ms, perMin, mv } = between.value;
      return `${ms} ms · ${perMin ?? "–"} ${props.words.perMin} · ${mv < 0 ? "−" : ""}${Math.abs(mv).toFixed(2)} mV`;
    });
    const sheet = computed(() => {
      const middle = (legs.of[0].x + legs.of[1].x) / 2;
      return { left: `${Math.min(props.paper.width - 130, Math.max(130, middle))}px`, top: `${Math.min(legs.of[0].y, legs.of[1].y) > 60 ? 4 : props.paper.height - 34}px` };
    });
    return { layer, legs, between, said, sheet, down, moved, up, key };
  },
  template: `
  <div class="calipers">
    <svg ref="layer" :width="paper.width" :height="paper.height" @pointerdown.prevent="down" @pointermove="moved" @pointerup="up" @pointercancel="up">
      <rect class="between" :x="Math.min(legs.of[0].x, legs.of[1].x)" :width="Math.abs(legs.of[1].x - legs.of[0].x)" y="0" :height="paper.height"></rect>
      <g v-for="(leg, at) in legs.of" :key="at" class="leg" tabindex="0" role="slider" :data-leg="at" :aria-label="words.leg[at]"
        :aria-valuenow="between.ms" :aria-valuetext="said" @keydown="key($event, leg)">
        <line :x1="leg.x" :x2="leg.x" y1="0" :y2="paper.height"></line>
        <line class="level" :x1="leg.x - 40" :x2="leg.x + 40" :y1="leg.y" :y2="leg.y"></line>
        <circle :cx="leg.x" :cy="leg.y" r="5"></circle>
      </g>
    </svg>
    <output class="measured" :style="sheet" aria-live="polite">{{ said }}</output>
  </div>`,
};
