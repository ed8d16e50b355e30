// The twelve-lead ECGs of a patient: the sheet on its grid, what is measured on it, and what is said.

import { computed, ref, watch } from "vue";
import { clockTime } from "/board/assets/words.js";

const WORDS = {
  en: {
    title: "12-lead ECG", recorded: "recorded", rate: "rate", qrs: "QRS", level: "ST level at J, at J + 60 ms (mV)",
    yes: "Meets the criteria of ST-elevation infarction", no: "Does not meet the criteria of ST-elevation infarction. That rules nothing out.",
    notSaid: "Not said whether it shows infarction:", look: "A person must look at the tracing.",
    source: "Fourth Universal Definition of Myocardial Infarction (2018), table 2", failed: "The sheet cannot be shown.",
    notDiagnosis: "Not for diagnosis",
    walls: { anterior: "anterior", lateral: "lateral", inferior: "inferior" },
    declined: {
      NOISE: "too few beats alike, or too much noise", RATE: "too fast for the ST segment to be seen",
      PERSON: "the criteria depend on a sex or an age that is not known", HYPERTROPHY: "elevation in proportion to the voltages of hypertrophy",
      WIDE_QRS: "elevation after a broad QRS", DIFFUSE: "elevation of several walls without a mirror image, as in pericarditis",
      NEARLY: "just under the criteria, with a mirror image: take the ECG again",
    },
  },
  zh: {
    title: "12 导联心电图", recorded: "记录于", rate: "心率", qrs: "QRS", level: "J 点及 J + 60 ms 的 ST 段水平 (mV)",
    yes: "符合ST段抬高型心肌梗死标准", no: "不符合ST段抬高型心肌梗死标准,但不能据此排除。",
    notSaid: "未能判断是否梗死:", look: "须由人查看图形。",
    source: "第四版心肌梗死通用定义 (2018),表 2", failed: "图纸无法显示。",
    notDiagnosis: "不得用于诊断",
    walls: { anterior: "前壁", lateral: "侧壁", inferior: "下壁" },
    declined: {
      NOISE: "相似心搏过少或干扰过大", RATE: "心率过快,ST 段无法辨认",
      PERSON: "标准取决于未知的性别或年龄", HYPERTROPHY: "抬高与肥厚电压成比例",
      WIDE_QRS: "宽 QRS 后的抬高", DIFFUSE: "多壁抬高而无镜像,如心包炎",
      NEARLY: "略低于标准且有镜像:请复查心电图",
    },
  },
};

export const EcgSheets = {
  props: { encounter: String, ecgs: Array, language: String },
  setup(props) {
    const chosen = ref("");
    const failed = ref(false);
    const w = computed(() => WORDS[props.language]);
    const ecg = computed(() => props.ecgs.find((one) => one.id === chosen.value) ?? props.ecgs[0]);
    watch(ecg, () => { failed.value = false; });
    const walls = computed(() => ecg.value.territory.map((wall) => w.value.walls[wall] ?? wall).join(", "));
    const statement = computed(() => {
      const { stemi, declined } = ecg.value;
      if (stemi === null) return `${w.value.notSaid} ${w.value.declined[declined] ?? declined}. ${w.value.look}`;
      return stemi ? `${w.value.yes}${walls.value ? `: ${walls.value}` : ""}` : w.value.no;
    });
    const signed = (mv) => (mv < 0 ? "−" : "+") + Math.abs(mv).toFixed(2);
    return { w, ecg, chosen, failed, statement, signed, clockTime, address: computed(() => `/board/ecg/${props.encounter}/${ecg.value.id}`) };
  },
  template: `
  <section class="ecg" :aria-label="w.title" :data-ecg="ecg.id">
    <header class="ecg-head">
      <h2>{{ w.title }} <small>{{ w.recorded }} {{ clockTime(ecg.recorded_us) }} · {{ ecg.unit }}</small></h2>
      <span v-if="ecg.heart_rate_bpm !== null">{{ w.rate }} <b>{{ ecg.heart_rate_bpm }}</b> /min · {{ w.qrs }} <b>{{ ecg.qrs_ms }}</b> ms</span>
      <button v-for="one in ecgs.length > 1 ? ecgs : []" :key="one.id" :aria-pressed="one.id === ecg.id" @click="chosen = one.id">{{ clockTime(one.recorded_us) }}</button>
    </header>
    <p class="ecg-said" :class="{ yes: ecg.stemi }" role="status">{{ statement }}</p>
    <p v-if="ecg.criteria.length" class="ecg-why" lang="en">{{ ecg.criteria.join('; ') }} <small>({{ w.source }})</small></p>
    <p v-if="failed" class="empty">{{ w.failed }}</p>
    <img v-else :src="address" :alt="w.title + ' ' + statement" @error="failed = true">
    <table v-if="ecg.leads.length" class="ecg-levels"><caption>{{ w.level }} · {{ w.notDiagnosis }}</caption>
      <thead><tr><th v-for="one in ecg.leads" scope="col">{{ one.lead }}</th></tr></thead>
      <tbody><tr><td v-for="one in ecg.leads">{{ signed(one.j_mv) }}</td></tr>
        <tr><td v-for="one in ecg.leads">{{ signed(one.st60_mv) }}</td></tr></tbody></table>
  </section>`,
};
