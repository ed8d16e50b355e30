// The socket to the center. It mends itself, and it knows when it hears nothing: the center speaks
// at least every half second, so silence of QUIET_MS means that what is shown is old.

const QUIET_MS = 2000;
const DIAL_AGAIN_MS = 500;
const WATCH_MS = 250;

export class Link {
  constructor(take, changed) {
    this.take = take;
    this.changed = changed;
    this.heardAt = performance.now();
    this.up = null; // null: nothing was ever heard
    this.offsetMs = Date.now() - performance.now();
    this.dial();
    setInterval(() => this.watch(), WATCH_MS);
  }

  dial() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/board/live`);
    this.socket = socket;
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      this.heardAt = performance.now();
      if (message.now_us) this.offsetMs = message.now_us / 1000 - this.heardAt;
      this.say(true);
      this.take(message);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      setTimeout(() => this.dial(), DIAL_AGAIN_MS);
    };
  }

  watch() {
    if (performance.now() - this.heardAt < QUIET_MS) return;
    this.say(false);
    const silent = this.socket;
    if (silent && silent.readyState === WebSocket.OPEN) {
      this.socket = null;
      silent.close();
      this.dial();
    }
  }

  say(up) {
    if (this.up === up) return;
    this.up = up;
    this.changed(up);
  }

  // The center's clock, in milliseconds.
  now() {
    return performance.now() + this.offsetMs;
  }

  ask(type, body) {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ type, ...body }));
    return true;
  }
}
