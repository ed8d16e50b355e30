// What a dispatcher asks of the center, and what came of it.

import { reactive, ref } from "vue";

const MOST_TOGETHER = 33; // The center's: one, and 32 beside it.

const seen = ({ id, priority, revision }) => ({ alarm: id, priority, revision });

export class Acting {
  constructor(t, up) {
    this.t = t;
    this.up = up;
    this.person = ref("");
    this.draft = ref("");
    this.notice = ref("");
    this.taking = reactive(new Set());
    this.resetting = reactive(new Set());
    this.hushing = reactive(new Set());
    this.sending = ref(false); // a message to a crew, unanswered
    this.asked = new Map();
    this.requests = 0;
    this.link = null;
    this.nameMissing = () => {};
  }

  // Take these alarms of one patient, the one that leads first.
  acknowledge(alarms) {
    const [first, ...also] = alarms.filter((alarm) => alarm?.unacknowledged && alarm.current && !this.taking.has(alarm.id)).slice(0, MOST_TOGETHER);
    if (!first) return;
    const ids = [first, ...also].map((alarm) => alarm.id);
    if (this.ask("take", { ...seen(first), also: also.map(seen) }, { alarms: ids })) for (const id of ids) this.taking.add(id);
  }

  // Pause the sound of these alarms of one patient, the one that was meant first; 0 s ends a pause.
  pause(alarms, seconds) {
    const [first, ...also] = alarms.filter((alarm) => alarm?.unacknowledged && alarm.current && !this.hushing.has(alarm.id)).slice(0, MOST_TOGETHER);
    if (!first) return;
    const body = { ...seen(first), seconds, also: also.map(seen) };
    const ids = [first, ...also].map((alarm) => alarm.id);
    if (this.ask("pause", body, { alarms: ids })) for (const id of ids) this.hushing.add(id);
  }

  escalate(alarm, to, reason) {
    const said = reason.trim().slice(0, 200);
    if (!alarm?.current) return false;
    if (!said) { this.notice.value = this.t.value.reasonNeeded; return false; }
    return this.ask("escalate", { ...seen(alarm), to, reason: said }, { alarm: alarm.id });
  }

  // Limits of one patient, for a time; both null: back to the catalogue's.
  limit(encounter, cause, limits, minutes, reason) {
    const said = reason.trim().slice(0, 200);
    if (!said) { this.notice.value = this.t.value.limitReason; return false; }
    return this.ask("limit", { encounter, cause, ...limits, minutes, reason: said }, {});
  }

  reset(alarm) {
    if (alarm?.state !== "LATCHED" || this.resetting.has(alarm.id)) return;
    if (this.ask("reset", { alarm: alarm.id, revision: alarm.revision }, { alarm: alarm.id })) this.resetting.add(alarm.id);
  }

  write(unit, encounter) {
    const text = this.draft.value.trim();
    if (text && !this.sending.value) this.sending.value = this.ask("write", { unit, encounter, text }, { text: this.draft.value });
  }

  ask(type, body, what) {
    const person = this.person.value.trim().slice(0, 64);
    const request_id = `${crypto.randomUUID()}-${(this.requests += 1)}`;
    if (!person) { this.notice.value = this.t.value.nameNeeded; this.nameMissing(); return false; }
    if (this.up.value !== true || !this.link.ask(type, { request_id, person, ...body })) {
      this.notice.value = this.t.value.offline;
      return false;
    }
    this.notice.value = "";
    this.asked.set(request_id, { ...what, over: this.link.socket });
    return true;
  }

  take(message) {
    if (message.begin) this.giveUp();
    for (const alarm of message.alarms ?? []) {
      if (!alarm.unacknowledged || !alarm.current) this.taking.delete(alarm.id);
      this.hushing.delete(alarm.id);
      if (alarm.state !== "LATCHED") this.resetting.delete(alarm.id);
    }
    if (message.done) this.answered(message.done.request_id, "");
    if (message.refused) this.answered(message.refused.request_id, message.refused.why, message.refused.words);
  }

  // Answers come over the link that was asked: of what was asked over another nothing will be known.
  giveUp() {
    for (const [request, { over }] of [...this.asked]) if (over !== this.link.socket) this.answered(request, "NOT_KNOWN");
  }

  answered(request, why, words) {
    const t = this.t.value;
    const what = this.asked.get(request);
    this.asked.delete(request);
    this.notice.value = { "": "", OVER: t.over, HOLDS: t.holds, NOT_KNOWN: t.notKnown, UNSAFE: t.unsafe }[why] ?? t.wrong;
    if (why === "NOT_KNOWN" && what?.text) this.notice.value = t.messageNotKnown;
    if (why === "UNSAFE") this.notice.value += ` ${words}`;
    if (!what) return;
    for (const id of what.alarms ?? [what.alarm]) for (const asked of [this.taking, this.resetting, this.hushing]) asked.delete(id);
    if (what.text) this.sending.value = false;
    if (what.text && !why && this.draft.value === what.text) this.draft.value = "";
  }
}
