// Four things that only the browser can do: say which button was tapped, count ages on, sound, and
// say that the screen itself has stopped. Everything else is drawn by the server.
"use strict";

(() => {
  const FROZEN_MS = 3000;
  const MICROSECONDS = 1000;
  let beat = "";
  let beatAt = performance.now();
  let offset = null; // vehicle time minus this browser's monotonic time, ms
  let words = { ago: "", lost: "" };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) emitEvent("act", { ...button.dataset });
    if (event.target.closest("[data-sound-switch]")) window.alarmSound.toggle();
  });

  function listen() {
    const said = document.querySelector("[data-beat]");
    if (!said) return;
    const { beat: newest, now, language, light, ago, lost, title } = said.dataset;
    const root = document.documentElement;
    if (root.lang !== language || root.dataset.light !== light) {
      root.lang = language;
      root.dataset.light = light;
      const address = new URL(location.href);
      address.searchParams.set("lang", language);
      address.searchParams.set("light", light);
      history.replaceState(null, "", address);
    }
    document.title = title;
    words = { ago, lost };
    if (newest !== beat || offset === null) offset = Number(now) / MICROSECONDS - performance.now();
    if (now !== said.seen) beatAt = performance.now();
    said.seen = now;
    beat = newest;
  }

  function age(seconds) {
    const chinese = document.documentElement.lang === "zh-CN";
    if (seconds < 120) return `${seconds}${chinese ? " 秒" : " s"}`;
    return `${Math.floor(seconds / 60)}${chinese ? " 分钟" : " min"}`;
  }

  function count() {
    if (offset === null) return;
    const now = offset + performance.now();
    const clock = document.querySelector("[data-clock]");
    if (clock) clock.textContent = new Date(now).toTimeString().slice(0, 8);
    for (const place of document.querySelectorAll("[data-at]")) {
      const seconds = Math.max(0, Math.floor(now / 1000 - Number(place.dataset.at) / 1e6));
      const shown = seconds >= Number(place.dataset.after);
      const text = shown ? `${age(seconds)} ${place.closest(".event, .alarm") ? "" : words.ago}`.trim() : "";
      if (place.textContent !== text) place.textContent = text;
    }
  }

  function watch() {
    listen();
    count();
    const frozen = offset !== null && performance.now() - beatAt > FROZEN_MS;
    document.documentElement.classList.toggle("frozen", frozen);
    let banner = document.getElementById("frozen");
    if (frozen && !banner) {
      banner = document.createElement("p");
      banner.id = "frozen";
      banner.setAttribute("role", "alert");
      banner.textContent = words.lost;
      document.body.prepend(banner);
    }
    if (!frozen && banner) banner.remove();
    const said = document.querySelector("[data-calls]");
    const calls = said ? JSON.parse(said.dataset.calls) : [];
    if (frozen) calls.push({ id: "screen", priority: 2 });
    window.alarmSound.call(calls);
  }

  setInterval(watch, 200);
})();
