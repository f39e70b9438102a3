// Lists of lessons: what is done, where to go on, and which quality the link carries. On the phone: `lessons` opened
// (site.js), `progress` as of /api/v1/me, `rate` in bit/s.
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)) || {}; } catch { return {}; } };
  const [go, count] = ["[data-continue]", "[data-done-count]"].map((selector) => all(selector)[0]);
  const seen = read("lessons");
  const latest = () => Object.keys(seen).sort((a, b) => seen[b].at - seen[a].at);
  const rate = +read("rate") || navigator.connection?.downlink * 1e6;
  for (const row of all(".takes")) {
    const fits = [...row.children].filter((quality) => quality.dataset.bps * 1.25 < rate).pop();
    if (fits) fits.dataset.fits = "";
  }
  const fill = (progress) => {
    let done = 0;
    for (const stroke of all(".furrows [data-key]")) {
      const { key } = stroke.dataset, of = progress[key];
      if (!of) continue;
      stroke.className = of.completed ? "done" : "begun";
      if (of.completed && ++done) all(`.row[data-lesson="${key}"]`)[0]?.classList.add("done");
    }
    if (done) count.textContent = `· ${done} ✓`;
    const last = go && latest().find((key) => !progress[key]?.completed);
    if (last) {
      const at = progress[last]?.position_s | 0;
      go.href = seen[last].url;
      go.querySelector("b").textContent = seen[last].title;
      go.querySelector("small").textContent = go.dataset.word + (at ? ` · ${(at / 60) | 0}:${String(at % 60).padStart(2, 0)}` : "");
    }
  };
  const learned = read("progress");
  fill(learned);
  if (go || count) {
    addEventListener("load", async () => {
      const answer = await fetch("/api/v1/me").catch(() => 0);
      if (answer.ok) fill({ ...learned, ...(await answer.json()).progress });
    });
  }
})();
