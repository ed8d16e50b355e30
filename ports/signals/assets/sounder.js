// Plays the bursts of alarms by WebAudio, as the patterns in the head of the page say.
//
// A browser lets a page make no sound before somebody has touched it. Until then the state is
// "locked" and the first click or key anywhere unlocks it; "off" is somebody's choice or the
// program's setting, kept by this browser; "broken" is a browser without sound. A page shows every
// state but "on" so that nobody waits for a sound that cannot come.
"use strict";

(() => {
  const KEPT = "goldenhour.sound";
  const VOLUME = 0.5;
  const RISE = 0.15; // Share of a pulse in which it rises and falls, 10 to 40 % by Table 4.
  const AHEAD_S = 0.05; // A burst begins so far in the future: what is due at once is late.
  const TURN_MS = 200;

  const patterns = JSON.parse(document.getElementById("alarm-signals").textContent);
  let context = null;
  let wave = null;
  let calls = []; // [{ id, priority }]: what asks by sound now
  const heard = new Set(); // of those, which have been heard at their priority
  let playing = []; // oscillators of the burst that is under way
  let burstEndMs = 0;
  let urgent = 0; // priority of what asks by sound

  const wanted = () => (localStorage.getItem(KEPT) ?? (patterns.sound ? "on" : "off")) === "on";

  function state() {
    if (!wanted()) return "off";
    if (!window.AudioContext) return "broken";
    return context?.state === "running" ? "on" : "locked";
  }

  function say() {
    const root = document.documentElement;
    const now = state();
    if (root.dataset.sound === now) return;
    root.dataset.sound = now;
    window.dispatchEvent(new CustomEvent("sound", { detail: now }));
  }

  async function unlock() {
    if (!window.AudioContext || !wanted()) { say(); return; }
    if (!context) {
      context = new AudioContext();
      const imag = new Float32Array([0, ...patterns.harmonics]);
      wave = context.createPeriodicWave(new Float32Array(imag.length), imag);
      context.onstatechange = say;
    }
    if (context.state !== "running") await context.resume();
    say();
    turn();
  }

  function hush() {
    for (const oscillator of playing) oscillator.stop();
    playing = [];
    burstEndMs = 0;
  }

  function pulse(atS, lengthS, frequency) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.setPeriodicWave(wave);
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, atS);
    gain.gain.linearRampToValueAtTime(VOLUME, atS + RISE * lengthS);
    gain.gain.setValueAtTime(VOLUME, atS + (1 - RISE) * lengthS);
    gain.gain.linearRampToValueAtTime(0, atS + lengthS);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(atS);
    oscillator.stop(atS + lengthS);
    playing.push(oscillator);
  }

  const name = (call) => `${call.priority} ${call.id}`;

  function turn() {
    say();
    if (state() !== "on") { if (context) hush(); return; }
    const highest = Math.max(0, ...calls.map((call) => call.priority));
    if (highest !== urgent) hush();
    urgent = highest;
    const names = new Set(calls.map(name));
    for (const one of heard) if (!names.has(one)) heard.delete(one);
    const burst = patterns.bursts[highest];
    if (!burst) return;
    const loud = calls.filter((call) => call.priority === highest).map(name);
    const news = loud.some((one) => !heard.has(one));
    const now = performance.now();
    const again = burst.again_after_ms !== null && now >= burstEndMs + burst.again_after_ms;
    if (!(again || (news && now >= burstEndMs))) return;
    hush();
    const beginS = context.currentTime + AHEAD_S;
    for (const start of burst.starts_ms) pulse(beginS + start / 1000, burst.pulse_ms / 1000, burst.frequency_hz);
    burstEndMs = now + burst.length_ms;
    for (const one of loud) heard.add(one);
  }

  window.alarmSound = {
    state,
    call(now) { calls = now; },
    calling: () => calls,
    preset(sound) { patterns.sound = sound; say(); },
    async toggle() {
      localStorage.setItem(KEPT, wanted() ? "off" : "on");
      if (wanted()) await unlock();
      else turn();
    },
    flash: (priority) => patterns.flashes[priority],
  };

  for (const touch of ["pointerdown", "keydown"]) {
    window.addEventListener(touch, () => { if (state() === "locked") unlock(); }, true);
  }
  setInterval(turn, TURN_MS);
  say();
})();
