// Names in a stable order that costs nothing while nothing moves: each keeps its place until its own
// key changes, and only then is it taken out and put in again, by halving.

export class Order {
  constructor(compare) {
    this.compare = compare;
    this.names = [];
    this.keys = new Map();
    this.moved = false;
  }

  place(name, key) {
    const before = this.keys.get(name);
    if (before !== undefined) {
      if (this.compare(before, key) === 0) { this.keys.set(name, key); return; }
      this.drop(name);
    }
    this.names.splice(this.placeOf(key), 0, name);
    this.keys.set(name, key);
    this.moved = true;
  }

  drop(name) {
    if (!this.keys.delete(name)) return;
    this.names.splice(this.names.indexOf(name), 1);
    this.moved = true;
  }

  clear() {
    this.names = [];
    this.keys.clear();
    this.moved = true;
  }

  placeOf(key) {
    let low = 0;
    let high = this.names.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.keys.get(this.names[middle]), key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
