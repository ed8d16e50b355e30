// The board: what the center tells it, and what a dispatcher does with it. It judges nothing.

import { computed, getCurrentInstance, nextTick, onMounted, provide, reactive, ref, watch } from "vue";
import { Acting } from "/board/assets/acting.js";
import { Ages } from "/board/assets/ages.js";
import { flash } from "/board/assets/flashing.js";
import { AlarmList, PAUSE_S, shownOf } from "/board/assets/alarms.js";
import { combined, typing } from "/board/assets/keyboard.js";
import { Ledger, SEEN_MS } from "/board/assets/ledger.js";
import { Link } from "/board/assets/link.js";
import { MapView, noted } from "/board/assets/map.js";
import { PatientList } from "/board/assets/patients.js";
import { PatientPage } from "/board/assets/patient_page.js";
import { feed } from "/board/assets/strip.js";
import { LEVEL, WORDS, clockTime } from "/board/assets/words.js";

const MOST_POINTS = 600;
// Of a key that is held down only these go on: who leans on a key takes one alarm.
const MOVES = new Set(["ArrowDown", "j", "ArrowUp", "k"]);
const CALL_MS = 500; // A pause that runs out is heard within this time.

const kept = (name, otherwise) => localStorage.getItem(`goldenhour.${name}`) ?? otherwise;
const keep = (name, value) => localStorage.setItem(`goldenhour.${name}`, value);

