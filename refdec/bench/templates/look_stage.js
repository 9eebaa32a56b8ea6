"use strict";
// A stage shows two pictures of one size at one place: by a slider, one after the other, side by side, or their difference.
const material = JSON.parse(document.getElementById("material").textContent);
const byId = (id) => document.getElementById(id);
const make = (tag, kind, text) => {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
};
const between = (low, value, high) => Math.min(Math.max(value, low), high);
const typing = (target) => target instanceof HTMLElement && target.matches("input:not([type=range]), select, textarea, button, summary");

class Stage {
  static FACTORS = [1 / 16, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

  constructor(root, zoomBar) {
    this.root = root;
    this.zoomBar = zoomBar;
    [this.first, this.second, this.third] = root.querySelectorAll(".pane");
    this.images = [this.first.firstElementChild, this.second.firstElementChild];
    this.canvas = this.third.firstElementChild;
    this.divider = root.querySelector(".divider");
    this.tags = root.querySelectorAll(".tag");
    this.mode = "wipe";
    this.split = 0.5;     // share of the width that the left picture has, in the mode "wipe"
    this.index = 0;       // which picture is seen, in the mode "flip"
    this.gain = 8;
    this.factor = 1;      // dots of the screen a sample
    this.fitted = true;
    this.size = { width: 1, height: 1 };
    this.centre = { x: 0, y: 0 };
    this.names = ["", ""];
    this.drawn = "";
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => (this.fitted ? this.fit() : this.place())).observe(root);
  }

  show(size, images, names) {
    const other = size.width !== this.size.width || size.height !== this.size.height;
    this.size = size;
    this.names = names;
    images.forEach((image, k) => {
      if (this.images[k].src !== image.url) this.images[k].src = image.url;
      this.images[k].alt = names[k];
    });
    this.drawn = "";
    if (other || this.fitted) this.fit();
    else this.place();
  }

  setMode(mode) { this.mode = mode; if (this.fitted) this.fit(); else this.place(); }
  setIndex(index) { this.index = index; this.place(); }
  setSplit(split) { this.split = between(0, split, 1); this.place(); }
  setGain(gain) { this.gain = gain; this.drawn = ""; this.place(); }

  // Width and height of what one picture has, in CSS pixels; the mode "beside" halves it.
  room() {
    const box = this.root.getBoundingClientRect();
    return { width: this.mode === "beside" ? box.width / 2 : box.width, height: box.height };
  }

  scale() { return this.factor / (window.devicePixelRatio || 1); }

  fit() {
    const room = this.room(), dots = window.devicePixelRatio || 1;
    const most = Math.min((room.width * dots) / this.size.width, (room.height * dots) / this.size.height);
    this.fitted = true;
    this.factor = most >= 1 ? Math.floor(most) : Math.max(most, Stage.FACTORS[0]);
    this.centre = { x: this.size.width / 2, y: this.size.height / 2 };
    this.place();
  }

  // Changes the zoom; the sample below `at` (CSS pixels in the pane) stays where it is.
  zoomTo(factor, at) {
    const room = this.room(), before = this.scale();
    const point = at || { x: room.width / 2, y: room.height / 2 };
    const sample = { x: this.centre.x + (point.x - room.width / 2) / before, y: this.centre.y + (point.y - room.height / 2) / before };
    this.factor = between(Stage.FACTORS[0], factor, Stage.FACTORS[Stage.FACTORS.length - 1]);
    this.fitted = false;
    const after = this.scale();
    this.centre = { x: sample.x - (point.x - room.width / 2) / after, y: sample.y - (point.y - room.height / 2) / after };
    this.place();
  }

  step(direction, at) {
    const next = direction > 0
      ? Stage.FACTORS.find((factor) => factor > this.factor * 1.001)
      : Stage.FACTORS.findLast((factor) => factor < this.factor * 0.999);
    if (next) this.zoomTo(next, at);
  }

  move(dx, dy) {
    this.centre = { x: this.centre.x - dx / this.scale(), y: this.centre.y - dy / this.scale() };
    this.place();
  }

  place() {
    const room = this.room(), scale = this.scale(), dots = window.devicePixelRatio || 1;
    for (const [axis, side] of [["x", "width"], ["y", "height"]]) {
      const half = room[side] / scale / 2, length = this.size[side];
      this.centre[axis] = length <= 2 * half ? length / 2 : between(half, this.centre[axis], length - half);
    }
    const whole = (value) => Math.round(value * dots) / dots;
    const left = whole(room.width / 2 - this.centre.x * scale), top = whole(room.height / 2 - this.centre.y * scale);
    for (const layer of [...this.images, this.canvas]) {
      layer.style.width = this.size.width + "px";
      layer.style.height = this.size.height + "px";
      layer.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    }
    this.root.classList.toggle("square", this.factor >= 1);
    const mode = this.mode, percent = 100 * this.split;
    // Hidden by visibility, so that both stay decoded and one follows the other without a gap.
    const seen = (index) => (mode === "difference" || (mode === "flip" && this.index !== index) ? "hidden" : "visible");
    this.first.style.visibility = seen(0);
    this.second.style.visibility = seen(1);
    this.third.hidden = mode !== "difference";
    this.divider.hidden = mode !== "wipe";
    this.first.style.clipPath = mode === "wipe" ? `inset(0 ${100 - percent}% 0 0)` : "";
    this.second.style.clipPath = mode === "wipe" ? `inset(0 0 0 ${percent}%)` : "";
    this.first.style.right = this.second.style.left = mode === "beside" ? "50%" : "0";
    this.divider.style.left = percent + "%";
    this.divider.setAttribute("aria-valuenow", Math.round(percent));
    const texts = mode === "flip" ? [this.names[this.index], ""]
      : mode === "difference" ? [`|${this.names[0]} \u2212 ${this.names[1]}| \u00d7 ${this.gain}`, ""] : this.names;
    this.tags.forEach((tag, k) => { tag.textContent = texts[k]; });
    this.zoomBar.querySelector("output").textContent = this.factor >= 1
      ? `${Math.round(10 * this.factor) / 10} : 1` : `${Math.round(100 * this.factor)} %`;
    if (mode === "difference") this.subtract();
  }

