// What the crew has examined, the newest of each kind: what was found, what was not examined, when, by whom.

import { inject } from "vue";
import { clockTime } from "/board/assets/words.js";

export const Examined = {
  props: { of: Array },
  setup() {
    const { t, ages } = inject("board");
    return { t, ages, clockTime };
  },
  methods: {
    signs(one, wanted) {
      const named = Object.entries(one.stroke.signs).filter(([, abnormal]) => abnormal === wanted);
      return named.map(([sign]) => this.t.examined.sign[sign]).join(", ");
    },
    minutes(us) { return Math.max(0, Math.floor((this.ages.second.nowMs - us / 1000) / 60_000)); },
  },
  template: `
    <section class="examined" :aria-label="t.examined.title">
      <h2>{{ t.examined.title }}</h2>
      <p v-for="one in of" :key="one.captured_us">
        <span v-if="one.gcs" class="gcs">GCS <b>{{ one.gcs }}</b></span>
        <span v-if="one.stroke" class="stroke" :class="one.stroke.verdict">{{ t.examined.stroke }} <b>{{ t.examined[one.stroke.verdict] }}<template v-if="signs(one, true)">: {{ signs(one, true) }}</template></b>
          <small v-if="signs(one, false)">{{ t.examined.normal }} {{ signs(one, false) }}</small>
          <small v-if="signs(one, null)">{{ t.examined.not }} {{ signs(one, null) }}</small></span>
        <span v-if="one.race" class="race">RACE <b><template v-if="one.race.total === null">{{ one.race.age ? t.examined.notForAge : t.examined.atLeast + " " + one.race.at_least }}</template><template v-else>{{ one.race.total }}</template><template v-if="one.race.likely">: {{ t.examined.likely }}</template></b>
          <small v-if="one.race.total === null && !one.race.age">{{ t.examined.unfinished }}</small></span>
        <span v-if="one.well_us !== null" class="well">{{ t.examined.well }} <b>{{ clockTime(one.well_us).slice(0, 5) }}</b> <small>{{ minutes(one.well_us) }} min</small></span>
        <span v-if="one.injury !== null" class="injury">{{ t.examined.injury }} <b>{{ t.examined.injuryOf[one.injury] }}</b></span>
        <span v-if="one.infection !== null" class="infection">{{ t.examined.infection }} <b>{{ one.infection ? t.examined.yes : t.examined.no }}</b></span>
        <small class="who">{{ clockTime(one.captured_us) }}<template v-if="one.person"> {{ t.examined.by }} <bdi>{{ one.person }}</bdi></template></small>
      </p>
    </section>`,
};
