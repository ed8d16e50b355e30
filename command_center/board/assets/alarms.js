// Active alarms, one card for each patient, the most urgent first: the alarm that leads with its
// reason in words, its age and its owner, the others beneath it in a line each, and the key that takes
// what is shown, the one that pauses its sound, or the one that resets what is over and latched. A card
// draws itself from the ledger; the list draws only the order. On a patient's page each alarm has a
// card of its own.

import { computed, inject, ref } from "vue";
import { LEVEL, MARK, clockTime, derived, shown, span } from "/board/assets/words.js";

const MOST_VALUES = 3;
const MOST_LINES = 4;
const RECIPIENTS = ["center clinician", "shift supervisor", "system engineer", "dispatcher"];
export const PAUSE_S = 120;

// How many alarms of a story are shown, and so taken together.
export const shownOf = (alarms, whole) => (whole ? alarms : alarms.slice(0, 1 + MOST_LINES));

function valuesOf(alarm, most, t) {
  const first = (name) => (name === alarm.vital || /^(news2|npews|deterioration|race_|large_vessel|gcs$|t_rts|mgap|qsofa)/.test(name) ? 0
    : name.endsWith("_slope") || /^(stroke_signs|well_minutes)/.test(name) ? 1 : 2);
  const sorted = Object.entries(alarm.values).sort(([a], [b]) => first(a) - first(b));
  return sorted.slice(0, most).map(([name, value]) => {
    const more = derived(name, value, t);
    if (more) return more;
    if (name === "stroke_signs") return { name: t.vital[name], value: value.split(", ").map((one) => t.examined.sign[one] ?? one).join(", ") };
    const number = t.unitOf[name] && !Number.isNaN(Number(value));
    return { name: t.vital[name] ?? name, value: number ? `${shown(name, value)} ${t.unitOf[name]}` : t.plain[String(value)] ?? String(value) };
  });
}

const ownersOf = (alarm) => alarm.taken.filter((one) => one.place === "CENTER" && one.priority >= alarm.priority);
const asks = (alarm) => alarm.unacknowledged && alarm.current;

// An alarm beneath the one that leads.
const AlarmLine = {
  props: { alarm: Object },
  setup(props) {
    const { acting, t, language } = inject("board");
    return {
      t, language, LEVEL,
      value: computed(() => valuesOf(props.alarm, 1, t.value)[0]?.value ?? ""),
      subject: computed(() => (props.alarm.subject ? t.value.vital[props.alarm.subject] ?? props.alarm.subject : "")),
      owner: computed(() => ownersOf(props.alarm).at(-1)?.person),
      open: computed(() => asks(props.alarm)),
      resetting: computed(() => acting.resetting.has(props.alarm.id)),
      reset: () => acting.reset(props.alarm),
    };
  },
  template: `
  <li :data-alarm="alarm.id" :data-cause="alarm.cause" :class="[LEVEL[alarm.priority], { open }]">
    <i class="chip" :class="LEVEL[alarm.priority]">{{ '!'.repeat(alarm.priority) }}</i>
    <span class="said"><b>{{ alarm.words[language] }}<template v-if="subject">: {{ subject }}</template></b> {{ value }}</span>
    <span class="age" v-age="{ us: alarm.since_us }"></span>
    <span v-if="owner" class="taken" :title="t.takenBy + ' ' + owner">✓ <bdi>{{ owner }}</bdi></span>
    <template v-if="alarm.state === 'LATCHED'"><span class="tag">{{ t.ended }}</span>
      <button class="reset" :disabled="resetting" @click.stop="reset">{{ t.reset }}</button></template>
  </li>`,
};

