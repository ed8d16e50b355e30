// One patient: the numbers, the last minutes, why each alarm was raised, and the messages with the crew.

import { computed, inject } from "vue";
import { AlarmCard } from "/board/assets/alarms.js";
import { CtSeries } from "/board/assets/ct.js";
import { EcgSheets } from "/board/assets/ecg.js";
import { Examined } from "/board/assets/examined.js";
import { EventStrip } from "/board/assets/event_strip.js";
import { LimitForm } from "/board/assets/limits.js";
import { LiveStrip } from "/board/assets/strip.js";
import { PatientRow } from "/board/assets/patients.js";
import { Situated } from "/board/assets/situated.js";
import { Timeline } from "/board/assets/timeline.js";
import { clockTime, driver } from "/board/assets/words.js";

export const PatientPage = {
  components: { AlarmCard, CtSeries, EcgSheets, EventStrip, Examined, LimitForm, LiveStrip, PatientRow, Situated, Timeline },
  emits: ["close"],
  setup() {
    const { ledger, acting, page, t, language, theme, up, ages, ct } = inject("board");
    const patient = computed(() => ledger.row(page.id).value);
    return {
      page, t, language, theme, up, patient, clockTime, driver, ct,
      alarms: computed(() => ledger.alarmsOf(page.id).value),
      strip: computed(() => page.strips.find((one) => one.alarm === page.strip)),
      draft: acting.draft,
      sending: acting.sending,
      send: () => { if (patient.value) acting.write(patient.value.unit, page.id); },
      expired: (message) => !message.receipts.length && message.expires_us / 1000 < ages.second.nowMs,
    };
  },
  template: `
    <main class="page">
      <section class="patient">
        <button class="back" @click="$emit('close')">← {{ t.back }}</button>
        <p v-if="up && !patient" class="empty">{{ t.gone }}</p>
        <template v-if="patient">
          <table class="single" role="table"><tbody role="rowgroup"><patient-row :id="page.id" large></patient-row></tbody></table>
          <p v-if="patient.outlook && patient.outlook.drivers.length" class="drivers">{{ t.drives }}
            <span v-for="one in patient.outlook.drivers">{{ t.vital[one.column] ?? one.column }} <b>{{ driver(one.odds_factor) }}</b></span></p>
          <examined v-if="patient.examined.length" :of="patient.examined"></examined>
          <situated :of="patient.situated"></situated>
          <limit-form :encounter="page.id" :choices="page.adjustable" :limits="patient.limits" :language="language"></limit-form>
          <live-strip :key="page.id" :id="page.id" :t="t" :language="language" :theme="theme" :alarms="alarms"></live-strip>
          <event-strip v-if="strip" :key="strip.alarm" :encounter="page.id" :strip="strip" :t="t" @close="page.strip = ''"></event-strip>
          <ecg-sheets v-if="page.ecgs.length" :encounter="page.id" :ecgs="page.ecgs" :language="language"></ecg-sheets>
          <ct-series v-if="page.series.length" ref="ct" :encounter="page.id" :series="page.series" :language="language"></ct-series>
          <h2>{{ t.timeline }}</h2>
          <timeline></timeline>
        </template>
      </section>
      <section class="alarms" :aria-label="t.history">
        <h2>{{ t.history }} <small>{{ t.since_start }}</small></h2>
        <alarm-card v-for="alarm in page.history" :key="alarm.id" :id="alarm.id" :told="alarm" full></alarm-card>
        <p v-if="!page.history.length" class="empty">{{ t.noAlarms }}</p>
        <template v-if="patient">
          <h2>{{ t.messages }}</h2>
          <form class="write" @submit.prevent="send">
            <textarea id="message" v-model="draft" maxlength="1000" rows="2" :aria-label="t.write + ' ' + patient.unit"
              :placeholder="t.write + ' ' + patient.unit" @keydown.enter.exact.prevent="send"></textarea>
            <button id="send" :disabled="sending || !draft.trim()">{{ t.send }}</button>
          </form>
          <article v-for="message in page.messages" :key="message.id" class="message">
            <b v-if="message.encounter && message.encounter !== page.id" class="other">{{ t.otherPatient }}</b>
            <p>{{ message.text }}</p>
            <footer><bdi>{{ message.person }}</bdi> · {{ clockTime(message.issued_us) }}
              <span v-if="!message.receipts.length" class="stage">{{ t.SENT }}</span>
              <span v-for="receipt in message.receipts" class="stage reached">✓ {{ t.answers[receipt.answer] ?? t[receipt.stage] }} {{ clockTime(receipt.at_us) }}
                <template v-if="receipt.person"><bdi>{{ receipt.person }}</bdi></template></span>
              <span v-if="expired(message)" class="stage late">{{ t.expired }}</span>
            </footer>
          </article>
          <p v-if="!page.messages.length" class="empty">{{ t.noMessages }}</p>
        </template>
      </section>
    </main>`,
};
