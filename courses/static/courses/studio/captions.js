/* Captions in the lesson editor: a file is read into the field, and checked at once. */
(() => {
  "use strict";

  const WAIT_MS = 800;
  const csrf = () => document.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? window.wagtailConfig?.CSRF_TOKEN ?? "";

  // An element that the parser has just opened has no children yet.
  const whenParsed = (begin) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
    else begin();
  };

  class LessonCaptions extends HTMLElement {
    connectedCallback() {
      whenParsed(() => this.begin());
    }

    begin() {
      if (this.words) return;
      this.words = JSON.parse(this.dataset.words);
      this.text = this.querySelector("textarea");
      this.querySelector('[data-part="file"]').addEventListener("change", (event) => {
        const file = event.target.files[0];
        event.target.value = "";
        if (file) this.check({ file });
      });
      this.text.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.check({}), WAIT_MS);
      });
      if (this.text.value.trim()) this.check({});
    }

    async check({ file }) {
      const body = new FormData();
      if (file) body.append("file", file);
      else body.append("text", this.text.value);
      if (!file && !this.text.value.trim()) return this.show("", "");
      let answer;
      try {
        const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest" };
        answer = await (await fetch(this.dataset.readUrl, { method: "POST", body, headers })).json();
      } catch {
        if (file) this.show("", this.words.lost);
        return;
      }
      if (answer.error) return this.show("", file ? `${file.name} · ${answer.error.sentence}` : answer.error.sentence);
      if (file) {
        this.text.value = answer.text;
        this.text.dispatchEvent(new Event("change", { bubbles: true }));
      }
      this.show(answer.summary, "");
    }

    show(summary, error) {
      this.querySelector('[data-part="summary"]').textContent = summary;
      const line = this.querySelector('[data-part="error"]');
      line.textContent = error;
      line.hidden = !error;
    }
  }

  customElements.define("lesson-captions", LessonCaptions);
})();
