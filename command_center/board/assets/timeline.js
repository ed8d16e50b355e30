// The last minutes of one patient: score, vital signs and alarms under one time line.

import { computed, inject } from "vue";
import { drawing } from "/board/assets/trend.js";
import { LEVEL, clockTime } from "/board/assets/words.js";

export const Timeline = {
  setup() {
    const { ages, page, t, language } = inject("board");
    return { t, language, clockTime, LEVEL, chart: computed(() => drawing(page.points, page.history, ages.second.nowMs)) };
  },
  methods: {
    now(lane) { return lane.now.map((one) => (one === null || one === undefined ? "–" : lane.name === "temp" ? one.toFixed(1) : Math.round(one))).join("/"); },
  },
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
      <text class="title" x="0" :y="lane.middle + 4">{{ t[lane.name] }}</text>
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
