// What the center has told: patients, alarms, and the order in which they need somebody.
//
// Each patient and each alarm is a reference of its own, so that a line is drawn anew when it changed
// and never because another one did; a line that nobody looks at costs nothing.

import { shallowRef } from "vue";
import { Order } from "/board/assets/order.js";

const NONE = Object.freeze([]);

const byNeed = (a, b) =>
  b.rank - a.rank || (a.unit < b.unit ? -1 : a.unit > b.unit ? 1 : 0) || (a.place < b.place ? -1 : a.place > b.place ? 1 : 0);
const byUrgency = (a, b) =>
  b.priority - a.priority || b.open - a.open || b.learned - a.learned || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const need = (row) => ({ rank: row.rank, unit: row.unit, place: `${row.bay ?? ""} ${row.id}` });
const urgency = (alarm) => ({ priority: alarm.priority, open: +alarm.unacknowledged, learned: alarm.learned_us, id: alarm.id });

export class Ledger {
  constructor() {
    this.rows = new Map();
    this.alarms = new Map();
    this.about = new Map();
    this.byNeed = new Order(byNeed);
    this.byUrgency = new Order(byUrgency);
    this.patients = shallowRef(NONE); // encounters, who needs help first
    this.listed = shallowRef(NONE); // alarms, the most urgent first
    this.counts = shallowRef(Object.freeze({ 3: 0, 2: 0, 1: 0, open: 0, stale: "" }));
    this.counted = true;
  }

  row(id) { return this.reference(this.rows, id, null); }
  alarm(id) { return this.reference(this.alarms, id, null); }
  alarmsOf(id) { return this.reference(this.about, id, NONE); }

  // Alarms of one patient, or all of them.
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
    for (const id of [...this.byUrgency.names]) if (!alarms.has(id)) this.endAlarm(id);
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
    this.alarm(alarm.id).value = Object.freeze(alarm);
    this.byUrgency.place(alarm.id, urgency(alarm));
    this.setAbout(alarm.encounter, [...this.others(alarm.encounter, alarm.id), alarm]);
  }

  endAlarm(id) {
    const reference = this.alarms.get(id);
    const known = reference?.value;
    this.byUrgency.drop(id);
    this.alarms.delete(id);
    if (!known) return;
    reference.value = null;
    this.setAbout(known.encounter, this.others(known.encounter, id));
  }

  others(encounter, id) { return this.alarmsOf(encounter).value.filter((alarm) => alarm.id !== id); }

  setAbout(encounter, alarms) {
    alarms.sort((a, b) => byUrgency(urgency(a), urgency(b)));
    this.alarmsOf(encounter).value = alarms;
    if (!alarms.length && !this.rows.has(encounter)) this.about.delete(encounter);
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
