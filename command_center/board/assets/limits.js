// Limits that staff have set for one patient: by whom, until when, why; and the form that sets them.

import { computed, inject, reactive, ref } from "vue";
import { clockTime } from "/board/assets/words.js";

const MOST_HOURS = 8;

const number = (text) => (String(text).trim() === "" ? null : Number(text));

export const OwnLimits = {
  props: { limits: Array, large: Boolean },
  // A line of the list has room for one, and says how many more there are.
  setup(props) {
    const { t } = inject("board");
    const values = (one) => [one.medium, one.high].filter((value) => value !== null).join("/");
    return { t, clockTime, values, shown: computed(() => (props.large ? props.limits : props.limits.slice(0, 1))) };
  },
  template: `<small v-for="one in shown" class="own-limit" :data-limit="one.cause" :title="one.person + ': ' + one.reason">
    {{ large ? t.ownLimit : t.ownLimitShort }} {{ t.vital[one.vital] ?? one.vital }} <b>{{ values(one) }}</b> {{ t.until }} {{ clockTime(one.until_us).slice(0, 5) }}
    <template v-if="large"> · <bdi>{{ one.person }}</bdi>: <bdi>{{ one.reason }}</bdi></template><template v-else-if="limits.length > 1"> +{{ limits.length - 1 }}</template></small>`,
};

export const LimitForm = {
  props: { encounter: String, choices: Array, limits: Array, language: String },
  setup(props) {
    const { acting, t } = inject("board");
    const asked = reactive({ cause: "", medium: "", high: "", hours: 1, reason: "" });
    const shown = ref(false);
    const choice = computed(() => props.choices.find((one) => one.cause === asked.cause) ?? null);
    const standing = computed(() => props.limits.find((one) => one.cause === asked.cause) ?? null);
    function send(withdraw) {
      if (!choice.value) return;
      const limits = withdraw ? { medium: null, high: null } : { medium: number(asked.medium), high: number(asked.high) };
      const minutes = Math.round(Math.min(MOST_HOURS, Math.max(1 / 60, Number(asked.hours) || 0)) * 60);
      if (acting.limit(props.encounter, asked.cause, limits, minutes, asked.reason)) Object.assign(asked, { medium: "", high: "", reason: "" });
    }
    return { t, asked, shown, choice, standing, send, MOST_HOURS };
  },
  template: `
    <form class="limit" @submit.prevent="send(false)">
      <button type="button" class="toggle" :aria-expanded="shown" @click="shown = !shown">{{ t.setLimit }}</button>
      <template v-if="shown">
        <label>{{ t.limitOf }} <select id="limit-cause" v-model="asked.cause">
          <option value="" disabled>–</option>
          <option v-for="one in choices" :value="one.cause">{{ one.words[language] }}</option></select></label>
        <template v-if="choice">
          <label v-if="choice.medium">{{ t.medium }} {{ choice.sign }} <input id="limit-medium" v-model="asked.medium" type="number" step="any" :min="choice.medium[0]" :max="choice.medium[1]"
            :placeholder="choice.medium.join('–')"></label>
          <label v-if="choice.high">{{ t.high }} {{ choice.sign }} <input id="limit-high" v-model="asked.high" type="number" step="any" :min="choice.high[0]" :max="choice.high[1]"
            :placeholder="choice.high.join('–')"></label>
          <label>{{ t.forHours }} <input id="limit-hours" v-model="asked.hours" type="number" step="any" min="0.1" :max="MOST_HOURS"></label>
          <label class="why">{{ t.why }} <input id="limit-reason" v-model="asked.reason" maxlength="200"></label>
          <button id="limit-set">{{ t.set }}</button>
          <button v-if="standing" id="limit-back" type="button" @click="send(true)">{{ t.backToCatalogue }}</button>
          <p class="note">{{ t.limitNote }}</p>
        </template>
      </template>
    </form>`,
};
