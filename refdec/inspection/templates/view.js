"use strict";
(function () {
  const material = JSON.parse(document.getElementById("material").textContent);
  const PAGE = 1024, WIDTH = 16;
  const [DEPTH, KIND, NAME, BIT, BITS, VALUE, RAW, CODING, RANGE, CLAUSE, NOTE, WRONG] = Array(12).keys();
  const nodes = material.nodes;
  const parents = [], children = nodes.map(() => []), substream = [];
  {
    const open = [];
    nodes.forEach((node, i) => {
      open.length = node[DEPTH];
      parents[i] = node[DEPTH] ? open[node[DEPTH] - 1] : -1;
      if (parents[i] >= 0) children[parents[i]].push(i);
      open[node[DEPTH]] = i;
      const outer = node[DEPTH] ? substream[parents[i]] : "";
      substream[i] = node[KIND] === "substream" || node[DEPTH] === 1 ? node[NAME] : outer;
    });
  }
  const bytes = new Map();  // page of 1 KiB -> Int16Array, -1 where the byte is not in this page
  for (const [offset, text] of material.windows) {
    const raw = atob(text);
    for (let i = 0; i < raw.length; i++) {
      const at = offset + i, page = Math.floor(at / PAGE);
      if (!bytes.has(page)) bytes.set(page, new Int16Array(PAGE).fill(-1));
      bytes.get(page)[at % PAGE] = raw.charCodeAt(i);
    }
  }
  const byteAt = (at) => (bytes.has(Math.floor(at / PAGE)) ? bytes.get(Math.floor(at / PAGE))[at % PAGE] : -1);
  const place = (bit) => Math.floor(bit / 8) + "." + (bit % 8);
  const make = (tag, kind, text) => {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // ---- tree
  const tree = document.getElementById("tree");
  const isOpen = nodes.map((node, i) => children[i].length > 0 && node[KIND] !== "run" && (node[KIND] !== "unit" || nodes.length < 400)
    && (node[KIND] !== "codestream" || node[BIT] === material.shown));
  let rows = new Map(), chosen = -1, chosenByte = -1, pattern = "";

  function visible() {
    const found = [];
    if (pattern) {
      const keep = new Set();
      nodes.forEach((node, i) => {
        if (!node[NAME].toLowerCase().includes(pattern)) return;
        for (let k = i; k >= 0 && !keep.has(k); k = parents[k]) keep.add(k);
      });
      return nodes.map((_, i) => i).filter((i) => keep.has(i));
    }
    (function visit(i) {
      found.push(i);
      if (isOpen[i]) children[i].forEach(visit);
    })(0);
    return found;
  }

  function drawTree() {
    const part = document.createDocumentFragment();
    rows = new Map();
    for (const i of visible()) {
      const node = nodes[i];
      const row = make("div", "row" + (children[i].length ? " inner" : "") + (node[WRONG].length ? " wrong" : ""));
      row.dataset.node = i;
      row.setAttribute("role", "treeitem");
      row.setAttribute("aria-level", node[DEPTH] + 1);
      if (children[i].length) row.setAttribute("aria-expanded", isOpen[i]);
      row.append(make("span", "at", place(node[BIT])));
      const name = make("span", "name");
      name.style.paddingLeft = node[DEPTH] * 1.15 + "em";
      name.append(make("span", "fold", children[i].length ? (isOpen[i] ? "\u25be" : "\u25b8") : ""), node[NAME]);
      row.append(name);
      const value = node[KIND] === "data" || node[VALUE] === null ? "" : String(node[VALUE]);
      row.append(make("span", "value", value), make("span", "dim", node[WRONG][0] || node[NOTE]));
      part.append(row);
      rows.set(i, row);
    }
    tree.replaceChildren(part);
    if (rows.has(chosen)) mark(chosen);
  }

  function mark(i) {
    rows.get(i).classList.add("chosen");
    rows.get(i).setAttribute("aria-selected", "true");
  }

  function toggle(i, wanted) {
    if (!children[i].length) return;
    isOpen[i] = wanted === undefined ? !isOpen[i] : wanted;
    drawTree();
  }

  // ---- detail
  const detail = document.getElementById("detail");

  function bitsOf(node) {
    const box = make("div", "bits");
    const first = Math.floor(node[BIT] / 8), last = Math.max(first, Math.ceil((node[BIT] + node[BITS]) / 8) - 1);
    if (node[BITS] === 0) return box;
    if (last - first > 5) { box.append(make("b", "", node[RAW])); return box; }
    for (let at = first; at <= last; at++) {
      if (byteAt(at) < 0) return box;
      const text = byteAt(at).toString(2).padStart(8, "0");
      const from = Math.max(0, node[BIT] - 8 * at), to = Math.min(8, node[BIT] + node[BITS] - 8 * at);
      box.append(text.slice(0, from), make("b", "", text.slice(from, to)), text.slice(to) + " ");
    }
    return box;
  }

  function drawDetail(i) {
    const node = nodes[i], way = [];
    for (let k = parents[i]; k > 0; k = parents[k]) way.unshift(nodes[k][NAME]);
    detail.replaceChildren(make("div", "way", way.join(" / ") || "file"));
    const value = node[VALUE] === null || node[KIND] === "data" ? "" : " = " + node[VALUE];
    detail.append(make("h3", "", node[NAME] + value));
    const line = (name, text) => {
      if (!text) return;
      const box = make("div", "line");
      box.append(make("span", "", name), typeof text === "string" ? make("span", "", text) : text);
      detail.append(box);
    };
    node[WRONG].forEach((text) => detail.append(make("div", "wrong", text)));
    const size = node[BITS] % 8 || node[BITS] < 8 ? node[BITS] + (node[BITS] === 1 ? " bit" : " bits") : node[BITS] / 8 + " bytes";
    line("place", "byte.bit " + place(node[BIT]) + ", " + size);
    if (node[RAW]) line("bits", bitsOf(node));
    line("coding", [node[CODING], node[RANGE] && "range " + node[RANGE]].filter(Boolean).join(", "));
    line("clause", node[CLAUSE]);
    line("meaning", material.semantics[node[NAME].split("[")[0]] || "");
    line("note", node[NOTE]);
  }

  // ---- hex dump
  const hex = document.getElementById("hex"), pages = Math.max(1, Math.ceil(material.length / PAGE));
  let page = -1;
  const leaves = nodes.map((_, i) => i).filter((i) => !children[i].length && nodes[i][BITS] > 0);

  function leafAt(bit) {
    let low = 0, high = leaves.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (nodes[leaves[middle]][BIT] <= bit) low = middle; else high = middle - 1;
    }
    return leaves.length ? leaves[low] : 0;
  }

  function drawHex(number) {
    page = Math.min(Math.max(number, 0), pages - 1);
    const part = document.createDocumentFragment();
    const end = Math.min(material.length, (page + 1) * PAGE);
    for (let start = page * PAGE; start < end; start += WIDTH) {
      const row = make("div", "hexrow"), codes = make("span"), text = make("span", "text");
      row.append(make("span", "at", String(start)));
      for (let at = start; at < Math.min(start + WIDTH, end); at++) {
        const value = byteAt(at);
        const code = make("b", value < 0 ? "absent" : "", value < 0 ? "\u00b7\u00b7" : value.toString(16).padStart(2, "0"));
        const sign = make("b", value < 0 ? "absent" : "", value > 32 && value < 127 ? String.fromCharCode(value) : "\u00b7");
        code.dataset.byte = sign.dataset.byte = at;
        const name = substream[leafAt(8 * at)];
        code.style.borderBottomColor = "var(--c-" + (["PIH", "TON", "RDI", "UDI", "SOZ", "SORP", "SORS", "SOQ"].includes(name) ? name : "other") + ")";
        codes.append(code);
        text.append(sign);
      }
      row.append(codes, text);
      part.append(row);
    }
    hex.replaceChildren(part);
    document.getElementById("page").textContent =
      material.length ? "bytes " + page * PAGE + " to " + (end - 1) + " of " + material.length : "no bytes";
    markBytes();
  }

  function markBytes() {
    hex.querySelectorAll("b.chosen").forEach((b) => b.classList.remove("chosen"));
    if (chosen < 0) return;
    const node = nodes[chosen];
    const first = Math.floor(node[BIT] / 8), last = node[BITS] ? Math.ceil((node[BIT] + node[BITS]) / 8) - 1 : first - 1;
    hex.querySelectorAll("b[data-byte]").forEach((b) => {
      const at = Number(b.dataset.byte);
      if (at >= first && at <= last) b.classList.add("chosen");
    });
  }

  // ---- one choice for both sides
  function reveal(box, element) {  // scrolls the box, and not the page around it
    const outer = box.getBoundingClientRect(), inner = element.getBoundingClientRect();
    if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top + outer.height / 3;
    else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + outer.height / 3;
  }

  function choose(i, from) {
    if (rows.has(chosen)) { rows.get(chosen).classList.remove("chosen"); rows.get(chosen).removeAttribute("aria-selected"); }
    chosen = i;
    let redraw = !rows.has(i);
    for (let k = parents[i]; k >= 0; k = parents[k]) if (!isOpen[k]) { isOpen[k] = true; redraw = true; }
    if (redraw && !pattern) drawTree();
    if (!rows.has(i)) { pattern = ""; document.getElementById("search").value = ""; drawTree(); }
    if (!rows.get(i).classList.contains("chosen")) mark(i);
    drawDetail(i);
    const wanted = Math.floor(Math.floor(nodes[i][BIT] / 8) / PAGE);
    if (from !== "hex" && wanted !== page) drawHex(wanted); else markBytes();
    if (from !== "tree") reveal(tree, rows.get(i));
    const first = hex.querySelector("b.chosen");
    if (from !== "hex" && first) reveal(hex, first);
  }

  tree.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    const i = Number(row.dataset.node);
    if (event.target.classList.contains("fold") && children[i].length) toggle(i);
    choose(i, "tree");
  });
  tree.addEventListener("dblclick", (event) => {
    const row = event.target.closest(".row");
    if (row && !event.target.classList.contains("fold")) toggle(Number(row.dataset.node));
  });
  tree.addEventListener("keydown", (event) => {
    const order = [...rows.keys()], index = order.indexOf(chosen);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    if (step) choose(order[Math.min(Math.max(index + step, 0), order.length - 1)], "keys");
    else if (event.key === "ArrowRight" || event.key === "+") toggle(chosen, true);
    else if (event.key === "ArrowLeft" || event.key === "-") {
      if (isOpen[chosen]) toggle(chosen, false); else if (parents[chosen] >= 0) choose(parents[chosen], "keys");
    } else return;
    event.preventDefault();
  });
  hex.addEventListener("click", (event) => {
    const cell = event.target.closest("b[data-byte]");
    if (!cell) return;
    const byte = Number(cell.dataset.byte);
    let i = leafAt(8 * byte);
    // a byte may hold several elements: another click on it goes on to the next
    const within = leaves.filter((k) => nodes[k][BIT] < 8 * byte + 8 && nodes[k][BIT] + nodes[k][BITS] > 8 * byte);
    if (byte === chosenByte && within.includes(chosen)) i = within[(within.indexOf(chosen) + 1) % within.length];
    chosenByte = byte;
    choose(i, "hex");
  });
  const goTo = (bit) => {
    if (!(bit >= 0 && bit < 8 * material.length)) return;
    choose(leafAt(bit));
    document.getElementById("syntax").scrollIntoView({ block: "start" });
  };
  document.querySelectorAll("[data-bit]").forEach((button) => {
    button.addEventListener("click", () => {
      const bit = Number(button.dataset.bit), part = button.dataset.part;
      const top = nodes.findIndex((node, i) => node[BIT] === bit && node[NAME] === part && children[i].length);
      if (top < 0) { goTo(Math.min(bit, 8 * material.length - 1)); return; }
      choose(top);
      document.getElementById("syntax").scrollIntoView({ block: "start" });
    });
  });
  document.getElementById("prev").addEventListener("click", () => drawHex(page - 1));
  document.getElementById("next").addEventListener("click", () => drawHex(page + 1));
  document.getElementById("goto").addEventListener("change", (event) => {
    const match = event.target.value.trim().match(/^(\d+|0x[0-9a-f]+)(?:\.([0-7]))?$/i);
    if (match) goTo(8 * Number(match[1]) + Number(match[2] || 0));
  });
  document.getElementById("open").addEventListener("click", () => { nodes.forEach((node, i) => { if (node[KIND] !== "run") isOpen[i] = children[i].length > 0; }); drawTree(); });
  document.getElementById("close").addEventListener("click", () => { isOpen.fill(false); isOpen[0] = true; drawTree(); });
  document.getElementById("search").addEventListener("input", (event) => {
    pattern = event.target.value.trim().toLowerCase();
    drawTree();
  });

  // ---- maps
  const maps = material.maps;
  if (maps.length) {
    const kinds = document.getElementById("kinds"), slider = document.getElementById("channel");
    let current = 0;
    const draw = () => {
      const one = maps[current], k = Number(slider.value), overview = k === 0;
      document.getElementById("map").src = one.images[k];
      document.getElementById("label").textContent = one.labels[k];
      const signed = one.signed && !overview;
      document.getElementById("scale").className = signed ? "diverging" : "sequential";
      document.getElementById("low").textContent = overview ? "0" : one.low;
      document.getElementById("high").textContent = overview ? one.top : one.high;
      document.getElementById("about").textContent =
        one.shape.join(" x ") + (one.factor > 1 ? ", means of " + one.factor + " x " + one.factor : "");
    };
    maps.forEach((one, i) => {
      const button = make("button", i ? "" : "chosen", one.title + " " + one.component);
      button.addEventListener("click", () => {
        kinds.children[current].classList.remove("chosen");
        current = i;
        button.classList.add("chosen");
        slider.max = one.images.length - 1;
        slider.value = Math.min(Number(slider.value), one.images.length - 1);
        draw();
      });
      kinds.append(button);
    });
    slider.max = maps[0].images.length - 1;
    slider.addEventListener("input", draw);
    draw();
  }

  drawTree();
  drawHex(0);
  const problem = document.querySelector("#problems .go");
  if (problem && leaves.length) choose(leafAt(Math.min(Number(problem.dataset.bit), 8 * material.length - 1)));
  else choose(children[0].length > 1 ? children[0][1] : 0, "tree");
  const wanted = decodeURIComponent(location.hash).match(/^#(\d+)(?:\.([0-7]))?$/);
  if (wanted) goTo(8 * Number(wanted[1]) + Number(wanted[2] || 0));
})();