export const Board = {
  components: { AlarmList, MapView, PatientList, PatientPage },
  setup() {
    const ledger = new Ledger();
    const page = reactive({ id: "", points: [], history: [], messages: [], series: [], ecgs: [], strips: [], strip: "", adjustable: [] });
    const language = ref(kept("language", navigator.language.startsWith("zh") ? "zh" : "en"));
    const theme = ref(kept("theme", matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "day"));
    const up = ref(null);
    const lost = reactive({ afterMs: 0, us: 0 });
    const selected = ref("");
    const escalating = ref("");
    const unfolded = reactive(new Set()); // stories of which every alarm is shown
    const nameField = ref(null);
    const ct = ref(null);
    const units = new Map();
    const moved = ref(0);
    const load = ref(0);
    const sound = ref(window.alarmSound.state());
    const mapped = ref(kept("mapped", "") === "yes");
    const t = computed(() => WORDS[language.value]);
    const ages = new Ages(language);
    const acting = new Acting(t, up);
    const { person } = acting;
    let link = null;

    getCurrentInstance().appContext.app.directive("age", ages.directive);
    getCurrentInstance().appContext.app.directive("focus", { mounted: (field) => field.focus() });
    provide("board", { ledger, acting, ages, page, t, language, theme, up, selected, escalating, unfolded, ct });
    person.value = kept("person", "");
    acting.nameMissing = () => nameField.value.focus();

    const stale = computed(() => (ledger.counts.value.stale ? ledger.alarm(ledger.counts.value.stale).value : null));
    const counts = computed(() => [3, 2, 1].map((priority) => ({ priority, level: LEVEL[priority], count: ledger.counts.value[priority] })));

    function take(message) {
      feed.take(message);
      ledger.take(message);
      acting.take(message);
      if (message.sound !== undefined) window.alarmSound.preset(message.sound);
      call();
      if (message.load !== undefined) load.value = message.load;
      if (message.begin && page.id) link.ask("open", { encounter: page.id });
      if (message.begin && mapped.value) askUnits();
      if (message.units) { noted(units, message.units); moved.value += 1; }
      if (message.page && message.page.id === page.id) fill(message.page);
    }

    // What asks by sound: what nobody here has taken or paused, and a board that hears nothing.
    function call() {
      const nowUs = link.now() * 1000;
      const calls = ledger.calls(nowUs);
      if (up.value === false) calls.push({ id: "cut", priority: 2 });
      window.alarmSound.call(calls);
    }

    // What is shown of the selected card: an alarm with those beneath it, on a page the alarm alone.
    function shown(key) {
      const alarms = page.id ? [ledger.alarms.get(key)?.value] : shownOf(ledger.about.get(key)?.value ?? [], unfolded.has(key));
      return alarms.filter(Boolean);
    }

    function pauseSelected(event) {
      const alarms = page.id && event.shiftKey ? [...shown(selected.value), ...ledger.others(page.id, selected.value)] : shown(selected.value);
      const open = alarms.filter((alarm) => alarm.unacknowledged && alarm.current);
      const paused = open.every((alarm) => alarm.paused_until_us > link.now() * 1000);
      acting.pause(open, paused ? 0 : PAUSE_S);
    }

    function fill(told) {
      page.points = (told.begin ? told.points : page.points.concat(told.points)).slice(-MOST_POINTS);
      page.history = told.history;
      page.messages = told.messages;
      if (told.series) page.series = told.series;
      if (told.ecgs) page.ecgs = told.ecgs;
      if (told.strips) page.strips = told.strips;
      page.adjustable = told.adjustable;
    }

    function changed(value) {
      up.value = value;
      call();
      lost.afterMs = Math.round(performance.now() - link.heardAt);
      lost.us = (link.heardAt + link.offsetMs) * 1000;
    }

    function open(id) {
      location.hash = id ? `#/patient/${id}` : "";
    }

    function follow() {
      const id = location.hash.startsWith("#/patient/") ? location.hash.slice(10) : "";
      Object.assign(page, { id, points: [], history: [], messages: [], series: [], ecgs: [], strips: [], strip: "", adjustable: [] });
      acting.draft.value = "";
      selected.value = "";
      link.ask("open", { encounter: id });
    }

    // What is selected stays selected while the list moves, so that a key never takes another alarm
    // than the one that was seen. When it is gone the next one is, and no key acts on that before it
    // can have been seen.
    const choices = computed(() => ledger.choices(page.id));
    const unseen = new Set();
    const unacknowledged = (key) => shown(key).some((alarm) => alarm.unacknowledged && alarm.current);
    watch([choices, selected], () => {
      if (choices.value.includes(selected.value)) return;
      const gone = selected.value;
      const next = choices.value.find(unacknowledged) ?? choices.value[0] ?? "";
      if (gone && next) {
        unseen.add(next);
        setTimeout(() => unseen.delete(next), SEEN_MS);
      }
      selected.value = next;
    });
    const onSeen = (act) => (event) => { if (!unseen.has(selected.value)) act(event); };

    function move(by) {
      const at = choices.value.indexOf(selected.value) + by;
      const next = choices.value[Math.min(choices.value.length - 1, Math.max(0, at))];
      if (!next) return;
      selected.value = next;
      nextTick(() => document.querySelector(".alarm.selected")?.scrollIntoView({ block: "nearest" }));
    }

    function takeSelected() {
      if (unacknowledged(selected.value)) { acting.acknowledge(shown(selected.value).filter((alarm) => !ledger.joined.has(alarm.id))); return; }
      const next = choices.value.find((key) => unacknowledged(key) && !shown(key).some((alarm) => acting.taking.has(alarm.id)));
      if (next) selected.value = next;
    }

    const resetSelected = () => acting.reset(shown(selected.value).find((alarm) => alarm.state === "LATCHED"));
    const escalateSelected = () => { escalating.value = shown(selected.value)[0]?.id ?? ""; };

    function stripOfSelected() {
      const told = page.strips.some((one) => one.alarm === selected.value);
      if (told) page.strip = page.strip === selected.value ? "" : selected.value;
    }

    function showMap(shown) {
      if (page.id) open("");
      mapped.value = shown;
      keep("mapped", shown ? "yes" : "");
      askUnits();
    }

    function askUnits() {
      units.clear();
      link.ask("map", { shown: mapped.value });
    }

    const toggleMap = () => showMap(page.id ? true : !mapped.value);
    const toggleSound = () => window.alarmSound.toggle();
    const switchLanguage = () => { language.value = language.value === "en" ? "zh" : "en"; };
    const switchTheme = () => { theme.value = theme.value === "day" ? "night" : "day"; };

    const keys = {
      ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1),
      a: onSeen(takeSelected), r: onSeen(resetSelected), h: onSeen(pauseSelected), e: onSeen(escalateSelected), t: stripOfSelected, s: toggleSound, Escape: () => open(""),
      g: toggleMap, c: () => ct.value?.toggle(), l: switchLanguage, n: switchTheme, m: () => document.getElementById("message")?.focus(),
    };

    function onKey(event) {
      if (combined(event)) return;
      if (typing(event)) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      const encounter = shown(selected.value)[0]?.encounter;
      const focused = event.target.closest?.("button, a");
      if (event.key === "Enter" && !focused && encounter) { event.preventDefault(); open(encounter); return; }
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = keys[key];
      if (!act) return;
      event.preventDefault();
      if (!event.repeat || MOVES.has(key)) act(event);
    }

    watch(language, (value) => { keep("language", value); document.documentElement.lang = value === "zh" ? "zh-CN" : "en"; nextTick(() => ages.pass()); }, { immediate: true });
    watch(theme, (value) => { keep("theme", value); document.documentElement.dataset.theme = value; }, { immediate: true });
    watch(person, (value) => { keep("person", value); acting.notice.value = ""; });
    watch([ledger.counts, t], () => {
      const open = ledger.counts.value.open;
      document.title = (open ? `(${open}) ` : "") + t.value.title;
    });

    onMounted(() => {
      leaveShell();
      link = acting.link = new Link(take, changed);
      ages.nowMs = () => link.now();
      ages.run();
      flash(document.documentElement);
      setInterval(call, CALL_MS);
      window.addEventListener("sound", (event) => { sound.value = event.detail; });
      window.addEventListener("hashchange", follow);
      window.addEventListener("keydown", onKey);
      follow();
    });

    return {
      page, language, theme, person, up, lost, nameField, t, patients: ledger.patients, listed: ledger.listed,
      notice: acting.notice, stale, counts, load, units, moved, mapped, toggleMap, sound, toggleSound, nowMs: computed(() => ages.second.nowMs),
      standing: computed(() => ledger.listed.value.flatMap((story) => ledger.alarmsOf(story).value)),
      rows: computed(() => ledger.patients.value.map((id) => ledger.row(id).value).filter(Boolean)),
      open, switchLanguage, switchTheme, clockTime,
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
        <span id="load" :title="t.loadMore"><b>{{ load }}</b> {{ t.load }}</span>
      </div>
      <label class="person" :class="{ missing: !person.trim() }">{{ t.you }}
        <input ref="nameField" id="person" v-model="person" maxlength="64" :placeholder="t.yourName" autocomplete="off"></label>
      <button id="sound" :class="sound" :aria-pressed="sound === 'on'" :title="t.soundMore[sound]" @click="toggleSound">{{ t.sound[sound] }} <kbd>S</kbd></button>
      <button id="map" :aria-pressed="mapped" @click="toggleMap">{{ mapped && !page.id ? t.list : t.map }} <kbd>G</kbd></button>
      <button id="theme" @click="switchTheme">{{ theme === 'day' ? t.night : t.day }}</button>
      <button id="language" @click="switchLanguage" :lang="language === 'en' ? 'zh-CN' : 'en'">{{ language === 'en' ? '中文' : 'English' }}</button>
      <time class="clock" v-age="{ clock: true }"></time>
    </header>

    <div v-if="up === false" class="banner lost" role="alert" :data-after-ms="lost.afterMs"><b>{{ t.cut }}</b>
      <span><span v-age="{ us: lost.us }"></span>{{ language === 'zh' ? '' : ' ' }}{{ t.ago }}</span><span>{{ t.cutMore }}</span></div>
    <div v-if="up === null" class="banner quiet" role="status">{{ t.connecting }}</div>
    <div v-if="stale" class="banner stopped" role="alert"><b>{{ t.stale }}</b>
      <span>{{ t.since }} {{ clockTime(stale.since_us) }} · <span v-age="{ us: stale.since_us }"></span></span>
      <span>{{ t.staleMore }}</span></div>
    <div v-if="notice" class="banner notice" role="alert">{{ notice }}</div>

    <main v-if="!page.id">
      <section v-if="mapped" class="mapped" :class="{ doubtful: stale }">
        <map-view :units="units" :moved="moved" :rows="rows" :alarms="standing" :language="language" :now="nowMs" @open="open"></map-view>
      </section>
      <section v-else class="patients" :class="{ doubtful: stale }" :aria-label="t.patients">
        <patient-list @open="open"></patient-list>
      </section>
      <section class="alarms" :aria-label="t.alarms"><alarm-list @open="open"></alarm-list></section>
    </main>
    <patient-page v-else @close="open('')"></patient-page>
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
