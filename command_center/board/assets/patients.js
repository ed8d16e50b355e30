// Everybody who is on the way, who needs help first, one line each. A line draws itself from the
// ledger; the list draws only the order, and of it the lines in sight and a few beyond.

import { computed, inject, onMounted, onUnmounted, ref } from "vue";
import { OwnLimits } from "/board/assets/limits.js";
import { spark } from "/board/assets/trend.js";
import { LEVEL, driver, percent, shown, span } from "/board/assets/words.js";

const OLD_MS = 10_000;
const OLD_VALUE_MS = 90_000;
const LINE_PX = 57; // As in the style sheet: height and margin of a line.
const BEYOND = 6; // Lines above and below those in sight.

// A vital sign that moves; emphasised when it gets worse while still in its band.
const Moving = { props: { of: Object }, template: `<i v-if="of" class="moving" :class="{ worse: of.worse }">{{ of.sign }}</i>` };

export const PatientRow = {
  components: { Moving, OwnLimits },
  props: { id: String, large: Boolean },
  emits: ["open"],
  setup(props) {
    const { ledger, t, language } = inject("board");
    return {
      t, language, OLD_MS, OLD_VALUE_MS, driver, percent,
      row: computed(() => ledger.row(props.id).value),
      alarms: computed(() => ledger.alarmsOf(props.id).value),
    };
  },
  computed: {
    top() { return this.alarms[0]; },
    level() { return this.top ? LEVEL[this.top.priority] : ""; },
    instead() { return this.row.score; },
    noScore() { return !this.instead && this.row.refusals.some((one) => one.startsWith("PREGNANT") || one.startsWith("AGE")); },
    whole() { return this.instead ? this.instead.total !== null : this.row.news2 !== null; },
    score() {
      if (this.noScore) return null;
      return this.instead ? this.instead.total ?? this.instead.at_least : this.row.news2 ?? this.row.at_least;
    },
    scoreLevel() {
      const about = this.alarms.find((alarm) => alarm.cause.startsWith("NEWS2") || alarm.cause.startsWith("NPEWS"));
      return about ? LEVEL[about.priority] : "";
    },
    missing() {
      const refusals = this.instead ? this.instead.refusals : this.row.refusals;
      return refusals.map((one) => this.t.vital[one.split(":")[1]] ?? one).join(", ");
    },
    outlook() { return this.row.outlook; },
    unsure() { return this.outlook && this.outlook.certainty < 0.6; },
    thinned() {
      return this.row.thinned
        .map((one) => `${this.t.thinned[one.lane]} ${span(Math.max(one.for_us / 1000, 1000), this.language)}`)
        .join(" · ");
    },
    line() { return spark(this.row.spark, 70, 24); },
    who() { return this.row.age_years === null ? this.t.ageUnknown : `${this.row.age_years} ${this.t.years}`; },
  },
  methods: {
    value(...names) {
      const name = names.find((one) => this.row.vitals[one]);
      return name ? shown(name, this.row.vitals[name][0]) : "–";
    },
    arrow(...names) {
      const one = this.row.arrows.find((arrow) => names.includes(arrow.vital));
      return one ? { sign: one.per_minute > 0 ? "↗" : "↘", worse: one.worsening } : null;
    },
    mark(...names) {
      const about = this.alarms.find((alarm) => names.includes(alarm.vital) || names.includes(alarm.subject));
      return about ? LEVEL[about.priority] : "";
    },
  },
  template: `
  <tr v-if="row" class="line" :class="[level, { large }]" :data-encounter="row.id" role="row" @click="$emit('open')">
    <td class="score" role="cell"><b :class="scoreLevel"><template v-if="!whole && score !== null">≥</template>{{ score ?? (noScore ? '–' : '?') }}</b>
      <small v-if="instead" class="which">{{ t.scores[instead.name] ?? instead.name }}</small>
      <small v-if="large && noScore">{{ row.pregnant ? t.notPregnant : t.notForAge }}</small>
      <small v-else-if="large && missing">{{ t.atLeast }} {{ missing }}</small></td>
    <td class="risk" role="cell" :class="{ alert: outlook && outlook.alert, unsure }" :title="t.riskMore"><label v-if="large">{{ t.risk }}</label><template v-if="outlook">{{ percent(outlook.index) }}<template v-if="unsure">?</template>
      <small v-if="large">{{ t.sure }} {{ Math.round(outlook.certainty * 100) }} %</small></template><span v-else class="quiet">–</span></td>
    <td class="unit" role="cell"><button v-if="!large" class="name" @click.stop="$emit('open')"><span>{{ row.unit }}</span><b v-if="row.bay">· {{ row.bay }}</b></button>
      <h2 v-else>{{ row.unit }}<template v-if="row.bay"> · {{ row.bay }}</template></h2>
      <small>{{ who }}<template v-if="row.pregnant"> · {{ t.pregnant }}</template><template v-if="row.status === 'STANDBY'"> · {{ t.STANDBY }}</template></small></td>
    <td class="wide" role="cell"><span v-if="row.not_judged" class="chip high">{{ t.notJudged }}</span>
      <small v-if="thinned" class="thinned">{{ thinned }}</small>
      <own-limits :limits="row.limits" :large="large"></own-limits>
      <span v-if="top" class="worst"><i class="chip" :class="[level, { open: top.unacknowledged }]">{{ '!'.repeat(top.priority) }}</i>
      {{ top.words[language] }}<small v-if="alarms.length > 1"> +{{ alarms.length - 1 }}</small></span></td>
    <td class="number" role="cell" :class="mark('heart_rate_bpm', 'pulse_rate_bpm')"><label v-if="large">{{ t.hr }}</label>{{ value('heart_rate_bpm', 'pulse_rate_bpm') }}<moving :of="arrow('heart_rate_bpm')"></moving></td>
    <td class="number" role="cell" :class="mark('respiration_per_min')"><label v-if="large">{{ t.rr }}</label>{{ value('respiration_per_min') }}<moving :of="arrow('respiration_per_min')"></moving></td>
    <td class="number" role="cell" :class="mark('spo2_percent')"><label v-if="large">{{ t.spo2 }}</label>{{ value('spo2_percent') }}<moving :of="arrow('spo2_percent')"></moving></td>
    <td class="number" role="cell" :class="mark('systolic_mmhg', 'diastolic_mmhg')"><label v-if="large">{{ t.bp }}</label>{{ value('systolic_mmhg') }}<span class="quiet">/{{ value('diastolic_mmhg') }}</span><moving :of="arrow('systolic_mmhg')"></moving>
      <small v-if="large && row.shock" :class="{ raised: row.shock[1] }">{{ t.shock }} {{ row.shock[0].toFixed(2) }}</small>
      <small v-if="row.vitals.systolic_mmhg" v-age="{ us: row.vitals.systolic_mmhg[1], from: OLD_VALUE_MS }"></small></td>
    <td class="number" role="cell" :class="mark('temperature_c')"><label v-if="large">{{ t.temp }}</label>{{ value('temperature_c') }}<moving :of="arrow('temperature_c')"></moving></td>
    <td v-if="!large" class="trend" role="cell"><svg class="spark" width="70" height="24" aria-hidden="true"><line x1="0" x2="70" y1="12" y2="12"/><path :d="line"/></svg></td>
    <td class="number age" role="cell"><label v-if="large">{{ t.data }}</label><span v-age="{ us: row.received_us, old: OLD_MS, none: t.noData }"></span></td>
  </tr>`,
};

