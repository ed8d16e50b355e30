// The board: what the center tells it, and what a dispatcher does with it. It judges nothing.

import { computed, nextTick, onMounted, reactive, ref, shallowReactive, watch } from "vue";
import { Link } from "/board/assets/link.js";
import { drawing, spark } from "/board/assets/trend.js";
import { CtSeries } from "/board/assets/ct.js";
import { MapView, noted } from "/board/assets/map.js";
import { AlarmCard, PatientRow, Timeline } from "/board/assets/parts.js";
import { LEVEL, WORDS, clockTime, shown, span } from "/board/assets/words.js";

const kept = (name, otherwise) => localStorage.getItem(`goldenhour.${name}`) ?? otherwise;
const keep = (name, value) => localStorage.setItem(`goldenhour.${name}`, value);

// The same for everybody without an alarm, so that their lines are not drawn anew for one.
const NONE = Object.freeze([]);

const byUrgency = (a, b) =>
  b.priority - a.priority || b.unacknowledged - a.unacknowledged || b.learned_us - a.learned_us;

export const Board = {
  components: { AlarmCard, PatientRow, Timeline, CtSeries, MapView },
  setup() {
    const rows = shallowReactive(new Map());
    const alarms = shallowReactive(new Map());
    const page = reactive({ id: "", points: [], history: [], messages: [], series: [] });
    const language = ref(kept("language", navigator.language.startsWith("zh") ? "zh" : "en"));
    const theme = ref(kept("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "day"));
    const person = ref(kept("person", ""));
    const up = ref(null);
    const lostAfter = ref(0);
    const now = ref(Date.now());
    const selected = ref("");
    const taking = reactive(new Set());
    const notice = ref("");
    const draft = ref("");
    const units = new Map();
    const moved = ref(0);
    const mapped = ref(kept("mapped", "") === "yes");
    const ct = ref(null);
    const nameField = ref(null);
    const messageField = ref(null);
    let link = null;
    let requests = 0;
    const asked = new Map();

    const t = computed(() => WORDS[language.value]);
    const patients = computed(() =>
      [...rows.values()].sort((a, b) => b.rank - a.rank || a.unit.localeCompare(b.unit) || (a.bay ?? "").localeCompare(b.bay ?? "")),
    );
    const listed = computed(() => [...alarms.values()].sort(byUrgency));
    const stale = computed(() => listed.value.find((alarm) => alarm.cause === "DETECTION_STALE"));
    const counts = computed(() =>
      [3, 2, 1].map((priority) => ({ priority, level: LEVEL[priority], count: listed.value.filter((a) => a.priority === priority).length })),
    );
    const patient = computed(() => rows.get(page.id));
    const byPatient = computed(() => {
      const found = new Map();
      for (const alarm of listed.value) found.set(alarm.encounter, [...(found.get(alarm.encounter) ?? []), alarm]);
      return found;
    });
    const alarmsOf = (id) => byPatient.value.get(id) ?? NONE;
    const chart = computed(() => drawing(page.points, page.history, now.value));

    function take(message) {
      if (message.begin) { rows.clear(); alarms.clear(); if (page.id) link.ask("open", { encounter: page.id }); if (mapped.value) showMap(true); }
      for (const row of message.rows ?? []) rows.set(row.id, Object.freeze(row));
      for (const id of message.left ?? []) rows.delete(id);
      for (const alarm of message.alarms ?? []) told(alarm);
      for (const id of message.gone ?? []) alarms.delete(id);
      if (message.units) { noted(units, message.units); moved.value += 1; }
      if (message.page && message.page.id === page.id) fill(message.page);
      if (message.done) answered(message.done.request_id, "");
      if (message.refused) answered(message.refused.request_id, message.refused.why);
    }

    function told(alarm) {
      if (alarm.current) alarms.set(alarm.id, Object.freeze(alarm));
      else alarms.delete(alarm.id);
      if (!alarm.unacknowledged || !alarm.current) taking.delete(alarm.id);
    }

    function fill(told) {
      page.points = (told.begin ? told.points : page.points.concat(told.points)).slice(-600);
      page.history = told.history;
      page.messages = told.messages;
      if (told.series) page.series = told.series;
    }

    function answered(request, why) {
      const what = asked.get(request);
      asked.delete(request);
      notice.value = { "": "", OVER: t.value.over, NOT_KNOWN: t.value.notKnown }[why] ?? t.value.wrong;
      if (!what) return;
      if (what.alarm) taking.delete(what.alarm);
      if (what.text && !why) draft.value = draft.value === what.text ? "" : draft.value;
    }

    function ask(type, body, what) {
      const request_id = `${crypto.randomUUID()}-${(requests += 1)}`;
      if (!person.value.trim()) { notice.value = t.value.nameNeeded; nameField.value.focus(); return false; }
      if (up.value !== true || !link.ask(type, { request_id, person: person.value.trim().slice(0, 64), ...body })) {
        notice.value = t.value.offline;
        return false;
      }
      notice.value = "";
      asked.set(request_id, what);
      return true;
    }

    function acknowledge(alarm) {
      if (!alarm || !alarm.unacknowledged || taking.has(alarm.id)) return;
      const body = { alarm: alarm.id, priority: alarm.priority, revision: alarm.revision };
      if (ask("take", body, { alarm: alarm.id })) taking.add(alarm.id);
    }

    function send() {
      const text = draft.value.trim();
      if (text && patient.value) ask("write", { unit: patient.value.unit, encounter: page.id, text }, { text: draft.value });
    }

    function open(id) {
      location.hash = id ? `#/patient/${id}` : "";
    }

    function follow() {
      const id = location.hash.startsWith("#/patient/") ? location.hash.slice(10) : "";
      Object.assign(page, { id, points: [], history: [], messages: [], series: [] });
      draft.value = "";
      selected.value = "";
      link.ask("open", { encounter: id });
    }

    // What is selected stays selected while the list moves, so that a key never takes another alarm
    // than the one that was seen.
    const choices = computed(() => (page.id ? listed.value.filter((a) => a.encounter === page.id) : listed.value));
    watch([choices, selected], () => {
      if (choices.value.some((alarm) => alarm.id === selected.value)) return;
      selected.value = (choices.value.find((alarm) => alarm.unacknowledged) ?? choices.value[0])?.id ?? "";
    });

    function move(by) {
      const at = choices.value.findIndex((alarm) => alarm.id === selected.value);
      const next = choices.value[Math.min(choices.value.length - 1, Math.max(0, at + by))];
      if (!next) return;
      selected.value = next.id;
      nextTick(() => document.querySelector(".alarm.selected")?.scrollIntoView({ block: "nearest" }));
    }

    function takeSelected() {
      const alarm = alarms.get(selected.value);
      if (alarm?.unacknowledged) { acknowledge(alarm); return; }
      const next = choices.value.find((one) => one.unacknowledged && !taking.has(one.id));
      if (next) selected.value = next.id;
    }

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = ["INPUT", "TEXTAREA"].includes(event.target.tagName);
      if (typing) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      const alarm = alarms.get(selected.value);
      const keys = {
        ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1),
        a: takeSelected, Escape: () => open(""),
        l: switchLanguage, n: switchTheme, g: () => showMap(page.id ? true : !mapped.value), c: () => ct.value?.toggle(), m: () => messageField.value?.focus(),
      };
      const focused = event.target.closest?.("button, a");
      if (event.key === "Enter" && !focused && alarm?.encounter) { event.preventDefault(); open(alarm.encounter); return; }
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act) { event.preventDefault(); act(); }
    }

    function showMap(shown) {
      if (page.id) open("");
      mapped.value = shown;
      keep("mapped", shown ? "yes" : "");
      units.clear();
      link.ask("map", { shown });
    }

    const switchLanguage = () => { language.value = language.value === "en" ? "zh" : "en"; };
    const switchTheme = () => { theme.value = theme.value === "day" ? "night" : "day"; };

    watch(language, (value) => { keep("language", value); document.documentElement.lang = value === "zh" ? "zh-CN" : "en"; }, { immediate: true });
    watch(theme, (value) => { keep("theme", value); document.documentElement.dataset.theme = value; }, { immediate: true });
    watch(person, (value) => { keep("person", value); notice.value = ""; });
    watch([counts, t], () => {
      const open = listed.value.filter((alarm) => alarm.unacknowledged).length;
      document.title = (open ? `(${open}) ` : "") + t.value.title;
    });

    onMounted(() => {
      leaveShell();
      link = new Link(take, (value) => { up.value = value; lostAfter.value = Math.round(performance.now() - link.heardAt); });
      setInterval(() => { now.value = link.now(); }, 1000);
      window.addEventListener("hashchange", follow);
      window.addEventListener("keydown", onKey);
      follow();
    });

    return {
      rows, alarms, page, language, theme, person, up, now, selected, taking, notice, draft, nameField, messageField, units, moved, mapped, ct, showMap,
      t, patients, listed, stale, lostAfter, counts, patient, alarmsOf, chart,
      acknowledge, send, open, switchLanguage, switchTheme, clockTime, span, spark, shown, LEVEL,
      silence: computed(() => (up.value === false && now.value && link ? performance.now() - link.heardAt : 0)),
    };
  },
  template: `
  <div class="board" :class="{ cut: up === false }">
    <header>
      <h1>{{ t.title }}</h1>
      <div class="counts" role="status">
        <span>{{ t.patients }} <b>{{ patients.length }}</b></span>
        <span>{{ t.alarms }} <b v-if="!listed.length">0</b></span>
        <span v-for="one in counts.filter((c) => c.count)" class="count" :class="one.level">
          <b>{{ one.count }}</b> {{ t[one.level] }}</span>
      </div>
      <label class="person" :class="{ missing: !person.trim() }">{{ t.you }}
        <input ref="nameField" id="person" v-model="person" maxlength="64" :placeholder="t.yourName" autocomplete="off"></label>
      <button id="map" :aria-pressed="mapped" @click="showMap(page.id ? true : !mapped)">{{ mapped && !page.id ? t.list : t.map }} <kbd>G</kbd></button>
      <button id="theme" @click="switchTheme">{{ theme === 'day' ? t.night : t.day }}</button>
      <button id="language" @click="switchLanguage" :lang="language === 'en' ? 'zh-CN' : 'en'">{{ language === 'en' ? '中文' : 'English' }}</button>
      <time class="clock">{{ clockTime(now * 1000) }}</time>
    </header>

    <div v-if="up === false" class="banner lost" role="alert" :data-after-ms="lostAfter"><b>{{ t.cut }}</b>
      <span>{{ span(silence, language) }}{{ language === 'zh' ? '' : ' ' }}{{ t.ago }}</span><span>{{ t.cutMore }}</span></div>
    <div v-if="up === null" class="banner quiet" role="status">{{ t.connecting }}</div>
    <div v-if="stale" class="banner stopped" role="alert"><b>{{ t.stale }}</b>
      <span>{{ t.since }} {{ clockTime(stale.since_us) }} · {{ span(now - stale.since_us / 1000, language) }}</span>
      <span>{{ t.staleMore }}</span></div>
    <div v-if="notice" class="banner notice" role="alert">{{ notice }}</div>

    <main v-if="!page.id">
      <section v-if="mapped" class="mapped" :class="{ doubtful: stale }">
        <map-view :units="units" :moved="moved" :rows="rows" :alarms="listed" :language="language" :now="now" @open="open"></map-view>
      </section>
      <section v-else class="patients" :class="{ doubtful: stale }" :aria-label="t.patients">
        <table>
          <thead><tr>
            <th>{{ t.score }}</th><th>{{ t.unit }}</th><th class="wide">{{ t.worst }}</th>
            <th class="number">{{ t.hr }}</th><th class="number">{{ t.rr }}</th><th class="number">{{ t.spo2 }}</th>
            <th class="number">{{ t.bp }}</th><th class="number">{{ t.temp }}</th>
            <th>{{ t.trend }}</th><th class="number">{{ t.data }}</th>
          </tr></thead>
          <tbody>
            <patient-row v-for="row in patients" :key="row.id" :row="row" :alarms="alarmsOf(row.id)" :t="t"
              :language="language" :now="now" @open="open(row.id)"></patient-row>
          </tbody>
        </table>
        <p v-if="up && !patients.length" class="empty">{{ t.noPatients }}</p>
      </section>
      <section class="alarms" :aria-label="t.alarms">
        <h2>{{ t.alarms }}</h2>
        <alarm-card v-for="alarm in listed" :key="alarm.id" :alarm="alarm" :row="rows.get(alarm.encounter)" :t="t"
          :language="language" :now="now" :selected="alarm.id === selected" :taking="taking.has(alarm.id)"
          @select="selected = alarm.id" @take="acknowledge(alarm)" @open="open(alarm.encounter)"></alarm-card>
        <p v-if="up && !listed.length" class="empty">{{ t.noAlarms }}</p>
      </section>
    </main>

    <main v-else class="page">
      <section class="patient">
        <button class="back" @click="open('')">← {{ t.back }}</button>
        <p v-if="up && !patient" class="empty">{{ t.gone }}</p>
        <template v-if="patient">
          <table class="single"><tbody>
            <patient-row :row="patient" :alarms="alarmsOf(patient.id)" :t="t" :language="language" :now="now" large></patient-row>
          </tbody></table>
          <ct-series v-if="page.series.length" ref="ct" :encounter="page.id" :series="page.series" :language="language"></ct-series>
          <h2>{{ t.timeline }}</h2>
          <timeline :chart="chart" :t="t" :language="language"></timeline>
        </template>
      </section>
      <section class="alarms">
        <h2>{{ t.history }} <small>{{ t.since_start }}</small></h2>
        <alarm-card v-for="alarm in page.history" :key="alarm.id" :alarm="alarms.get(alarm.id) ?? alarm" :row="patient" :t="t"
          :language="language" :now="now" :selected="alarm.id === selected" :taking="taking.has(alarm.id)" full
          @select="selected = alarm.id" @take="acknowledge(alarms.get(alarm.id) ?? alarm)"></alarm-card>
        <p v-if="!page.history.length" class="empty">{{ t.noAlarms }}</p>
        <template v-if="patient">
          <h2>{{ t.messages }}</h2>
          <form class="write" @submit.prevent="send">
            <textarea ref="messageField" id="message" v-model="draft" maxlength="1000" rows="2" :aria-label="t.write + ' ' + patient.unit"
              :placeholder="t.write + ' ' + patient.unit" @keydown.enter.exact.prevent="send"></textarea>
            <button id="send" :disabled="!draft.trim()">{{ t.send }}</button>
          </form>
          <article v-for="message in page.messages" :key="message.id" class="message">
            <p>{{ message.text }}</p>
            <footer>{{ message.person }} · {{ clockTime(message.issued_us) }}
              <span v-if="!message.receipts.length" class="stage">{{ t.SENT }}</span>
              <span v-for="receipt in message.receipts" class="stage reached">✓ {{ t[receipt.stage] }} {{ clockTime(receipt.at_us) }}
                <template v-if="receipt.person">{{ receipt.person }}</template></span>
              <span v-if="!message.receipts.length && message.expires_us / 1000 < now" class="stage late">{{ t.expired }}</span>
            </footer>
          </article>
          <p v-if="!page.messages.length" class="empty">{{ t.noMessages }}</p>
        </template>
      </section>
    </main>
    <footer class="keys"><span><b>↑ ↓</b> <span v-html="t.keys"></span></span><span>{{ t.notDevice }}</span></footer>
  </div>`,
};

// NiceGUI's own connection would load the page anew after a restart of the center.
function leaveShell() {
  const leaving = setInterval(() => {
    if (!window.socket) return;
    clearInterval(leaving);
    window.socket.disconnect();
  }, 20);
}
