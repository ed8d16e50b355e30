// Five things that only the browser can do: say which button was tapped, count ages on, sound, say how
// many alarms are not in sight, which no tap takes, and that the screen itself has stopped. The server
// draws all else.
"use strict";

(() => {
  const FROZEN_MS = 3000;
  const MICROSECONDS = 1000;
  let beat = "";
  let beatAt = performance.now();
  let offset = null; // vehicle time minus this browser's monotonic time, ms
  let words = { ago: "", lost: "" };
  let seen = new Set(); // alarms of the list that have been in sight

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) emitEvent("act", button.dataset.act === "acknowledge" ? inSight(button) : { ...button.dataset });
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

  function inSight(button) {
    const alarms = JSON.parse(button.dataset.alarms).filter(([id]) => seen.has(id));
    return { ...button.dataset, alarms: JSON.stringify(alarms) };
  }

  // Who has read four of six alarms takes four; the number stands on the button.
  function look(list) {
    const shown = [...list.querySelectorAll("[data-alarm]:not(button, .beyond)")].map((one) => one.dataset.alarm);
    const there = new Set([...list.querySelectorAll("[data-alarm]")].map((one) => one.dataset.alarm));
    seen = new Set([...seen, ...shown].filter((id) => there.has(id)));
    const take = list.querySelector("[data-act=acknowledge]");
    if (!take) return;
    const number = JSON.parse(inSight(take).alarms).length;
    const label = take.textContent.replace(/ \(\d+\)$/, "") + (number > 1 ? ` (${number})` : "");
    if (take.textContent !== label) take.textContent = label;
  }

  // An alarm beneath the one that leads is whole or not there: below the list stands how many are not.
  function fit() {
    const list = document.querySelector(".part.alarms");
    if (!list) return;
    countOut(list);
    look(list);
  }

  function countOut(list) {
    const more = list.querySelector(".more");
    if (!more) return;
    const { top, bottom } = list.getBoundingClientRect();
    const lines = [...list.querySelectorAll("li")];
    const end = lines.at(-1).getBoundingClientRect().bottom + list.scrollTop;
    more.hidden = end <= bottom + 1;
    const lowest = bottom - more.offsetHeight;
    let below = 0;
    for (const line of lines) {
      const place = line.getBoundingClientRect();
      const under = place.bottom > lowest + 1;
      below += under;
      line.classList.toggle("beyond", under || place.top < top - 1);
    }
    const words = below ? more.dataset.more.replace("{n}", below) : "";
    if (more.textContent !== words) more.textContent = words;
  }

  function watch() {
    listen();
    count();
    const list = document.querySelector(".part.alarms");
    if (list && !list.observed) {
      list.observed = new MutationObserver(fit);
      list.observed.observe(list, { childList: true });
      list.addEventListener("scroll", fit);
    }
    fit();
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
