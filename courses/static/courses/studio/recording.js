/* A recording in the lesson editor: sent by itself (sending.js), so that the form around it is never reloaded or lost. */
(() => {
  "use strict";

  const POLL_MS = 1500;
  const csrf = () => document.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? window.wagtailConfig?.CSRF_TOKEN ?? "";
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

  // An element that the parser has just opened has no children yet.
  const whenParsed = (begin) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
    else begin();
  };

  class LessonRecording extends HTMLElement {
    connectedCallback() {
      whenParsed(() => this.begin());
    }

    begin() {
      if (this.words) {
        this.sending?.goOn(); // moved to another place of the form
        return this.watch();
      }
      this.words = JSON.parse(this.dataset.words);
      this.input = this.querySelector('input[type="hidden"]');
      this.part("file").addEventListener("change", (event) => this.take(event.target.files));
      this.part("cancel").addEventListener("click", () => this.stop());
      this.part("pause").addEventListener("click", () => this.pause(true));
      this.part("go-on").addEventListener("click", () => this.pause(false));
      this.part("again").addEventListener("click", () => this.send(this.file));
      this.part("retry").addEventListener("click", () => this.retry());
      const drop = this.part("drop");
      for (const kind of ["dragenter", "dragover"]) {
        this.addEventListener(kind, (event) => {
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          drop.classList.add("recording__drop--over");
        });
      }
      for (const kind of ["dragleave", "drop"]) {
        this.addEventListener(kind, () => drop.classList.remove("recording__drop--over"));
      }
      this.addEventListener("drop", (event) => {
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        this.take(event.dataTransfer.files);
      });
      this.watch();
      this.listUnfinished();
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
      this.sending?.pause();
    }

    part(name) {
      return this.querySelector(`[data-part="${name}"]`);
    }

    show(name, shown) {
      this.part(name).hidden = !shown;
    }

    say(sentence) {
      if (this.part("status").textContent !== sentence) this.part("status").textContent = sentence;
    }

    fail(sentence, { again = false, retry = false } = {}) {
      this.part("error-sentence").textContent = sentence;
      this.show("again", again);
      this.show("retry", retry);
      this.show("error", true);
      // Wagtail's buttons float over the foot of the page. What fails later, while somebody writes, moves nothing.
      if (!retry) this.part("error").scrollIntoView({ block: "nearest" });
    }

    // Sending -------------------------------------------------------------------------------------------------------

    take(files) {
      const file = files[0];
      if (!file) return;
      this.send(file);
      if (files.length > 1) this.say(this.words.one_only);
    }

    send(file) {
      this.sending?.stop();
      this.file = file;
      this.show("error", false);
      if (!file.size) return this.fail(this.words.empty);
      const language = document.querySelector("[data-locale]")?.dataset.locale ?? document.documentElement.lang ?? "";
      this.percent = this.said = 0;
      this.sending = new LessonSending({
        url: this.dataset.uploadsUrl,
        file,
        language: language.slice(0, 10).split("-")[0],
        csrf,
        told: {
          progress: (state) => this.progress(state),
          broken: (sentence) => this.interrupted(sentence),
          goesOn: () => this.say(fill(this.words.goes_on, { percent: this.percent })),
          done: (id) => this.arrived(id),
          refused: (refusal) => this.refused(refusal),
        },
      });
      this.part("sending-name").textContent = fill(this.words.uploading, { name: file.name });
      this.part("sending-bar").value = 0;
      this.part("sending-line").textContent = "";
      this.show("pause", true);
      this.show("go-on", false);
      this.show("sending", true);
      this.show("drop", false);
      this.show("unfinished", false);
      this.say(fill(this.words.uploading, { name: file.name }));
    }

    progress({ sent, total, left_s }) {
      this.part("sending-bar").value = sent / total;
      this.percent = Math.floor((sent / total) * 100);
      if (sent >= total) {
        this.part("sending-line").textContent = this.words.received;
        return;
      }
      let line = fill(this.words.sent, { sent: megabytes(sent), size: megabytes(total), percent: this.percent });
      if (left_s !== null) {
        const words = left_s > 90 ? this.words.left_minutes : this.words.left_seconds;
        line += ` · ${fill(words, { n: Math.ceil(left_s > 90 ? left_s / 60 : left_s) })}`;
      }
      this.part("sending-line").textContent = line;
      const quarter = Math.floor(this.percent / 25);
      if (quarter > this.said) this.say(`${this.percent} %`);
      this.said = quarter;
    }

    interrupted(said) {
      const sentence = said || fill(this.words.broken, { percent: this.percent });
      this.part("sending-line").textContent = sentence;
      this.say(sentence);
    }

    pause(paused) {
      if (paused) this.sending?.pause();
      else this.sending?.goOn();
      this.show("pause", !paused);
      this.show("go-on", paused);
      this.part(paused ? "go-on" : "pause").focus();
      const sentence = fill(paused ? this.words.paused : this.words.goes_on, { percent: this.percent });
      this.part("sending-line").textContent = sentence;
      this.say(sentence);
    }

    stop() {
      this.sending?.stop();
      this.sent();
      this.say(this.words.cancelled);
      this.listUnfinished();
      this.part("file").focus();
    }

    sent() {
      this.sending = null;
      this.part("file").value = "";
      this.show("sending", false);
      this.show("drop", true);
    }

    async arrived(id) {
      this.sent();
      this.file = null;
      this.set(id);
      await this.look();
    }

    refused({ code, sentence, status }) {
      this.sent();
      if (code === "unreadable") this.fail(this.words.unreadable);
      else if (sentence) this.fail(sentence, { again: status === 507 });
      else if (status === 403 || status === 401) this.fail(this.words.signed_out, { again: true });
      else this.fail(fill(this.words.refused, { status }), { again: true });
      this.listUnfinished(true);
    }

    // What has not arrived whole: the page may have been closed, or it was begun on another computer.
    async listUnfinished(filled = false) {
      if (this.input.value && !filled) return;
      let uploads = [];
      try {
        const response = await fetch(this.dataset.uploadsUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        if (response.ok) ({ uploads } = await response.json());
      } catch {
        return; // it only reminds
      }
      if (this.sending) return;
      this.show("unfinished", uploads.length > 0);
      this.part("unfinished-list").replaceChildren(...uploads.map((upload) => this.unfinished(upload)));
    }

    unfinished({ url, name, offset, length }) {
      const item = document.createElement("li");
      const label = document.createElement("span");
      label.textContent = fill(this.words.unfinished, { name, percent: Math.floor((offset / length) * 100), size: megabytes(length) });
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = this.words.discard;
      button.setAttribute("aria-label", fill(this.words.discard_name, { name }));
      button.addEventListener("click", async () => {
        button.disabled = true;
        const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest" };
        try {
          const response = await fetch(url, { method: "DELETE", headers });
          if (response.ok) this.say(fill(this.words.discarded, { name }));
        } finally {
          await this.listUnfinished(true);
          this.part("file").focus();
        }
      });
      item.append(label, button);
      return item;
    }

    set(id) {
      this.input.value = id;
      // Wagtail notices what changed, to warn before leaving and to keep drafts.
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // The state of what is there ------------------------------------------------------------------------------------

    watch(wait = 0) {
      clearTimeout(this.timer);
      // Asked afterwards: Wagtail writes a saved value into the field when the element already stands in the page.
      this.timer = setTimeout(() => this.input.value && this.look(), wait);
    }

    url(action = "") {
      return this.dataset.stateUrl.replace(/[0-9a-f-]{36}/, this.input.value) + action;
    }

    async look() {
      const id = this.input.value;
      try {
        const response = await fetch(this.url(), { headers: { "X-Requested-With": "XMLHttpRequest" } });
        const state = await response.json();
        if (id !== this.input.value) return;
        if (response.status === 404) return this.fail(this.words.unknown);
        this.draw(state);
        if (!state.settled) this.watch(document.hidden ? 4 * POLL_MS : POLL_MS);
      } catch {
        this.say(this.words.state_lost);
        this.watch(4 * POLL_MS);
      }
    }

    async retry() {
      this.show("error", false);
      const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest" };
      try {
        const response = await fetch(this.url("retry/"), { method: "POST", headers });
        this.draw(await response.json());
      } finally {
        this.watch(POLL_MS);
      }
    }

    draw(state) {
      this.classList.add("recording--filled");
      this.show("lead", false);
      this.show("lead-filled", true);
      this.show("choose", false);
      this.show("replace", true);
      this.show("asset", true);
      this.part("asset").classList.toggle("recording__asset--upright", state.upright);
      this.part("name").textContent = state.name;
      this.part("facts").textContent = state.facts;
      this.part("state").textContent = state.sentence;
      this.drawScreen(state);
      this.drawSteps(state);
      this.drawVillage(state);
      this.drawStory(state);
      if (state.error) this.fail(state.error.sentence, { retry: true });
      else if (!this.file) this.show("error", false);
      const at = state.steps.find((step) => step.state === "running");
      this.say(state.error ? "" : state.state === "ready" ? this.words.ready : at ? `${at.label}: ${Math.floor(at.fraction * 10) * 10} %` : "");
    }

    drawScreen(state) {
      const screen = this.part("screen");
      const wanted = state.play_url ? (state.play_is_sound ? "audio" : "video") : state.poster_url ? "img" : "";
      if (screen.dataset.kind === wanted && screen.dataset.asset === state.id) return; // signed addresses differ: keep what plays
      screen.dataset.kind = wanted;
      screen.dataset.asset = state.id;
      screen.replaceChildren();
      if (!wanted) return;
      const element = document.createElement(wanted);
      if (wanted === "img") {
        element.src = state.poster_url;
        element.alt = "";
      } else {
        element.controls = true;
        element.preload = "none";
        element.src = state.play_url;
        element.setAttribute("aria-label", state.name);
        if (wanted === "video") {
          element.playsInline = true;
          if (state.poster_url) element.poster = state.poster_url;
        }
      }
      screen.append(element);
    }

    drawSteps(state) {
      const list = this.part("steps");
      list.hidden = state.state === "ready";
      list.replaceChildren(
        ...state.steps.map((step) => {
          const item = document.createElement("li");
          item.className = `recording__step--${step.state}`;
          const label = document.createElement("span");
          label.textContent = step.label;
          const line = document.createElement("span");
          line.className = "recording__step-state";
          line.textContent = step.state === "running" ? [`${Math.floor(step.fraction * 100)} %`, step.left].filter(Boolean).join(" · ") : step.state_label;
          item.append(label, line);
          if (step.state === "running") {
            const bar = document.createElement("progress");
            bar.max = 1;
            bar.value = step.fraction;
            bar.setAttribute("aria-label", step.label);
            item.append(bar);
          }
          if (step.sentence && !(state.error && state.error.sentence === step.sentence)) {
            const sentence = document.createElement("span");
            sentence.className = "recording__sentence";
            sentence.textContent = step.sentence;
            item.append(sentence);
          }
          return item;
        }),
      );
    }

    drawStory(state) {
      const story = this.part("story");
      this.show("story", Boolean(state.storyboard_url));
      if (!state.storyboard_url || story.dataset.asset === state.id) return; // signed addresses differ
      story.dataset.asset = state.id;
      story.querySelector("img").src = state.storyboard_url;
    }

    drawVillage(state) {
      this.show("village", state.table.length > 0);
      this.part("rows").replaceChildren(
        ...state.table.map((row) => {
          const line = document.createElement("tr");
          const head = document.createElement("th");
          head.scope = "row";
          head.textContent = row.label;
          line.append(head);
          for (const [text, number] of [[row.picture, false], [row.per_ten_minutes, true], [row.whole, true]]) {
            const cell = document.createElement("td");
            cell.textContent = text;
            if (number) cell.className = "recording__number";
            line.append(cell);
          }
          return line;
        }),
      );
    }
  }

  addEventListener("beforeunload", (event) => {
    if (document.querySelector('lesson-recording [data-part="sending"]:not([hidden])')) event.preventDefault();
  });

  class LessonProgress extends HTMLElement {
    connectedCallback() {
      whenParsed(() => this.look());
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
    }

    async look() {
      let wait = 4000;
      try {
        const response = await fetch(this.dataset.stateUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        if (!response.ok) return;
        const state = await response.json();
        const at = state.steps.find((step) => step.state === "running");
        this.querySelector("progress").value = state.state === "ready" ? 1 : state.fraction;
        this.querySelector('[data-part="line"]').textContent = state.error
          ? state.error.sentence
          : [`${Math.floor(state.fraction * 100)} %`, at && at.label, at && at.left].filter(Boolean).join(" · ");
        if (state.settled) return;
      } catch {
        wait = 15000;
      }
      this.timer = setTimeout(() => this.look(), wait);
    }
  }

  customElements.define("lesson-recording", LessonRecording);
  customElements.define("lesson-progress", LessonProgress);
})();