export const PatientList = {
  components: { PatientRow },
  emits: ["open"],
  setup() {
    const { ledger, t, up } = inject("board");
    const { patients } = ledger;
    const table = ref(null);
    const first = ref(0);
    const count = ref(30);
    let frame = null;
    function look() {
      first.value = Math.max(0, Math.floor(frame.scrollTop / LINE_PX) - BEYOND);
      count.value = Math.ceil(frame.clientHeight / LINE_PX) + 2 * BEYOND;
    }
    const sized = new ResizeObserver(look);
    onMounted(() => {
      frame = table.value.parentElement;
      frame.addEventListener("scroll", look, { passive: true });
      sized.observe(frame);
    });
    onUnmounted(() => sized.disconnect());
    const begin = computed(() => Math.max(0, Math.min(first.value, patients.value.length - count.value)));
    return {
      t, up, table, patients, begin,
      inSight: computed(() => patients.value.slice(begin.value, begin.value + count.value)),
      room: computed(() => ({ height: `${patients.value.length * LINE_PX}px`, paddingTop: `${begin.value * LINE_PX}px` })),
    };
  },
  template: `
    <table ref="table" role="table" :aria-rowcount="patients.length + 1">
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" class="score">{{ t.score }}</th><th role="columnheader" class="risk" :title="t.riskMore">{{ t.risk }}</th><th role="columnheader">{{ t.unit }}</th><th role="columnheader" class="wide">{{ t.worst }}</th>
        <th role="columnheader" class="number">{{ t.hr }}</th><th role="columnheader" class="number">{{ t.rr }}</th><th role="columnheader" class="number">{{ t.spo2 }}</th>
        <th role="columnheader" class="number">{{ t.bp }}</th><th role="columnheader" class="number">{{ t.temp }}</th>
        <th role="columnheader">{{ t.trend }}</th><th role="columnheader" class="number">{{ t.data }}</th>
      </tr></thead>
      <tbody role="rowgroup" :style="room">
        <patient-row v-for="(id, place) in inSight" :key="id" :id="id" :aria-rowindex="begin + place + 2" @open="$emit('open', id)"></patient-row>
      </tbody>
    </table>
    <p v-if="up && !patients.length" class="empty">{{ t.noPatients }}</p>`,
};
