// Every page, after it has painted: lessons opened are noted on the phone by person, links handed on, lessons kept.
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const one = (selector) => all(selector)[0];
  const here = one("main[data-lesson]");
  const share = one("[data-share]");
  if (here) {
    try {
      const mine = "lessons:" + (localStorage.who ||= "");
      const seen = JSON.parse(localStorage[mine] || "{}");
      seen[here.dataset.lesson] = { title: here.dataset.title, url: location.pathname, at: Date.now() };
      localStorage[mine] = JSON.stringify(seen);
    } catch {
      // a full or closed store: not kept
    }
  }
  if (share && navigator.share) {
    for (const button of all("[data-share],[data-send]")) button.hidden = false;
    share.onclick = () => navigator.share({ title: document.title, url: location.href.split("#")[0] }).catch(() => {});
  }

  // What works without a link (lms.offline): the worker, once the page has what it needs; what is kept, and keeping it.
  const worker = navigator.serviceWorker;
  let script;
  const keeping = one("[data-script]");
  if (!worker) {
    for (const hint of all("[data-elsewhere]")) hint.hidden = false;
    return;
  }
  worker.onmessage = () => { one("[data-newer]").hidden = false; };
  addEventListener("load", () => setTimeout(() => worker.register("/worker.js", { updateViaCache: "all" }).catch(() => {}), 5000));
  const load = (button) => {
    if (script) return;
    script = document.createElement("script");
    script.src = keeping.dataset.script;
    script.onload = () => button?.click();
    script.onerror = () => {
      one("[data-keep-say]").textContent = keeping.dataset.wait;
      script = 0;
    };
    document.body.append(script);
  };
  if (keeping) {
    keeping.hidden = false;
    for (const button of keeping.querySelectorAll("button")) button.onclick = () => load(button);
  }
  (async () => {
    for (const { url } of await (await caches.open("kept")).keys()) {
      const [, state, key] = /kept\/(whole|begun)\/(.+)/.exec(url) || [];
      if (!key) continue;
      for (const link of all("[data-kept-link]")) link.hidden = false;
      if (here?.dataset.lesson == key && keeping) load();
      if (state == "whole") for (const mark of all(`.row[data-lesson="${key}"] .held`)) mark.hidden = false;
    }
  })().catch(() => {});
})();
