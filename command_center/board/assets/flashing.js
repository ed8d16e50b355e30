// The flash of alarms that nobody has taken, at the rates in the head of the page (IEC 60601-1-8). One
// attribute of the document says which are dark now. An endless animation would make the browser
// draw every frame, sixty a second, for what changes four times.

const HIGH = 3;
const MEDIUM = 2;

export function flash(root) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const rate = (priority) => window.alarmSound.flash(priority).period_ms / 2;
  const slow = Math.round(rate(MEDIUM) / rate(HIGH));
  let half = 0;
  setInterval(() => {
    half += 1;
    const dark = [half % 2 ? "fast" : "", Math.floor(half / slow) % 2 ? "slow" : ""];
    root.dataset.flash = dark.filter(Boolean).join(" ");
  }, rate(HIGH));
}
