// Ages that grow by themselves: one pass a second writes the texts that have changed, and nothing is
// drawn anew for it. `v-age` takes { us } and counts from that instant to now, by the center's clock;
// with { from } only what is older is shown, with { old } the line around it is marked `data-old`
// when it is older than that; without an instant it says { none }. { clock } is the time of day.

import { reactive } from "vue";
import { clockTime, span } from "/board/assets/words.js";

const EVERY_MS = 1000;

export class Ages {
  constructor(language) {
    this.language = language;
    this.places = new Set();
    this.nowMs = () => Date.now();
    this.second = reactive({ nowMs: Date.now() }); // for the few that do compute with it
    this.directive = {
      mounted: (place, { value }) => { place.age = value; this.places.add(place); this.write(place); },
      updated: (place, { value }) => { place.age = value; this.write(place); },
      unmounted: (place) => this.places.delete(place),
    };
  }

  run() { return setInterval(() => this.pass(), EVERY_MS); }

  pass() {
    this.second.nowMs = this.nowMs();
    for (const place of this.places) this.write(place);
  }

  write(place) {
    const { us, old } = place.age;
    const age = us === null || us === undefined ? Infinity : this.nowMs() - us / 1000;
    const text = this.text(place.age, age);
    if (place.textContent !== text) place.textContent = text;
    if (old) place.closest(".line").toggleAttribute("data-old", age > old);
  }

  text({ clock, from = -Infinity, none = "" }, age) {
    if (clock) return clockTime(this.nowMs() * 1000);
    if (age === Infinity) return none;
    return age > from ? span(age, this.language.value) : "";
  }
}
