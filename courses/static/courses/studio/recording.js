/* A recording in the lesson editor: sent by itself, so that the form around it is never reloaded or lost. */
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
      if (this.words) return this.watch();
      this.words = JSON.parse(this.dataset.words);
      this.input = this.querySelector('input[type="hidden"]');
      this.part("file").addEventListener("change", (event) => this.take(event.target.files));
      this.part("cancel").addEventListener("click", () => this.request?.abort());
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
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
      this.request?.abort();
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
      this.request?.abort();
      this.file = file;
      this.show("error", false);
      if (!file.size) return this.fail(this.words.empty);
      const request = (this.request = new XMLHttpRequest());
      const body = new FormData();
      body.append("language", document.querySelector("[data-locale]")?.dataset.locale ?? document.documentElement.lang ?? "");
      body.append("file", file, file.name);
      const started = performance.now();
      let fraction = 0;
      request.upload.addEventListener("progress", (event) => {
        fraction = event.total ? event.loaded / event.total : 0;
        this.sending(event.loaded, event.total, (performance.now() - started) / 1000);
      });
      request.addEventListener("load", () => this.answered(request));
      request.addEventListener("error", () => {
        this.sent();
        this.fail(fill(this.words.lost, { percent: Math.floor(fraction * 100) }), { again: true });
      });
      request.addEventListener("abort", () => {
        if (this.request !== request) return;
        this.sent();
        this.say(this.words.cancelled);
      });
      request.open("POST", this.dataset.uploadUrl);
      request.setRequestHeader("X-CSRFToken", csrf());
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.responseType = "json";
      this.part("sending-name").textContent = fill(this.words.uploading, { name: file.name });
      this.sending(0, file.size, 0);
      this.show("sending", true);
      this.show("drop", false);
      addEventListener("beforeunload", leave);
      this.say(fill(this.words.uploading, { name: file.name }));
      request.send(body);
    }

    sending(loaded, total, seconds) {
      this.part("sending-bar").value = total ? loaded / total : 0;
      if (total && loaded >= total) {
        this.part("sending-line").textContent = this.words.received;
        return;
      }
      const values = { sent: megabytes(loaded), size: megabytes(total), percent: total ? Math.floor((loaded / total) * 100) : 0 };
      let line = fill(this.words.sent, values);
      if (seconds > 2 && loaded) {
        const left = (seconds / loaded) * (total - loaded);
        const words = left > 90 ? this.words.left_minutes : this.words.left_seconds;
        line += ` · ${fill(words, { n: Math.ceil(left > 90 ? left / 60 : left) })}`;
      }
      this.part("sending-line").textContent = line;
    }

    sent() {
      this.request = null;
      this.part("file").value = "";
      this.show("sending", false);
      this.show("drop", true);
      if (!document.querySelector('lesson-recording [data-part="sending"]:not([hidden])')) removeEventListener("beforeunload", leave);
    }

    answered(request) {
      this.sent();
      const answer = request.response;
      if (request.status === 201 && answer?.id) {
        this.file = null;
        this.set(answer.id);
        this.draw(answer);
        this.watch(POLL_MS);
      } else if (answer?.error?.sentence) {
        this.fail(answer.error.sentence);
      } else if (request.status === 403 || request.status === 401) {
        this.fail(this.words.signed_out, { again: true });
      } else if (request.status === 413) {
        this.fail(this.words.too_large);
      } else {
        this.fail(fill(this.words.refused, { status: request.status }), { again: true });
      }
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

  function leave(event) {
    event.preventDefault();
  }

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
