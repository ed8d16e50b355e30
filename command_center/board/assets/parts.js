// The parts of the board: a patient's line, an alarm, a time line.

import { spark } from "/board/assets/trend.js";
import { LEVEL, MARK, clockTime, shown, span } from "/board/assets/words.js";

const OLD_MS = 10_000;
const OLD_VALUE_MS = 90_000;
const MOST_VALUES = 3;

export const PatientRow = {
  props: { row: Object, alarms: Array, t: Object, language: String, now: Number, large: Boolean },
  emits: ["open"],
  computed: {
    top() { return this.alarms[0]; },
    level() { return this.top ? LEVEL[this.top.priority] : ""; },
    score() { return this.row.news2 ?? this.row.at_least; },
    scoreLevel() {
      const about = this.alarms.find((alarm) => alarm.cause.startsWith("NEWS2"));
      return about ? LEVEL[about.priority] : "";
    },
    missing() { return this.row.refusals.map((one) => this.t.vital[one.split(":")[1]] ?? one).join(", "); },
    age() { return this.row.received_us === null ? null : this.now - this.row.received_us / 1000; },
    old() { return this.age === null || this.age > OLD_MS; },
    line() { return spark(this.row.spark, 90, 24); },
    who() { return this.row.age_years === null ? this.t.ageUnknown : `${this.row.age_years} ${this.t.years}`; },
  },
  methods: {
    value(...names) {
      const name = names.find((one) => this.row.vitals[one]);
      return name ? shown(name, this.row.vitals[name][0]) : "–";
    },
    aged(name) {
      const seen = this.row.vitals[name];
      const age = seen ? this.now - seen[1] / 1000 : 0;
      return age > OLD_VALUE_MS ? span(age, this.language) : "";
    },
    mark(...names) {
      const about = this.alarms.find((alarm) => names.includes(alarm.vital) || names.includes(alarm.subject));
      return about ? LEVEL[about.priority] : "";
    },
  },
  template: `
  <tr class="line" :class="[level, { old, large }]" :data-encounter="row.id" @click="$emit('open')">
    <td class="score"><b :class="scoreLevel"><template v-if="row.news2 === null && score !== null">≥</template>{{ score ?? '?' }}</b>
      <small v-if="large && missing">{{ t.atLeast }} {{ missing }}</small></td>
    <td class="unit"><button v-if="!large" class="name" @click.stop="$emit('open')">{{ row.unit }}<template v-if="row.bay"> · {{ row.bay }}</template></button>
      <h2 v-else>{{ row.unit }}<template v-if="row.bay"> · {{ row.bay }}</template></h2>
      <small>{{ who }}<template v-if="row.pregnant"> · {{ t.pregnant }}</template><template v-if="row.status === 'STANDBY'"> · {{ t.STANDBY }}</template></small></td>
    <td class="wide"><span v-if="row.not_judged" class="chip high">{{ t.notJudged }}</span>
      <span v-if="top" class="worst"><i class="chip" :class="[level, { open: top.unacknowledged }]">{{ '!'.repeat(top.priority) }}</i>
      {{ top.words[language] }}<small v-if="alarms.length > 1"> +{{ alarms.length - 1 }}</small></span>
      <small v-for="one in row.thinned" :key="one.lane" class="thinned">{{ t.thinned[one.lane] }} {{ span(Math.max(one.for_us / 1000, 1000), language) }}</small></td>
    <td class="number" :class="mark('heart_rate_bpm', 'pulse_rate_bpm')"><label v-if="large">{{ t.hr }}</label>{{ value('heart_rate_bpm', 'pulse_rate_bpm') }}</td>
    <td class="number" :class="mark('respiration_per_min')"><label v-if="large">{{ t.rr }}</label>{{ value('respiration_per_min') }}</td>
    <td class="number" :class="mark('spo2_percent')"><label v-if="large">{{ t.spo2 }}</label>{{ value('spo2_percent') }}</td>
    <td class="number" :class="mark('systolic_mmhg', 'diastolic_mmhg')"><label v-if="large">{{ t.bp }}</label>{{ value('systolic_mmhg') }}<span class="quiet">/{{ value('diastolic_mmhg') }}</span>
      <small v-if="aged('systolic_mmhg')">{{ aged('systolic_mmhg') }}</small></td>
    <td class="number" :class="mark('temperature_c')"><label v-if="large">{{ t.temp }}</label>{{ value('temperature_c') }}</td>
    <td v-if="!large"><svg class="spark" width="90" height="24" aria-hidden="true"><line x1="0" x2="90" y1="12" y2="12"/><path :d="line"/></svg></td>
    <td class="number age"><label v-if="large">{{ t.data }}</label>{{ age === null ? t.noData : span(age, language) }}</td>
  </tr>`,
  setup: () => ({ span }),
};

