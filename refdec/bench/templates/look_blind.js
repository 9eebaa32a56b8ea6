// A blind session: hidden reference and codec, double stimulus, continuous scale; and what sessions say together.
const Blind = (function () {
  const KEY = "refdec-look-" + material.page;
  const pictures = material.pictures;
  const MOST_SEED = 999999999;

  // ---- what is kept when the page is closed: in the browser where it lets us, else only here
  const kept = (function () {
    let memory = null;
    try {
      localStorage.setItem(KEY + "-try", "1");
      localStorage.removeItem(KEY + "-try");
      return {
        lasting: true,
        get: () => localStorage.getItem(KEY),
        set: (text) => { try { localStorage.setItem(KEY, text); } catch { memory = text; } },
      };
    } catch {
      return { lasting: false, get: () => memory, set: (text) => { memory = text; } };
    }
  })();

  // ---- order of trials: the same for the same seed, everywhere (mulberry32, Fisher and Yates)
  function randomOf(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function planOf(seed) {
    const random = randomOf(seed), trials = [];
    pictures.forEach((picture, p) => picture.images.forEach((image, k) => trials.push({ picture: p, image: k })));
    for (let k = trials.length - 1; k > 0; k--) {
      const other = Math.floor(random() * (k + 1));
      [trials[k], trials[other]] = [trials[other], trials[k]];
    }
    // The same picture does not come twice in a row, as far as another one is left.
    for (let k = 1; k < trials.length; k++) {
      const next = trials.findIndex((trial, at) => at >= k && trial.picture !== trials[k - 1].picture);
      if (next > k) trials.splice(k, 0, ...trials.splice(next, 1));
    }
    return trials.map((trial) => ({ ...trial, referenceFirst: random() < 0.5 }));
  }

  // ---- session
  let session = null, plan = [], at = 0, scores = [null, null], began = 0;
  const stage = new Stage(byId("trial-stage"), byId("trial-zoom"));
  const inputs = ["A", "B"].map((letter) => byId("score-" + letter));

  const restored = () => {
    try {
      const value = JSON.parse(kept.get());
      const plausible = value && value.page === material.page && Number.isInteger(value.seed) && Array.isArray(value.answers);
      return plausible && value.answers.length <= planOf(value.seed).length ? value : null;
    } catch { return null; }
  };
  const keep = () => kept.set(JSON.stringify(session));

  function begin(seed, viewer) {
    session = { page: material.page, seed, viewer, began: new Date().toISOString(), answers: [] };
    keep();
    enter();
  }

  function enter() {
    plan = planOf(session.seed);
    byId("intro").hidden = true;
    if (session.answers.length >= plan.length) { finish(); return; }
    byId("trial").hidden = false;
    showTrial(session.answers.length);
  }

  function showTrial(k) {
    at = k;
    const trial = plan[at], picture = pictures[trial.picture];
    const images = [picture.images[0], picture.images[trial.image]];
    if (!trial.referenceFirst) images.reverse();
    const given = session.answers[at];
    scores = given ? [given.first, given.second] : [null, null];
    inputs.forEach((input, side) => { input.value = scores[side] === null ? 50 : scores[side]; });
    stage.fitted = true;
    stage.show(picture, images, ["A", "B"]);
    see(0);
    stage.setMode(byId("beside").getAttribute("aria-pressed") === "true" ? "beside" : "flip");
    byId("count").textContent = `trial ${at + 1} of ${plan.length}`;
    byId("progress").value = at / plan.length;
    byId("back").disabled = at === 0;
    drawScores();
    began = performance.now();
  }

  function see(side) {
    stage.setIndex(side);
    byId("shown").querySelectorAll("button").forEach((button, k) => button.setAttribute("aria-pressed", k === side));
    ["A", "B"].forEach((letter, k) => byId("scale-" + letter).classList.toggle("shown", k === side));
  }

  function drawScores() {
    inputs.forEach((input, side) => {
      input.classList.toggle("unset", scores[side] === null);
      input.setAttribute("aria-valuetext", scores[side] === null ? "not scored yet" : String(scores[side]));
      input.nextElementSibling.textContent = scores[side] === null ? "\u2013" : scores[side];
    });
    byId("next").disabled = scores.includes(null);
    byId("next").textContent = at === plan.length - 1 ? "Finish" : "Next";
  }

  function score(side) {
    scores[side] = Number(inputs[side].value);
    drawScores();
  }

  function next() {
    if (scores.includes(null)) return;
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    session.answers[at] = { first: scores[0], second: scores[1], seconds };
    keep();
    if (at + 1 < plan.length) { showTrial(at + 1); byId("trial-stage").focus({ preventScroll: true }); } else finish();
  }

  function finish() {
    byId("trial").hidden = true;
    byId("intro").hidden = false;
    offer();
    openTab("results");
  }

  function stop() {
    byId("trial").hidden = true;
    byId("intro").hidden = false;
    offer();
  }

  function offer() {
    const old = session || restored(), button = byId("resume");
    byId("earlier").hidden = !old || !old.answers.length;
    byId("start").textContent = byId("earlier").hidden ? "Begin" : "Begin anew";
    button.hidden = !old || old.answers.length >= planOf(old.seed).length;
    if (!button.hidden) button.textContent = `Go on with trial ${old.answers.length + 1} of ${planOf(old.seed).length}`;
    button.onclick = () => { session = old; enter(); };
  }

  byId("forgetful").hidden = kept.lasting;
  byId("seed").value = Math.floor(Math.random() * (MOST_SEED + 1));
  byId("start").addEventListener("click", () => {
    const text = byId("seed").value.trim(), good = /^\d{1,9}$/.test(text);
    byId("seed-wrong").hidden = good;
    if (good) begin(Number(text), byId("viewer").value.trim());
  });
  byId("shown").addEventListener("click", (event) => { if (event.target.dataset.show) see(Number(event.target.dataset.show)); });
  byId("beside").addEventListener("click", () => {
    const on = byId("beside").getAttribute("aria-pressed") !== "true";
    byId("beside").setAttribute("aria-pressed", on);
    stage.setMode(on ? "beside" : "flip");
  });
  inputs.forEach((input, side) => {
    input.addEventListener("input", () => score(side));
    // Fifty is a score too: a click on the knob, or Enter, takes what stands there.
    input.addEventListener("pointerup", () => score(side));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      if (scores[side] === null) score(side); else if (!scores.includes(null)) next();
      if (scores[side] !== null && scores[1 - side] === null) { see(1 - side); inputs[1 - side].focus(); }
    });
  });
  byId("next").addEventListener("click", next);
  byId("back").addEventListener("click", () => { if (at) showTrial(at - 1); });
  byId("pause").addEventListener("click", stop);
  document.addEventListener("keydown", (event) => {
    if (byId("blind").hidden || byId("trial").hidden || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") see(1 - stage.index);
    else if (event.key === "a" || event.key === "b") see(event.key === "a" ? 0 : 1);
    else if (event.key === "Enter") next();
    else if (!stage.key(event)) return;
    event.preventDefault();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!kept.lasting && session && session.answers.length) event.preventDefault();
  });

  // ---- results
  const added = new Map();  // name of a file -> session as saved

  function saved() {
    const trials = session.answers.map((answer, k) => {
      const trial = plan[k], picture = pictures[trial.picture], image = picture.images[trial.image];
      const [reference, test] = trial.referenceFirst ? [answer.first, answer.second] : [answer.second, answer.first];
      return {
        picture: picture.name, codec: image.codec, bpp: image.wanted, reference, test,
        reference_first: trial.referenceFirst, seconds: answer.seconds,
      };
    });
    return {
      format: material.format, schema: material.schema, page: material.page, viewer: session.viewer, seed: session.seed,
      began: session.began, complete: trials.length === plan.length,
      screen: { width: screen.width, height: screen.height, dots: window.devicePixelRatio || 1 }, trials,
    };
  }

  // What each viewer scored: sessions under one name are one viewer's, those without a name are each somebody else's.
  function viewersOf(sessions) {
    const found = new Map();
    sessions.forEach((one, k) => {
      const viewer = one.viewer ? `named ${one.viewer}` : `session ${k}`;
      found.set(viewer, [...(found.get(viewer) || []), ...one.trials]);
    });
    return [...found.values()];
  }

  // Means as `refdec bench look-scores` has them: one observation a viewer, or a trial where there is one viewer.
  function meansOf(sessions) {
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const viewers = viewersOf(sessions), keys = new Map();
    for (const trials of viewers) for (const trial of trials) keys.set(`${trial.bpp} ${trial.codec}`, trial);
    const rows = [...keys.values()].map(({ codec, bpp }) => {
      const groups = viewers
        .map((trials) => trials.filter((t) => t.codec === codec && t.bpp === bpp).map((t) => t.reference - t.test))
        .filter((group) => group.length);
      const observed = groups.length === 1 ? groups[0] : groups.map(mean);
      const middle = mean(observed), n = observed.length;
      let half = null;
      if (n > 1) {
        const deviation = Math.sqrt(observed.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1));
        half = (material.t95[Math.min(n - 1, material.t95.length) - 1] * deviation) / Math.sqrt(n);
      }
      return { codec, bpp, trials: groups.flat().length, observations: n, mean: middle, half };
    });
    return rows.sort((a, b) => a.bpp - b.bpp || a.mean - b.mean || (a.codec < b.codec ? -1 : 1));
  }

  function checked(value) {
    const score = (number) => typeof number === "number" && number >= 0 && number <= 100;
    const good = (trial) => trial && typeof trial.picture === "string" && typeof trial.codec === "string"
      && typeof trial.bpp === "number" && score(trial.reference) && score(trial.test);
    if (!value || value.format !== material.format || value.schema !== material.schema || !Array.isArray(value.trials)
      || !value.trials.every(good)) return "holds no scores of a blind session";
    return value.page === material.page ? "" : "is about another page: what was scored there is not the same";
  }

  async function add(files) {
    const wrong = [];
    for (const file of files) {
      let value = null;
      try { value = JSON.parse(await file.text()); } catch { value = null; }
      const reason = checked(value);
      if (reason) wrong.push(`${file.name} ${reason}.`); else added.set(`${value.viewer} ${value.began} ${value.seed}`, value);
    }
    byId("refused").textContent = wrong.join(" ");
    byId("refused").hidden = !wrong.length;
    drawResults();
  }

  function sessions() {
    const all = new Map(added);
    if (session && session.answers.length) { const own = saved(); all.set(`${own.viewer} ${own.began} ${own.seed}`, own); }
    return [...all.values()];
  }

  function bar(row) {
    const line = make("span", "line"), place = (value) => between(0, (value + 20) / 1.2, 100);
    const zero = make("b"), dot = make("i");
    zero.style.left = place(0) + "%";
    dot.style.left = place(row.mean) + "%";
    line.append(zero);
    if (row.half !== null) {
      const range = make("u");
      range.style.left = place(row.mean - row.half) + "%";
      range.style.width = place(row.mean + row.half) - place(row.mean - row.half) + "%";
      line.append(range);
    }
    line.append(dot);
    line.setAttribute("aria-hidden", "true");
    return line;
  }

  function drawResults() {
    const all = sessions(), body = byId("means").tBodies[0], rows = meansOf(all);
    body.replaceChildren();
    for (const row of rows) {
      const line = make("tr"), head = make("th", "", row.bpp ? row.codec : "original against itself"), chart = make("td", "chart");
      head.scope = "row";
      chart.append(bar(row));
      const interval = row.half === null ? "\u2013" : `${(row.mean - row.half).toFixed(1)} to ${(row.mean + row.half).toFixed(1)}`;
      line.append(head, make("td", "n", row.bpp || "\u2013"), make("td", "n", row.trials), make("td", "n", row.mean.toFixed(1)), make("td", "n", interval), chart);
      body.append(line);
    }
    byId("outcome").hidden = !rows.length;
    byId("save").hidden = !(session && session.answers.length);
    byId("forget").hidden = !added.size;
    const count = all.length === 1 ? "one session" : `${all.length} sessions`;
    byId("about").textContent = rows.length
      ? `From ${count}: the score of the hidden original less that of the codec, 0 to 100. Small is good; below 0 the codec was liked better.`
      : "There are no scores yet: do the blind test, or add files that it has saved.";
    byId("basis").textContent = viewersOf(all).length > 1
      ? "Intervals hold 95 % by Student's t over viewers; each counts with the mean of what they gave, over the pictures."
      : "One viewer: intervals hold 95 % by Student's t over the pictures, and say nothing about other viewers.";
  }

  byId("save").addEventListener("click", () => {
    const values = saved(), link = make("a");
    const mark = values.viewer.replace(/[^\w-]+/g, "-").slice(0, 40) || "viewer";
    link.href = URL.createObjectURL(new Blob([JSON.stringify(values, null, 1) + "\n"], { type: "application/json" }));
    link.download = `look-${mark}-${values.seed}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  byId("files").addEventListener("change", async (event) => { await add(event.target.files); event.target.value = ""; });
  byId("forget").addEventListener("click", () => { added.clear(); drawResults(); });
  document.addEventListener("tab", (event) => {
    if (event.detail === "results") {
      if (!session) { session = restored(); if (session) plan = planOf(session.seed); }
      drawResults();
    }
  });
  offer();
  return { planOf, meansOf, add };
})();
