// The arithmetic of the map: Mercator's projection, the view, the graticule, and who stands where
// when it gets crowded. It touches no page.

const RADIUS_M = 6_378_137;
const LEAST_SPAN_M = 1500;
const GRATICULE_PX = 130;
const STEPS_DEG = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const BAR_PX = 160;
const SYMBOL_PX = 32;
const LABEL_PX = 20;
const GAP_PX = 7;

const radians = (deg) => (deg * Math.PI) / 180;

// Metres on Mercator's plane; beyond 85 degrees nobody drives.
export function plane(latitude_deg, longitude_deg) {
  const latitude = radians(Math.min(85, Math.max(-85, latitude_deg)));
  return { x: RADIUS_M * radians(longitude_deg), y: RADIUS_M * Math.log(Math.tan(Math.PI / 4 + latitude / 2)) };
}

const latitudeOf = (y) => ((2 * Math.atan(Math.exp(y / RADIUS_M)) - Math.PI / 2) * 180) / Math.PI;
const longitudeOf = (x) => ((x / RADIUS_M) * 180) / Math.PI;

// A view is its middle on the plane and how many metres of the plane one pixel is.
export function fit(points, size, margin) {
  if (!points.length) return { x: 0, y: 0, scale: (4 * RADIUS_M) / size.width };
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = Math.max(LEAST_SPAN_M, right - left) / Math.max(50, size.width - 2 * margin);
  const down = Math.max(LEAST_SPAN_M, top - bottom) / Math.max(50, size.height - 2 * margin);
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale: Math.max(across, down) };
}

export const onScreen = (point, view, size) => ({
  x: size.width / 2 + (point.x - view.x) / view.scale,
  y: size.height / 2 - (point.y - view.y) / view.scale,
});

// Zoom so that what is under a place of the screen stays there.
export function zoomed(view, size, factor, at) {
  const scale = Math.min((4 * RADIUS_M) / size.width, Math.max(0.2, view.scale * factor));
  const right = at.x - size.width / 2;
  const up = size.height / 2 - at.y;
  return { x: view.x + right * (view.scale - scale), y: view.y + up * (view.scale - scale), scale };
}

const degrees = (value, step, plus, minus) => {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return `${Math.abs(value).toFixed(digits)}° ${value < 0 ? minus : plus}`;
};

export function graticule(view, size) {
  const left = longitudeOf(view.x - (size.width / 2) * view.scale);
  const right = longitudeOf(view.x + (size.width / 2) * view.scale);
  const bottom = latitudeOf(view.y - (size.height / 2) * view.scale);
  const top = latitudeOf(view.y + (size.height / 2) * view.scale);
  const least = ((right - left) / size.width) * GRATICULE_PX;
  const step = [...STEPS_DEG].reverse().find((one) => one >= least) ?? STEPS_DEG[0];
  const lines = [];
  for (let n = Math.ceil(left / step); n * step <= right; n += 1) {
    lines.push({ x: onScreen(plane(0, n * step), view, size).x, text: degrees(n * step, step, "E", "W") });
  }
  for (let n = Math.ceil(bottom / step); n * step <= top; n += 1) {
    lines.push({ y: onScreen(plane(n * step, 0), view, size).y, text: degrees(n * step, step, "N", "S") });
  }
  return lines;
}

// A round length on the ground at the middle of the view.
export function scaleBar(view) {
  const ground = view.scale * Math.cos(radians(latitudeOf(view.y)));
  const most = ground * BAR_PX;
  const ten = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((n) => n * ten).find((n) => n <= most);
  return { width: metres / ground, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}

// Boxes that are taken, by squares of the screen, so that a few hundred are looked up quickly.
class Taken {
  constructor() { this.squares = new Map(); }

  *around(box) {
    for (let i = Math.floor(box.x / 64); i <= Math.floor((box.x + box.w) / 64); i += 1) {
      for (let j = Math.floor(box.y / 64); j <= Math.floor((box.y + box.h) / 64); j += 1) yield i * 100_003 + j;
    }
  }

  free(box) {
    for (const square of this.around(box)) {
      for (const one of this.squares.get(square) ?? []) {
        if (box.x < one.x + one.w && one.x < box.x + box.w && box.y < one.y + one.h && one.y < box.y + box.h) return false;
      }
    }
    return true;
  }

  take(box) {
    for (const square of this.around(box)) {
      if (!this.squares.has(square)) this.squares.set(square, []);
      this.squares.get(square).push(box);
    }
  }
}

const symbolBox = ({ x, y }) => ({ x: x - SYMBOL_PX / 2, y: y - SYMBOL_PX / 2, w: SYMBOL_PX, h: SYMBOL_PX });

// Where the label of a symbol can stand: right, left, below, above, in this order.
function places({ x, y }, width) {
  const side = SYMBOL_PX / 2 + GAP_PX;
  return [
    { x: x + side, y: y - LABEL_PX / 2, anchor: "start" }, { x: x - side - width, y: y - LABEL_PX / 2, anchor: "end" },
    { x: x - width / 2, y: y + side, anchor: "middle" }, { x: x - width / 2, y: y - side - LABEL_PX, anchor: "middle" },
  ].map((corner) => ({ ...corner, w: width, h: LABEL_PX }));
}

// Who is drawn, most urgent first. Who finds no room for symbol and label joins the nearest who
// did, as one more in its cluster: no label ever covers another, and no alarm is hidden by a calm one.
export function layout(items) {
  const taken = new Taken();
  const heads = [];
  for (const item of items) {
    const symbol = symbolBox(item);
    const label = taken.free(symbol) ? places(item, item.labelWidth).find((box) => taken.free(box)) : null;
    if (label) {
      taken.take(symbol);
      taken.take(label);
      heads.push({ ...item, label, members: [item] });
    } else {
      nearest(heads, item).members.push(item);
    }
  }
  return heads;
}

function nearest(heads, item) {
  const far = (head) => (head.x - item.x) ** 2 + (head.y - item.y) ** 2;
  return heads.reduce((best, head) => (far(head) < far(best) ? head : best));
}