export const AlarmCard = {
  props: { alarm: Object, row: Object, t: Object, language: String, now: Number, selected: Boolean, taking: Boolean, full: Boolean },
  emits: ["take", "open", "select"],
  computed: {
    level() { return LEVEL[this.alarm.priority]; },
    where() { return [this.alarm.unit, this.row?.bay].filter(Boolean).join(" · ") || this.t.title; },
    subject() { return this.alarm.subject ? this.t.vital[this.alarm.subject] ?? this.alarm.subject : ""; },
    values() {
      const first = (name) => (name === this.alarm.vital || name.startsWith("news2") ? 0 : 1);
      const sorted = Object.entries(this.alarm.values).sort(([a], [b]) => first(a) - first(b));
      return sorted.slice(0, this.full ? sorted.length : MOST_VALUES).map(([name, value]) => {
        const number = this.t.unitOf[name] && !Number.isNaN(Number(value));
        return { name: this.t.vital[name] ?? name, value: number ? `${shown(name, value)} ${this.t.unitOf[name]}` : this.t.plain[String(value)] ?? String(value) };
      });
    },
    owners() { return this.alarm.taken.filter((one) => one.place === "CENTER" && one.priority >= this.alarm.priority); },
    crew() { return this.alarm.taken.filter((one) => one.place === "VEHICLE"); },
    ending() { return { LATCHED: this.t.latched, ENDED: this.t.ended, RECORDED: this.t.recorded }[this.alarm.state]; },
    lasted() { return span((this.alarm.until_us ? this.alarm.until_us / 1000 : this.now) - this.alarm.since_us / 1000, this.language); },
  },
  setup: () => ({ clockTime, span, MARK }),
  template: `
  <article class="alarm" :class="[level, { selected, open: alarm.unacknowledged && alarm.current, over: !alarm.current }]"
      :data-alarm="alarm.id" :data-cause="alarm.cause" @click="$emit('select')">
    <div class="mark" aria-hidden="true">{{ MARK[alarm.priority] }}</div>
    <div class="what">
      <h3>{{ alarm.words[language] }}<template v-if="subject">: {{ subject }}</template></h3>
      <p class="where"><button v-if="!full && row" class="name" @click.stop="$emit('open')">{{ where }}</button><b v-else-if="!full">{{ where }}</b>
        <span class="level">{{ t[level] }}</span>
        <span>{{ t.since }} {{ clockTime(alarm.since_us) }} · <b>{{ lasted }}</b></span>
        <span v-if="alarm.late" class="tag">{{ t.late }} {{ clockTime(alarm.learned_us) }}</span>
        <span v-if="ending" class="tag">{{ ending }}</span></p>
      <p v-if="values.length" class="values"><span v-for="one in values">{{ one.name }} <b>{{ one.value }}</b></span></p>
      <dl v-if="full">
        <dt>{{ t.checkFirst }}</dt><dd>{{ alarm.check[language] }}</dd>
        <template v-if="alarm.rule"><dt>{{ t.rule }}</dt><dd lang="en">{{ alarm.rule }}</dd></template>
        <template v-if="alarm.citation"><dt>{{ t.source }}</dt><dd lang="en">{{ alarm.citation }}</dd></template>
        <dt>{{ t.reportedBy }}</dt><dd>{{ alarm.sources.map((one) => t[one]).join(', ') }}</dd>
      </dl>
      <p class="owner"><span v-for="one in owners" class="taken">{{ t.takenBy }} <b>{{ one.person }}</b> {{ clockTime(one.at_us) }}</span>
        <span v-if="!owners.length && alarm.current" class="nobody">{{ t.nobody }}</span>
        <span v-if="crew.length">{{ t.crewSaw }} <b>{{ crew[crew.length - 1].person }}</b> {{ clockTime(crew[crew.length - 1].at_us) }}</span></p>
    </div>
    <button v-if="alarm.unacknowledged && alarm.current" class="take" :disabled="taking" @click.stop="$emit('take')">
      {{ taking ? t.taking : t.take }}<kbd v-if="selected">A</kbd></button>
  </article>`,
};

export const Timeline = {
  props: { chart: Object, t: Object, language: String },
  methods: {
    title(name) { return this.t[name]; },
    now(lane) { return lane.now.map((one) => (one === null || one === undefined ? "–" : lane.name === "temp" ? one.toFixed(1) : Math.round(one))).join("/"); },
  },
  setup: () => ({ clockTime, LEVEL }),
  template: `
  <svg class="timeline" :viewBox="'0 0 ' + chart.width + ' ' + chart.height" role="img" :aria-label="t.timeline">
    <g v-for="tick in chart.ticks" class="tick"><line :x1="tick.x" :x2="tick.x" y1="6" :y2="chart.bottom"/>
      <text :x="tick.x" :y="chart.bottom + 16" text-anchor="middle">{{ clockTime(tick.us).slice(0, 8) }}</text></g>
    <g v-for="event in chart.events" class="shade" :class="LEVEL[event.alarm.priority]"><rect :x="event.x" :width="event.width" y="6" :height="chart.top - 10"/></g>
    <g v-for="lane in chart.lanes" class="lane" :class="lane.name">
      <rect :x="chart.left" :y="lane.top" :width="chart.right - chart.left" :height="lane.height"/>
      <g v-for="mark in lane.marks"><line :x1="chart.left" :x2="chart.right" :y1="mark.y" :y2="mark.y"/>
        <text :x="chart.left - 5" :y="mark.y + 4" text-anchor="end">{{ mark.text }}</text></g>
      <path v-for="path in lane.paths" :d="path"/>
      <text class="title" x="0" :y="lane.middle + 4">{{ title(lane.name) }}</text>
      <text class="now" :x="chart.right + 8" :y="lane.middle + 6">{{ now(lane) }}</text>
    </g>
    <text class="title" x="0" :y="chart.top + 12">{{ t.events }}</text>
    <g v-for="event in chart.events" class="event" :class="LEVEL[event.alarm.priority]">
      <rect :x="event.x" :y="event.y" :width="event.width" height="14" rx="2"/>
      <text :x="event.x > (chart.left + chart.right) / 2 ? event.x - 6 : event.x + event.width + 6" :y="event.y + 11"
        :text-anchor="event.x > (chart.left + chart.right) / 2 ? 'end' : 'start'">{{ event.alarm.words[language] }}</text>
      <text v-for="x in event.taken" class="check" :x="x" :y="event.y + 12" text-anchor="middle">✓</text>
    </g>
  </svg>`,
};
