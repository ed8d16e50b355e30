// Active alarms, the most urgent first, each with its reason in words, its age, its owner and the key
// that takes it, the one that pauses its sound, or the one that resets it when it is over and latched. A card draws itself from the ledger; the list draws only the order.

import { computed, inject, ref } from "vue";
import { LEVEL, MARK, clockTime, derived, shown, span } from "/board/assets/words.js";

const MOST_VALUES = 3;
const RECIPIENTS = ["center clinician", "shift supervisor", "system engineer", "dispatcher"];
export const PAUSE_S = 120;

export const AlarmCard = {
  props: { id: String, told: Object, full: Boolean },
  emits: ["open"],
  setup(props) {
    const { ledger, acting, ages, t, language, selected, escalating } = inject("board");
    const alarm = computed(() => ledger.alarm(props.id).value ?? props.told);
    const reason = ref("");
    const row = computed(() => ledger.row(alarm.value.encounter).value);
    return {
      t, language, alarm, row, clockTime, MARK,
      selected: computed(() => selected.value === props.id),
      taking: computed(() => acting.taking.has(props.id)),
      resetting: computed(() => acting.resetting.has(props.id)),
      RECIPIENTS, reason,
      asking: computed(() => escalating.value === props.id),
      ask: () => { escalating.value = escalating.value === props.id ? "" : props.id; },
      escalate: (to) => { if (acting.escalate(alarm.value, to, reason.value)) { escalating.value = ""; reason.value = ""; } },
      hushing: computed(() => acting.hushing.has(props.id)),
      paused: computed(() => alarm.value.unacknowledged && alarm.value.current && alarm.value.paused_until_us / 1000 > ages.second.nowMs),
      pause: () => acting.pause([alarm.value], PAUSE_S),
      sound: () => acting.pause([alarm.value], 0),
      select: () => { selected.value = props.id; },
      take: () => acting.acknowledge(alarm.value),
      reset: () => acting.reset(alarm.value),
    };
  },
  computed: {
    level() { return LEVEL[this.alarm.priority]; },
    where() { return [this.alarm.unit, this.row?.bay].filter(Boolean).join(" · ") || this.t.title; },
    subject() { return this.alarm.subject ? this.t.vital[this.alarm.subject] ?? this.alarm.subject : ""; },
    values() {
      const first = (name) => (name === this.alarm.vital || /^(news2|npews|deterioration)/.test(name) ? 0 : name.endsWith("_slope") ? 1 : 2);
      const sorted = Object.entries(this.alarm.values).sort(([a], [b]) => first(a) - first(b));
      return sorted.slice(0, this.full ? sorted.length : MOST_VALUES).map(([name, value]) => {
        const more = derived(name, value, this.t);
        if (more) return more;
        const number = this.t.unitOf[name] && !Number.isNaN(Number(value));
        return { name: this.t.vital[name] ?? name, value: number ? `${shown(name, value)} ${this.t.unitOf[name]}` : this.t.plain[String(value)] ?? String(value) };
      });
    },
    owners() { return this.alarm.taken.filter((one) => one.place === "CENTER" && one.priority >= this.alarm.priority); },
    pausedBy() { return this.alarm.pauses.find((one) => one.place === "CENTER"); },
    crew() { return this.alarm.taken.filter((one) => one.place === "VEHICLE"); },
    ending() { return { LATCHED: this.t.latched, ENDED: this.t.ended, RECORDED: this.t.recorded }[this.alarm.state]; },
    lasted() { return span((this.alarm.until_us - this.alarm.since_us) / 1000, this.language); },
  },
  template: `
  <article v-if="alarm" class="alarm" :class="[level, { selected, open: alarm.unacknowledged && alarm.current, over: !alarm.current }]"
      :data-alarm="alarm.id" :data-cause="alarm.cause" @click="select">
    <div class="mark" aria-hidden="true">{{ MARK[alarm.priority] }}</div>
    <div class="what">
      <h3>{{ alarm.words[language] }}<template v-if="subject">: {{ subject }}</template></h3>
      <p class="where"><button v-if="!full && row" class="name" @click.stop="$emit('open', alarm.encounter)">{{ where }}</button><b v-else-if="!full">{{ where }}</b>
        <span class="level">{{ t[level] }}</span>
        <span>{{ t.since }} {{ clockTime(alarm.since_us) }} · <b v-if="alarm.until_us">{{ lasted }}</b><b v-else v-age="{ us: alarm.since_us }"></b></span>
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
        <span v-if="crew.length">{{ t.crewSaw }} <b>{{ crew[crew.length - 1].person }}</b> {{ clockTime(crew[crew.length - 1].at_us) }}</span>
        <span v-if="paused" class="paused">{{ t.pausedBy }} <b>{{ pausedBy.person }}</b> {{ t.until }} {{ clockTime(alarm.paused_until_us) }}</span>
        <span v-for="one in alarm.escalated" class="escalated">→ <b>{{ t.recipient[one.to] }}</b> {{ clockTime(one.at_us) }} <template v-if="one.person">{{ one.person }}: {{ one.reason }}</template><template v-else>{{ t.unanswered }}</template></span>
        <span v-if="alarm.reset" class="taken">{{ t.resetBy[alarm.reset.place] }} <b>{{ alarm.reset.person }}</b> {{ clockTime(alarm.reset.at_us) }}</span></p>
    </div>
    <form v-if="asking" class="escalate" @click.stop @submit.prevent @keydown.esc.stop="ask">
      <input v-model="reason" maxlength="200" :placeholder="t.why_escalate" :aria-label="t.why_escalate" v-focus>
      <button v-for="to in RECIPIENTS" type="button" @click="escalate(to)">{{ t.recipient[to] }}</button></form>
    <div v-else class="acts">
      <button v-if="alarm.unacknowledged && alarm.current" class="take" :disabled="taking" @click.stop="take">
        {{ taking ? t.taking : t.take }}<kbd v-if="selected">A</kbd></button>
      <button v-if="alarm.unacknowledged && alarm.current && !paused" class="pause" :disabled="hushing" @click.stop="pause">
        {{ t.pause }}<kbd v-if="selected">H</kbd></button>
      <button v-if="paused" class="pause" :disabled="hushing" @click.stop="sound">{{ t.soundAgain }}<kbd v-if="selected">H</kbd></button>
      <button v-if="alarm.current && (selected || full)" class="raise" @click.stop="ask">{{ t.escalate }}<kbd v-if="selected">E</kbd></button>
      <button v-if="alarm.state === 'LATCHED'" class="reset" :disabled="resetting" @click.stop="reset">
        {{ resetting ? t.resetting : t.reset }}<kbd v-if="selected">R</kbd></button>
    </div>
  </article>`,
};

export const AlarmList = {
  components: { AlarmCard },
  emits: ["open"],
  setup() {
    const { ledger, t, up } = inject("board");
    return { listed: ledger.listed, t, up };
  },
  template: `
    <h2>{{ t.alarms }}</h2>
    <alarm-card v-for="id in listed" :key="id" :id="id" @open="$emit('open', $event)"></alarm-card>
    <p v-if="up && !listed.length" class="empty">{{ t.noAlarms }}</p>`,
};
