// Lists of lessons: what is done, where to go on, and which quality the link carries. On the phone, by person (`who`; ''
// is a guest): `lessons` opened (site.js), `progress` as of /api/v1/me.
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const read = (name) => { try { return JSON.parse(localStorage[`${name}:${localStorage.who}`]) || {}; } catch { return {}; } };
  const [first, count] = ["[data-continue]", "[data-done-count]"].map((selector) => all(selector)[0]);
  let go = first;
  const rate = navigator.connection?.downlink * 1e6;
  for (const row of all(".takes")) {
    const fits = [...row.children].filter((quality) => quality.dataset.bps * 1.25 < rate).pop();
    if (fits) fits.append(` ✓ ${row.dataset.word}`);
  }
  const fill = (there) => {
    const seen = read("lessons"), progress = { ...read("progress"), ...there };
    let done = 0;
    for (const stroke of all(".furrows [data-key]")) {
      const { key } = stroke.dataset, of = progress[key];
      stroke.className = of ? (of.completed ? "done" : "begun") : "";
      all(`.row[data-lesson="${key}"]`)[0]?.classList.toggle("done", !!of?.completed);
      if (of?.completed) done++;
    }
    if (count) count.textContent = done ? `· ${done} ✓` : "";
    if (!go) return;
    const last = Object.keys(seen).sort((a, b) => seen[b].at - seen[a].at).find((key) => !progress[key]?.completed);
    go.replaceWith((go = first.cloneNode(true))); // as the page came: what stands there may be somebody else's
    if (last) {
      const at = progress[last]?.position_s | 0;
      go.href = seen[last].url;
      go.querySelector("b").textContent = seen[last].title;
      go.querySelector("small").textContent = go.dataset.word + (at ? ` · ${(at / 60) | 0}:${String(at % 60).padStart(2, 0)}` : "");
    }
  };
  fill();
  if (go || count) {
    addEventListener("load", async () => {
      const answer = await fetch("/api/v1/me").catch(() => 0);
      if (!answer.ok) return;
      const { user, progress } = await answer.json();
      try {
        localStorage.who = user?.id || "";
      } catch {
        // a closed store: nothing of anybody's is there
      }
      fill(progress);
    });
  }
})();
