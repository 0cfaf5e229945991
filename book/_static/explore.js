/* Draws the figures that helpers.explore baked: no kernel, no server, no other host.
   On the site the data and plotly.js come from _static when a figure comes near; on Colab the script is
   inlined beside one figure and plotly.js comes from the address in data-plotly. */
(() => {
  "use strict";
  const script = document.currentScript;
  const root = document.documentElement;
  const plotlySource = script.dataset.plotly ?? new URL("vendor/plotly.min.js", script.src).href;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // -- loading: script tags, because fetch and modules fail from file:// ----------------------
  const loads = new Map();
  const load = (source) => {
    if (!loads.has(source)) {
      loads.set(source, new Promise((done, fail) => {
        const tag = Object.assign(document.createElement("script"), { src: source });
        tag.onload = done;
        tag.onerror = () => fail(new Error(`${source} did not load`));
        document.head.append(tag);
      }));
    }
    return loads.get(source);
  };
  const baked = (window.exploreBaked ??= {});

  // -- decoding: the inverse of explore.py's _pack --------------------------------------------
  const unpack = (packed) => {
    if (Array.isArray(packed)) return packed;
    const { digits, order, stride, size, width } = packed, rows = [];
    packed.rows.forEach((row, i) => {
      let values = row;
      for (let k = 0; k < order; k++) {
        let sum = 0;
        values = values.map((v) => (sum += v));
      }
      const near = stride && Math.floor(i / stride) % size ? rows[i - stride] : undefined;
      rows.push(near?.length === values.length ? values.map((v, j) => v + near[j]) : values);
    });
    return rows.map((row) => {
      const values = row.map((v) => v / 10 ** digits);
      if (!width) return values;
      const grid = [];
      for (let i = 0; i < values.length; i += width) grid.push(values.slice(i, i + width));
      return grid;
    });
  };
  const put = (tree, path, value) => {
    let node = tree;
    path.slice(0, -1).forEach((key, i) => {
      node = node[key] ??= typeof path[i + 1] === "number" ? [] : {};
    });
    node[path.at(-1)] = value;
  };

  // -- theme: the role colours of helpers.style become the page's ------------------------------
  const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const painter = (roles) => {
    const swap = {};
    for (const [role, hex] of Object.entries(roles ?? {}))
      swap[hex] = token(`--c-${role.length === 1 ? "gate-" : ""}${role}`) || hex;
    const paint = (node) => {
      if (typeof node === "string") return swap[node] ?? node;
      if (Array.isArray(node)) return typeof node[0] === "number" ? node : node.map(paint);
      if (node && typeof node === "object")
        return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, paint(value)]));
      return node;
    };
    return paint;
  };
  const themed = (template) => {
    const axis = { gridcolor: token("--c-line"), linecolor: token("--c-control"), tickcolor: token("--c-control") };
    const { layout = {}, ...rest } = template ?? {};
    return { ...rest, layout: { ...layout, font: { ...layout.font, color: token("--c-muted") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...layout.xaxis, ...axis }, yaxis: { ...layout.yaxis, ...axis } } };
  };

  // -- link state: #name?length=60&eigenvalue=1.1 ----------------------------------------------
  const address = () => {
    const [name, query = ""] = decodeURIComponent(location.hash.slice(1)).split("?");
    return { name, state: new URLSearchParams(query) };
  };

  const save = (name, href) => Object.assign(document.createElement("a"), { download: name, href }).click();
  const plain = (html) => new DOMParser().parseFromString(html ?? "", "text/html").body.textContent;
  const cell = (value) => /[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : value ?? "";

  const start = async (box) => {
    const holder = box.querySelector(".explore-data");
    const target = box.querySelector(".explore-plot");
    const reading = box.querySelector(".explore-reading");
    const note = box.querySelector(".explore-note");
    const key = holder.dataset.src;
    if (key) await load(new URL(`explore/${key}.js`, script.src).href);
    if (!window.Plotly) await load(plotlySource);
    const figure = key ? baked[key] : JSON.parse(holder.textContent);
    const fields = figure.controls.map((c) => box.querySelector(`[name="${c.name}"]`));
    const pools = figure.varying.map(([path, axes, packed]) => [path, axes, unpack(packed)]);

    const at = () => fields.map((f) => f.type === "checkbox" ? Number(f.checked) : Number(f.value));
    const set = (i, position) => {
      if (fields[i].type === "checkbox") fields[i].checked = Boolean(position);
      else fields[i].value = position;
    };
    const isStart = () => at().every((position, i) => position === figure.controls[i].start);
    const query = () => figure.controls.map((c, i) => `${c.name}=${encodeURIComponent(c.labels[at()[i]])}`).join("&");

    const compose = () => {
      const where = at(), drawn = {};
      for (const [path, value] of figure.fixed) put(drawn, path, value);
      for (const [path, axes, values] of pools) {
        const index = axes.reduce((sum, k) => sum * figure.controls[k].labels.length + where[k], 0);
        if (values[index] !== null) put(drawn, path, values[index]);
      }
      const { template, meta, ...layout } = drawn.layout ?? {};
      const paint = painter(template?.layout?.meta?.roles);
      return { data: paint(drawn.data ?? []), meta,
        layout: { ...paint(layout), template: themed(template), autosize: true, height: target.clientHeight } };
    };
    let telling;
    const tell = (sentence) => {                     // after the last change, not at each step of a drag
      clearTimeout(telling);
      telling = setTimeout(() => { if (reading.textContent !== sentence) reading.textContent = sentence; }, 120);
    };
    const draw = () => {
      fields.forEach((f, i) => {
        const { kind, shown } = figure.controls[i];
        if (kind !== "range") return;
        f.nextElementSibling.textContent = shown[at()[i]];
        f.setAttribute("aria-valuetext", shown[at()[i]]);
      });
      const { data, layout, meta } = compose();
      tell(meta?.reading ?? "");
      return Plotly.react(target, data, layout, { responsive: true, displayModeBar: false });
    };
    let waiting = false;
    const schedule = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; draw(); });
    };

    let linking;
    const link = () => {                             // browsers limit how often an address may change
      clearTimeout(linking);
      linking = setTimeout(() => {
        try { history.replaceState(null, "", `#${figure.name}?${query()}`); } catch { /* an island without address */ }
      }, 300);
    };
    const changed = () => { note.textContent = ""; schedule(); if (!script.dataset.plotly) link(); };
    const hold = () => {                             // bring it into view, and again when math above it is typeset
      const show = () => box.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
      const growing = new ResizeObserver(show);
      const letGo = () => growing.disconnect();
      show();
      growing.observe(document.body);
      setTimeout(letGo, 4000);
      for (const touch of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(touch, letGo, { once: true, passive: true });
    };
    const follow = () => {
      const { name, state } = address();
      if (name !== figure.name || ![...state].length) return;
      const wanted = figure.controls.map((c) => c.start), wrong = [];
      for (const [control, value] of state) {
        const i = figure.controls.findIndex((c) => c.name === control);
        const position = i < 0 ? -1 : figure.controls[i].labels.findIndex(
          (label) => label === value || (value.trim() !== "" && Number(label) === Number(value)));
        if (position < 0) wrong.push(i < 0 ? control : `${control} = ${value}`);
        else wanted[i] = position;
      }
      (wrong.length ? figure.controls.map((c) => c.start) : wanted).forEach((position, i) => set(i, position));
      schedule();
      hold();
      note.textContent = wrong.length
        ? `The link asks for ${wrong.join(" and ")}, which this figure does not have; it stands in its start state.` : "";
    };

    // -- buttons ----------------------------------------------------------------------------------
    let playing;
    const playButton = box.querySelector("[name=play]");
    const pause = () => { clearInterval(playing); playing = undefined; if (playButton) playButton.textContent = calm.matches ? "Next" : "Play"; };
    const step = () => {
      const i = figure.play, last = figure.controls[i].labels.length - 1, now = at()[i];
      set(i, now < last ? now + 1 : 0);
      if (now + 1 >= last) pause();
      changed();
    };
    const fileName = () => `${figure.name}_${query().replaceAll("=", "-").replaceAll("&", "_").replace(/[^\w.-]/g, "")}`;
    const actions = {
      play() {
        if (calm.matches) return step();             // one step a press: nothing moves by itself
        if (playing) return pause();
        playButton.textContent = "Pause";
        playing = setInterval(step, 400);
      },
      reset() {
        pause();
        figure.controls.forEach((c, i) => set(i, c.start));
        changed();
      },
      csv() {
        const { data, layout } = compose();
        const name = (axis, otherwise) => plain(layout[axis]?.title?.text ?? layout[axis]?.title ?? otherwise);
        const rows = [["series", name("xaxis", "x"), name("yaxis", "y"), "z"]];
        for (const trace of data) {
          if (trace.z) trace.z.forEach((row, i) => Array.from(row).forEach((z, j) => {
            let x = trace.x?.[j] ?? j;
            if (trace.x?.length > row.length) {        // edges; a brick without width is not drawn
              if (trace.x[j + 1] === x) return;
              x = (x + trace.x[j + 1]) / 2;
            }
            rows.push([trace.name, x, trace.y?.[i] ?? i, z]);
          }));
          else Array.from(trace.y ?? []).forEach((y, i) => rows.push([trace.name, trace.x?.[i] ?? i, y, ""]));
        }
        const href = URL.createObjectURL(new Blob([rows.map((row) => row.map(cell).join(",")).join("\n") + "\n"], { type: "text/csv" }));
        save(`${fileName()}.csv`, href);
        setTimeout(() => URL.revokeObjectURL(href), 1000);
      },
      async png() {
        const { data, layout } = compose();
        const picture = { data, layout: { ...layout, paper_bgcolor: token("--c-paper") || "#fff" } };
        save(`${fileName()}.png`, await Plotly.toImage(picture, { format: "png", scale: 2, width: 800, height: 450 }));
      },
    };
    box.addEventListener("click", (event) => actions[event.target.name]?.());
    fields.forEach((f) => f.addEventListener("input", () => { pause(); changed(); }));
    pause();
    calm.addEventListener("change", pause);
    new MutationObserver(schedule).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    addEventListener("hashchange", follow);
    follow();
    await draw();
    box.dataset.state = "ready";
  };

  const failed = (box) => (error) => {
    box.querySelector(".explore-note").textContent = `This figure could not be drawn (${error.message}). Its reading in the start state stands above.`;
    throw error;
  };
  const boot = () => {
    const dark = root.getAttribute("theme") === "dark" || document.body.dataset.jpThemeLight === "false";
    if (dark && script.dataset.plotly) root.dataset.theme = "dark";               // as Colab and JupyterLab say it
    const boxes = [...document.querySelectorAll(".explore:not([data-state])")];
    const begin = (box) => {
      if (box.dataset.state) return;
      box.dataset.state = "loading";
      start(box).catch(failed(box));
    };
    if (script.dataset.plotly) return boxes.forEach(begin);      // an island: one figure, in a frame that may start at no height
    const near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) near.unobserve(target), begin(target);
    }, { rootMargin: "800px" });
    boxes.forEach((box) => near.observe(box));
    const wake = () => {                             // a linked figure loads at once, wherever it stands
      const { name, state } = address();
      if (![...state].length || !boxes.length) return;
      const box = document.getElementById(name);
      if (!box?.matches(".explore")) boxes[0].querySelector(".explore-note").textContent =
        `The link names a figure, ${name}, that is not on this page.`;
      else begin(box);
    };
    addEventListener("hashchange", wake);
    wake();
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", boot) : boot();
})();
