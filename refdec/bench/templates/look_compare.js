// Comparing in the open: choose two pictures, how to see them, and read their figures.
(function () {
  const stage = new Stage(byId("stage"), byId("zoom"));
  const pictureBox = byId("picture"), boxes = [byId("left"), byId("right")];
  const pictures = material.pictures;
  let current = pictures[0], chosen = [0, current.images.length > 1 ? 1 : 0], timer = 0, resumed = false;

  const nameOf = (image) => (image.wanted ? `${image.codec}, ${image.bpp.toFixed(3)} bpp` : image.codec);
  const rates = (picture) => [...new Set(picture.images.slice(1).map((image) => image.wanted))];

  function fillBoxes() {
    for (const box of boxes) {
      box.replaceChildren(new Option(current.images[0].codec, 0));
      for (const rate of rates(current)) {
        const group = make("optgroup");
        group.label = `${rate} bpp`;
        current.images.forEach((image, k) => { if (image.wanted === rate) group.append(new Option(`${image.codec} ${rate}`, k)); });
        box.append(group);
      }
    }
  }

  const cell = (text, kind) => make("td", kind, text);
  const fixed = (value, digits) => (typeof value === "number" ? value.toFixed(digits) : value || "\u2013");

  function radio(side, k) {
    const input = make("input"), holder = make("td");
    input.type = "radio";
    input.name = "side-" + side;
    input.value = k;
    input.setAttribute("aria-label", `${nameOf(current.images[k])} ${side ? "right" : "left"}`);
    input.addEventListener("change", () => choose(side, k));
    holder.append(input);
    return holder;
  }

  function row(image, k) {
    const line = make("tr"), head = make("th", "", image.codec);
    head.scope = "row";
    line.append(head, radio(0, k), radio(1, k), cell(image.bytes.toLocaleString("en"), "n"));
    if (!image.wanted) {
      const told = cell(`${current.width} x ${current.height}, 8 bits, not coded`, "dim");
      told.colSpan = 7;
      line.append(told);
      return line;
    }
    const off = `${image.off >= 0 ? "+" : "\u2212"}${Math.abs(100 * image.off).toFixed(1)} %`;
    const rivals = current.images.filter((other) => other.wanted === image.wanted && !other.unequal);
    const best = (name) => !image.unequal && rivals.length > 1 && rivals.every((other) => !(other[name] > image[name]));
    const measure = (name, digits) => cell(fixed(image[name], digits), "n" + (typeof image[name] === "number" && best(name) ? " best" : ""));
    line.append(
      cell(image.bpp.toFixed(3), "n"), cell(off, image.unequal ? "n unequal" : "n"),
      measure("luma", 2), measure("rgb", 2), measure("msssim", 4), measure("edges", 4), cell(image.told, "dim last"));
    return line;
  }

  function fillTable() {
    const body = byId("figures").tBodies[0];
    body.replaceChildren(row(current.images[0], 0));
    for (const rate of rates(current)) {
      const line = make("tr", "rate"), head = make("th", "", `${rate} bits per pixel`);
      head.colSpan = 11;
      head.scope = "rowgroup";
      line.append(head);
      body.append(line);
      current.images.forEach((image, k) => { if (image.wanted === rate) body.append(row(image, k)); });
    }
    byId("unequal").hidden = !current.images.some((image) => image.unequal);
  }

  function choose(side, k) {
    chosen[side] = k;
    draw();
  }

  function draw() {
    const images = chosen.map((k) => current.images[k]);
    chosen.forEach((k, side) => {
      boxes[side].value = k;
      const button = byId("figures").querySelector(`input[name="side-${side}"][value="${k}"]`);
      if (button) button.checked = true;
    });
    stage.show(current, images, images.map(nameOf));
  }

  function usePicture(k) {
    current = pictures[k];
    chosen = chosen.map((one) => (one < current.images.length ? one : 0));
    fillBoxes();
    fillTable();
    draw();
  }

  // ---- modes
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  function run(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => stage.setIndex(1 - stage.index), 1000 / Number(byId("speed").value)) : 0;
    byId("run").setAttribute("aria-pressed", on);
    byId("run").textContent = on ? "pause" : "run";
  }
  function setMode(mode) {
    byId("modes").querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", button.dataset.mode === mode));
    document.querySelector(".for-flip").hidden = mode !== "flip";
    document.querySelector(".for-difference").hidden = mode !== "difference";
    stage.setMode(mode);
    run(mode === "flip" && !still);
  }
  byId("modes").addEventListener("click", (event) => { if (event.target.dataset.mode) setMode(event.target.dataset.mode); });
  byId("run").addEventListener("click", () => run(!timer));
  byId("speed").addEventListener("input", () => {
    byId("speed-shown").textContent = byId("speed").value;
    if (timer) run(true);
  });
  byId("gain").addEventListener("input", () => {
    const gain = 2 ** Number(byId("gain").value);
    byId("gain-shown").textContent = "\u00d7 " + gain;
    stage.setGain(gain);
  });
  byId("swap").addEventListener("click", () => { chosen.reverse(); draw(); });
  boxes.forEach((box, side) => box.addEventListener("change", () => choose(side, Number(box.value))));
  pictures.forEach((picture, k) => pictureBox.append(new Option(picture.name, k)));
  pictureBox.addEventListener("change", () => usePicture(Number(pictureBox.value)));
  document.querySelector(".only-many").hidden = pictures.length < 2;

  document.addEventListener("keydown", (event) => {
    if (byId("compare").hidden || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      if (stage.mode === "flip") { run(false); stage.setIndex(1 - stage.index); } else { chosen.reverse(); draw(); }
    } else if (event.key === "x") { chosen.reverse(); draw(); }
    else if (event.key === "[" || event.key === "]") stage.setSplit(stage.split + (event.key === "[" ? -0.02 : 0.02));
    else if (!stage.key(event)) return;
    event.preventDefault();
  });
  // What is not seen does not flicker, and goes on when it is seen again.
  document.addEventListener("tab", (event) => {
    if (event.detail !== "compare" && timer) { resumed = true; run(false); }
    else if (event.detail === "compare" && resumed) { resumed = false; run(true); }
  });

  byId("speed-shown").textContent = byId("speed").value;
  byId("gain-shown").textContent = "\u00d7 8";
  setMode("wipe");
  usePicture(0);
})();