export const AlarmCard = {
  components: { AlarmLine },
  props: { id: String, story: String, told: Object, full: Boolean },
  emits: ["open"],
  setup(props) {
    const { ledger, acting, ages, page, t, language, selected, escalating, unfolded } = inject("board");
    const about = computed(() => (props.story ? ledger.alarmsOf(props.story).value : [ledger.alarm(props.id).value ?? props.told]));
    const alarm = computed(() => about.value[0]);
    const seen = computed(() => shownOf(about.value, unfolded.has(props.story)));
    const open = computed(() => seen.value.filter(asks));
    const takeable = computed(() => open.value.filter((one) => !ledger.joined.has(one.id)));
    const strip = computed(() => (props.full ? page.strips.find((one) => one.alarm === props.id) : null));
    const reason = ref("");
    const row = computed(() => ledger.row(alarm.value.encounter).value);
    return {
      t, language, page, alarm, row, clockTime, MARK,
      open, takeable, strip,
      beneath: computed(() => seen.value.slice(1)),
      folded: computed(() => about.value.slice(seen.value.length)),
      unfold: () => { unfolded.add(props.story); },
      selected: computed(() => selected.value === (props.story ?? props.id)),
      taking: computed(() => open.value.some((one) => acting.taking.has(one.id))),
      resetting: computed(() => acting.resetting.has(alarm.value.id)),
      RECIPIENTS, reason,
      asking: computed(() => escalating.value === alarm.value.id),
      ask: () => { escalating.value = escalating.value === alarm.value.id ? "" : alarm.value.id; },
      escalate: (to) => { if (acting.escalate(alarm.value, to, reason.value)) { escalating.value = ""; reason.value = ""; } },
      hushing: computed(() => acting.hushing.has(alarm.value.id)),
      paused: computed(() => open.value.length > 0 && open.value.every((one) => one.paused_until_us / 1000 > ages.second.nowMs)),
      pause: () => acting.pause(open.value, PAUSE_S),
      sound: () => acting.pause(open.value, 0),
      select: () => { selected.value = props.story ?? props.id; },
      take: () => acting.acknowledge(takeable.value),
      showStrip: () => { page.strip = page.strip === props.id ? "" : props.id; },
      reset: () => acting.reset(alarm.value),
    };
  },
  computed: {
    level() { return LEVEL[this.alarm.priority]; },
    where() { return [this.alarm.unit, this.row?.bay].filter(Boolean).join(" · ") || this.t.title; },
    subject() { return this.alarm.subject ? this.t.vital[this.alarm.subject] ?? this.alarm.subject : ""; },
    values() { return valuesOf(this.alarm, this.full ? Infinity : MOST_VALUES, this.t); },
    owners() { return ownersOf(this.alarm); },
    pausedBy() { return this.alarm.pauses.find((one) => one.place === "CENTER"); },
    hushed() { return this.paused && asks(this.alarm) && this.pausedBy; },
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
      <p class="owner"><span v-for="one in owners" class="taken">{{ t.takenBy }} <b><bdi>{{ one.person }}</bdi></b> {{ clockTime(one.at_us) }}</span>
        <span v-if="!owners.length && alarm.current" class="nobody">{{ t.nobody }}</span>
        <span v-if="crew.length">{{ t.crewSaw }} <b><bdi>{{ crew[crew.length - 1].person }}</bdi></b> {{ clockTime(crew[crew.length - 1].at_us) }}</span>
        <span v-if="hushed" class="paused">{{ t.pausedBy }} <b><bdi>{{ pausedBy.person }}</bdi></b> {{ t.until }} {{ clockTime(alarm.paused_until_us) }}</span>
        <span v-for="one in alarm.escalated" class="escalated">→ <b>{{ t.recipient[one.to] }}</b> {{ clockTime(one.at_us) }} · <template v-if="one.person"><bdi>{{ one.person }}</bdi>: <bdi>{{ one.reason }}</bdi></template><template v-else>{{ t.unanswered }}</template></span>
        <span v-if="alarm.reset" class="taken">{{ t.resetBy[alarm.reset.place] }} <b><bdi>{{ alarm.reset.person }}</bdi></b> {{ clockTime(alarm.reset.at_us) }}</span></p>
    </div>
    <ul v-if="beneath.length" class="beneath"><alarm-line v-for="one in beneath" :key="one.id" :alarm="one"></alarm-line>
      <li v-if="folded.length" class="more"><button @click.stop="unfold">+{{ folded.length }} {{ t.moreAlarms }}</button></li></ul>
    <form v-if="asking" class="escalate" @click.stop @submit.prevent @keydown.esc.stop="ask">
      <input v-model="reason" maxlength="200" :placeholder="t.why_escalate" :aria-label="t.why_escalate" v-focus>
      <button v-for="to in RECIPIENTS" type="button" @click="escalate(to)">{{ t.recipient[to] }}</button></form>
    <div v-else class="acts">
      <button v-if="open.length" class="take" :disabled="taking || !takeable.length" @click.stop="take">
        {{ taking ? t.taking : takeable.length > 1 ? t.takeAll + ' ' + takeable.length : t.take }}<kbd v-if="selected">A</kbd></button>
      <button v-if="open.length && !paused" class="pause" :disabled="hushing" @click.stop="pause">
        {{ t.pause }}<kbd v-if="selected">H</kbd></button>
      <button v-if="paused" class="pause" :disabled="hushing" @click.stop="sound">{{ t.soundAgain }}<kbd v-if="selected">H</kbd></button>
      <button v-if="alarm.current && (selected || full)" class="raise" @click.stop="ask">{{ t.escalate }}<kbd v-if="selected">E</kbd></button>
      <button v-if="alarm.state === 'LATCHED'" class="reset" :disabled="resetting" @click.stop="reset">
        {{ resetting ? t.resetting : t.reset }}<kbd v-if="selected">R</kbd></button>
      <button v-if="strip" class="show-strip" :aria-pressed="page.strip === id" @click.stop="showStrip">{{ t.eventStrip.show }}<kbd v-if="selected">T</kbd></button>
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
    <alarm-card v-for="story in listed" :key="story" :story="story" @open="$emit('open', $event)"></alarm-card>
    <p v-if="up && !listed.length" class="empty">{{ t.noAlarms }}</p>`,
};
