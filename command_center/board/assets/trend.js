// The trend of one patient: score, vital signs and alarms under one time line.

const WIDTH = 860;
const LEFT = 122;
const RIGHT = 66;
const LANE = 62;
const GAP = 8;
const EVENT = 18;
const LEAST_MS = 2 * 60_000;
const BROKEN_MS = 10_000;

// Columns of a point: instant, score, then the vital signs in the order of the center.
const LANES = [
  { name: "score", columns: [1], low: 0, high: 12, marks: [5, 7], step: true },
  { name: "hr", columns: [2], other: 3, low: 30, high: 180, marks: [60, 120] },
  { name: "rr", columns: [4], low: 0, high: 40, marks: [10, 30] },
  { name: "spo2", columns: [5], low: 70, high: 100, marks: [80, 90] },
  { name: "bp", columns: [6, 7], low: 30, high: 210, marks: [90, 150] },
  { name: "temp", columns: [8], low: 34, high: 41, marks: [36, 39] },
];

export function drawing(points, history, nowMs) {
  const first = points.length ? points[0][0] / 1000 : nowMs;
  const from = Math.min(first, nowMs - LEAST_MS);
  const x = (ms) => LEFT + ((Math.max(ms, from) - from) / (nowMs - from)) * (WIDTH - LEFT - RIGHT);
  const lanes = LANES.map((lane, index) => drawn(lane, 10 + index * (LANE + GAP), points, x));
  const top = 10 + LANES.length * (LANE + GAP) + 6;
  const shownAlarms = history.slice(0, 8);
  const events = shownAlarms.map((alarm, index) => ({
    alarm,
    y: top + index * EVENT,
    x: x(alarm.since_us / 1000),
    width: Math.max(3, x(alarm.until_us ? alarm.until_us / 1000 : nowMs) - x(alarm.since_us / 1000)),
    taken: alarm.taken.map((one) => x(one.at_us / 1000)),
  }));
  const bottom = top + Math.max(1, shownAlarms.length) * EVENT + 4;
  return { width: WIDTH, height: bottom + 22, left: LEFT, right: WIDTH - RIGHT, bottom, top, lanes, events, ticks: ticks(from, nowMs, x) };
}

function drawn(lane, top, points, x) {
  const y = (value) => {
    const inside = Math.min(lane.high, Math.max(lane.low, value));
    return top + LANE - ((inside - lane.low) / (lane.high - lane.low)) * LANE;
  };
  const value = (point, column) => point[column] ?? (lane.other ? point[lane.other] : null);
  const last = points.length ? points[points.length - 1] : null;
  return {
    name: lane.name,
    top,
    middle: top + LANE / 2,
    height: LANE,
    marks: lane.marks.map((mark) => ({ y: y(mark), text: mark })),
    paths: lane.columns.map((column) => path(points, (p) => value(p, column), x, y, lane.step)),
    now: last ? lane.columns.map((column) => value(last, column)) : [],
  };
}

// A line breaks where nothing is known: an absent value is never drawn as a present one.
function path(points, value, x, y, step) {
  let text = "";
  let before = null;
  for (const point of points) {
    const now = value(point);
    if (now === null || now === undefined) { before = null; continue; }
    const at = x(point[0] / 1000).toFixed(1);
    const joined = before && point[0] - before[0] < BROKEN_MS * 1000;
    if (joined && step) text += `H${at}V${y(now).toFixed(1)}`;
    else text += `${joined ? "L" : "M"}${at},${y(now).toFixed(1)}${joined ? "" : "h1"}`;
    before = point;
  }
  return text;
}

function ticks(from, to, x) {
  const minutes = (to - from) / 60_000;
  const every = (minutes <= 4 ? 0.5 : minutes <= 10 ? 1 : 5) * 60_000;
  const found = [];
  for (let at = Math.ceil(from / every) * every; at < to; at += every) found.push({ x: x(at), us: at * 1000 });
  return found;
}

// The score's whole trend in a few pixels; a scale that is the same for everybody.
export function spark(scores, width, height) {
  if (!scores.length) return "";
  const step = width / Math.max(1, scores.length - 1);
  let text = "";
  let open = false;
  scores.forEach((score, index) => {
    if (score === null) { open = false; return; }
    const y = height - 2 - (Math.min(12, score) / 12) * (height - 4);
    text += `${open ? "L" : "M"}${(index * step).toFixed(1)},${y.toFixed(1)}${open ? "" : "h.5"}`;
    open = true;
  });
  return text;
}