  // Draws |first - second| times the gain, once for each pair and gain.
  async subtract() {
    const key = this.images.map((image) => image.src).join("|") + this.gain;
    if (this.drawn === key) return;
    this.drawn = key;
    await Promise.all(this.images.map((image) => image.decode()));
    if (this.drawn !== key) return;
    const { width, height } = this.size, gain = this.gain;
    const [one, two] = this.images.map((image) => {
      const canvas = make("canvas");
      canvas.width = width;
      canvas.height = height;
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, width, height);
    });
    for (let k = 0; k < one.data.length; k += 4) {
      for (let c = k; c < k + 3; c++) one.data[c] = Math.abs(one.data[c] - two.data[c]) * gain;
    }
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.getContext("2d").putImageData(one, 0, 0);
    this.root.dispatchEvent(new Event("subtracted"));
  }

  // A place of the screen in the pane that it lies in.
  inPane(event) {
    const box = this.root.getBoundingClientRect(), room = this.room();
    const x = event.clientX - box.left;
    return { x: this.mode === "beside" && x >= room.width ? x - room.width : x, y: event.clientY - box.top };
  }

  listen() {
    this.root.addEventListener("wheel", (event) => {
      event.preventDefault();
      if (event.ctrlKey) this.zoomTo(this.factor * Math.exp(-event.deltaY / 100), this.inPane(event));
      else if (Math.abs(this.turned = (this.turned || 0) + event.deltaY) >= 40) {
        this.step(this.turned < 0 ? 1 : -1, this.inPane(event));
        this.turned = 0;
      }
    }, { passive: false });
    this.root.addEventListener("dblclick", () => this.fit());
    this.root.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.capture(this.root, event);
      this.pointers.set(event.pointerId, event);
      this.root.classList.add("dragging");
    });
    this.root.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) {
      this.root.addEventListener(name, (event) => {
        this.pointers.delete(event.pointerId);
        if (!this.pointers.size) this.root.classList.remove("dragging");
      });
    }
    this.divider.addEventListener("pointerdown", (event) => { event.stopPropagation(); this.capture(this.divider, event); this.sliding = true; });
    this.divider.addEventListener("pointermove", (event) => {
      if (!this.sliding) return;
      event.stopPropagation();
      const box = this.root.getBoundingClientRect();
      this.setSplit((event.clientX - box.left) / box.width);
    });
    for (const name of ["pointerup", "pointercancel"]) this.divider.addEventListener(name, () => { this.sliding = false; });
    this.divider.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: this.split - 0.01, ArrowRight: this.split + 0.01, PageDown: this.split - 0.1, PageUp: this.split + 0.1, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      this.setSplit(to);
      event.preventDefault();
      event.stopPropagation();
    });
    this.zoomBar.addEventListener("click", (event) => {
      const wish = event.target.dataset.zoom;
      if (wish === "fit") this.fit();
      else if (wish === "one") this.zoomTo(1);
      else if (wish) this.step(Number(wish));
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) this.move(...step);
      else return;
      event.preventDefault();
    });
  }

  // Keys that work wherever nothing is typed; tells whether the key was one of them.
  key(event) {
    if (event.key === "+" || event.key === "=") this.step(1);
    else if (event.key === "-") this.step(-1);
    else if (event.key === "0") this.fit();
    else if (event.key === "1") this.zoomTo(1);
    else return false;
    return true;
  }

  capture(element, event) { if (event.isTrusted) element.setPointerCapture(event.pointerId); }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (this.pointers.size === 1) this.move(event.clientX - before.clientX, event.clientY - before.clientY);
    else if (this.pointers.size === 2) {
      const other = [...this.pointers.values()].find((one) => one.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      const middle = this.inPane({ clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 });
      this.move((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
      this.zoomTo((this.factor * apart(event)) / Math.max(apart(before), 1), middle);
    }
    this.pointers.set(event.pointerId, event);
  }
}

// ---- tabs
const TABS = ["compare", "blind", "results"];
const openTab = (name) => {
  for (const tab of TABS) {
    const chosen = tab === name, button = byId("tab-" + tab);
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
    byId(tab).hidden = !chosen;
  }
  document.dispatchEvent(new CustomEvent("tab", { detail: name }));
};
TABS.forEach((name, k) => {
  byId("tab-" + name).addEventListener("click", () => openTab(name));
  byId("tab-" + name).addEventListener("keydown", (event) => {
    const to = { ArrowLeft: k - 1, ArrowRight: k + 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    const next = TABS[(to + TABS.length) % TABS.length];
    openTab(next);
    byId("tab-" + next).focus();
  });
});
