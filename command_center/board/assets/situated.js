// The scores of the injured and of those in whom an infection is suspected: each with its value, what it
// asks for, or why it was refused. While the crew has said nothing, that is what is told.

import { inject } from "vue";

const NOT_SAID = ["MISSING:injury", "MISSING:infection_suspected"];

export const Situated = {
  props: { of: Array },
  setup() {
    const { t } = inject("board");
    return { t };
  },
  methods: {
    name: (one) => (one.name === "QSOFA" ? "qSOFA" : one.name),
    number(one) {
      const digits = (value) => (one.name === "RTS" ? value.toFixed(2) : String(value));
      if (one.value !== null) return digits(one.value);
      if (one.bound === null) return "–";
      return (one.name === "QSOFA" ? "≥ " : "≤ ") + digits(one.bound);
    },
    asks(one) { return this.t.examined[one.name === "QSOFA" ? "sepsis" : "trauma"]; },
    why(one) {
      return one.refusals.map((refusal) => {
        const [reason, column] = refusal.split(":");
        const said = NOT_SAID.includes(refusal) ? this.t.examined.unsaid : this.t.examined.refused[reason] ?? reason;
        return `${this.t.vital[column] ?? column}: ${said}`;
      }).join(", ");
    },
  },
  template: `
    <section class="situated" :aria-label="t.examined.situated">
      <p v-if="!of.length" class="unsaid"><small>{{ t.examined.notSaid }}</small></p>
      <p v-else>
        <span v-for="one in of" :key="one.name" :data-score="one.name" :class="{ asks: one.asks }">{{ name(one) }} <b>{{ number(one) }}<template v-if="one.asks">: {{ asks(one) }}</template></b>
          <small v-if="one.refusals.length">{{ why(one) }}</small></span>
      </p>
    </section>`,
};
