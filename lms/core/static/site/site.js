/* All that is personal in a page, put in after it has painted: where one was, what is done. Without it nothing else is missing. */
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)) || {}; } catch { return {}; } };
  const clock = (s) => `${(s / 60) | 0}:${String((s | 0) % 60).padStart(2, "0")}`;
  const here = document.querySelector("main[data-lesson]");
  const seen = read("lessons");
  if (here) {
    seen[here.dataset.lesson] = { title: here.dataset.title, url: location.pathname, at: Date.now() };
    const kept = Object.entries(seen).sort((a, b) => b[1].at - a[1].at).slice(0, 60);
    try { localStorage.setItem("lessons", JSON.stringify(Object.fromEntries(kept))); } catch { /* a full or closed store: not kept */ }
  }
  const share = document.querySelector("[data-share]");
  if (share && navigator.share) {
    share.hidden = false;
    share.onclick = () => navigator.share({ title: document.title, url: location.href.split("#")[0] }).catch(() => {});
  }
  const fill = (progress) => {
    let done = 0;
    for (const stroke of all(".furrows [data-key]")) {
      const of = progress[stroke.dataset.key];
      if (!of) continue;
      stroke.className = of.completed ? "done" : "begun";
      done += of.completed;
      if (of.completed) document.querySelector(`.row[data-lesson="${stroke.dataset.key}"]`)?.classList.add("done");
    }
    const count = document.querySelector("[data-done-count]");
    if (count && done) count.textContent = `· ${done} ✓`;
    const go = document.querySelector("[data-continue]");
    const last = Object.keys(seen).sort((a, b) => seen[b].at - seen[a].at).find((key) => !progress[key]?.completed);
    if (go && last) {
      const at = progress[last]?.position_s;
      go.href = seen[last].url;
      go.querySelector("b").textContent = seen[last].title;
      go.querySelector("small").textContent = go.dataset.word + (at ? ` · ${clock(at)}` : "");
    }
  };
  const local = read("progress");
  fill(local);
  if (all("[data-continue], .furrows").length) {
    addEventListener("load", () => fetch("/api/v1/me").then((answer) => answer.json()).then((me) => fill({ ...local, ...me.progress })).catch(() => {}));
  }
})();
