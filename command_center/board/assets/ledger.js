// What the center has told: patients, alarms, and the order in which they need somebody.
//
// The alarms of a patient are one story, led by the most urgent: of two of one priority the one that
// nobody has taken, then the one about the patient, then the newest. What is about no patient is a
// story of its own.
//
// Each patient and each alarm is a reference of its own, so that a line is drawn anew when it changed
// and never because another one did; a line that nobody looks at costs nothing.

import { shallowReactive, shallowRef } from "vue";
import { Order } from "/board/assets/order.js";

// An alarm that joins others is not taken by a key or click that was meant for them, nor is a card
// that is selected because the one before is gone.
export const SEEN_MS = 700;
const NONE = Object.freeze([]);

const byNeed = (a, b) =>
  b.rank - a.rank || (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : 0) || (a.place < b.place ? -1 : a.place > b.place ? 1 : 0);
const byUrgency = (a, b) =>
  b.priority - a.priority || b.open - a.open || a.technical - b.technical || b.learned - a.learned || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const need = (row) => ({ rank: row.rank, unit: row.unit, place: `${row.bay ?? ""} ${row.id}` });
const urgency = (alarm) => ({ priority: alarm.priority, open: +alarm.unacknowledged, technical: +alarm.technical, learned: alarm.learned_us, id: alarm.id });
const storyOf = (alarm) => alarm.encounter || alarm.id;

export class Ledger {
  constructor() {
    this.rows = new Map();
    this.alarms = new Map();
    this.about = new Map();
    this.byNeed = new Order(byNeed);
    this.byUrgency = new Order(byUrgency);
    this.patients = shallowRef(NONE); // encounters, who needs help first
    this.listed = shallowRef(NONE); // stories, the most urgent first
    this.joined = shallowReactive(new Set()); // alarms that joined others just now
    this.counts = shallowRef(Object.freeze({ 3: 0, 2: 0, 1: 0, open: 0, stale: "" }));
    this.counted = true;
  }

  row(id) { return this.reference(this.rows, id, null); }
  alarm(id) { return this.reference(this.alarms, id, null); }
  alarmsOf(id) { return this.reference(this.about, id, NONE); }

  // Alarms of one patient, or all stories.
  choices(id) { return id ? this.alarmsOf(id).value.map((alarm) => alarm.id) : this.listed.value; }

  // What asks somebody at the center by sound at this instant.
  calls(nowUs) {
    return [...this.alarms.values()].map((reference) => reference.value)
      .filter((alarm) => alarm && alarm.current && alarm.unacknowledged && alarm.paused_until_us <= nowUs)
      .map(({ id, priority }) => ({ id, priority }));
  }

  take(message) {
    if (message.begin) this.begin(message);
    for (const alarm of message.alarms ?? []) this.tellAlarm(alarm);
    for (const id of message.gone ?? []) this.endAlarm(id);
    for (const id of message.left ?? []) this.leave(id);
    for (const row of message.rows ?? []) this.tellRow(row);
    this.settle();
  }

  // Everything that stands comes with the message: what is not in it is over.
  begin(message) {
    const rows = new Set(message.rows.map((row) => row.id));
    const alarms = new Set(message.alarms.map((alarm) => alarm.id));
    for (const id of [...this.byNeed.names]) if (!rows.has(id)) this.leave(id);
    for (const id of [...this.alarms.keys()]) if (!alarms.has(id)) this.endAlarm(id);
  }

  tellRow(row) {
    this.row(row.id).value = Object.freeze(row);
    this.byNeed.place(row.id, need(row));
  }

  leave(id) {
    this.byNeed.drop(id);
    const row = this.rows.get(id);
    this.rows.delete(id);
    if (row) row.value = null;
  }

  tellAlarm(alarm) {
    if (!alarm.current) { this.endAlarm(alarm.id); return; }
    const others = this.others(storyOf(alarm), alarm.id);
    const before = this.alarm(alarm.id).value;
    if (others.length && !(before?.priority >= alarm.priority)) this.join(alarm.id);
    this.alarm(alarm.id).value = Object.freeze(alarm);
    this.setAbout(storyOf(alarm), [...others, alarm]);
  }

  endAlarm(id) {
    const reference = this.alarms.get(id);
    const known = reference?.value;
    this.alarms.delete(id);
    if (!known) return;
    reference.value = null;
    this.setAbout(storyOf(known), this.others(storyOf(known), id));
  }

  join(id) {
    this.joined.add(id);
    setTimeout(() => this.joined.delete(id), SEEN_MS);
  }

  others(story, id) { return this.alarmsOf(story).value.filter((alarm) => alarm.id !== id); }

  setAbout(story, alarms) {
    alarms.sort((a, b) => byUrgency(urgency(a), urgency(b)));
    this.alarmsOf(story).value = alarms;
    if (alarms.length) this.byUrgency.place(story, urgency(alarms[0]));
    else this.byUrgency.drop(story);
    if (!alarms.length && !this.rows.has(story)) this.about.delete(story);
    this.counted = false;
  }

  settle() {
    if (this.byNeed.moved) this.patients.value = [...this.byNeed.names];
    if (this.byUrgency.moved) this.listed.value = [...this.byUrgency.names];
    this.byNeed.moved = this.byUrgency.moved = false;
    if (!this.counted) this.counts.value = this.count();
    this.counted = true;
  }

  count() {
    const counts = { 3: 0, 2: 0, 1: 0, open: 0, stale: "" };
    for (const { value: alarm } of this.alarms.values()) {
      if (!alarm) continue;
      counts[alarm.priority] += 1;
      counts.open += alarm.unacknowledged ? 1 : 0;
      if (alarm.cause === "DETECTION_STALE") counts.stale = alarm.id;
    }
    return Object.freeze(counts);
  }

  reference(kept, id, otherwise) {
    if (!kept.has(id)) kept.set(id, shallowRef(otherwise));
    return kept.get(id);
  }
}
