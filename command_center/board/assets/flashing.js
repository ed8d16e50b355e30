// The flash of alarms that nobody has taken: high 2 Hz, medium 0.6 Hz, as IEC 60601-1-8 asks. One
// attribute of the document says which are dark now. An endless animation would make the browser
// draw every frame, sixty a second, for what changes four times.

const FAST_MS = 250;
const SLOW = 3; // Half a period of medium, in halves of a period of high.

export function flash(root) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  let half = 0;
  setInterval(() => {
    half += 1;
    const dark = [half % 2 ? "fast" : "", Math.floor(half / SLOW) % 2 ? "slow" : ""];
    root.dataset.flash = dark.filter(Boolean).join(" ");
  }, FAST_MS);
}
