/* Sends a recording piece by piece and goes on by itself where the link broke.
   The protocol is tus 1.0.0: https://tus.io/protocols/resumable-upload */
(() => {
  "use strict";

  const FIRST = 256 << 10; // bytes of a piece: what is no recording is refused after the first
  const LEAST = 64 << 10;
  const MOST = 8 << 20;
  const AIM_S = 8; // a piece takes so long: the server keeps what arrives of it, but holds a thread meanwhile
  const SAMPLE = 64 << 10;
  const PATIENCE_S = 20; // for an answer, and for the next bit of a piece to leave
  const MOST_PATIENCE_S = 60;
  const FINISHING_S = 60; // the whole is looked at; after that it is asked whether it is done
  const WAITS_S = [1, 2, 4, 8, 15, 30];
  const PASSES = new Set([0, 409, 423, 460, 502, 503, 504]);
  const GONE = new Set([404, 410]);

  // Trying again is the way. Where the server answered, it has said why.
  class Broken extends Error {
    constructor(sentence = "") {
      super(sentence);
      this.sentence = sentence;
    }
  }

  class Refused extends Error {
    constructor(about) {
      super(about.code);
      this.about = about;
    }
  }

  // By its size and a look into three places: the same file is known again, whatever it is called, on any computer.
  const markOf = async (file) => {
    let [one, other] = [2166136261, 374761393];
    for (const at of [0, file.size / 2, file.size - SAMPLE]) {
      const from = Math.max(0, Math.floor(at));
      for (const byte of new Uint8Array(await file.slice(from, from + SAMPLE).arrayBuffer())) {
        one = Math.imul(one ^ byte, 16777619);
        other = Math.imul(other ^ byte, 2246822519);
      }
    }
    return `${file.size}-${(one >>> 0).toString(36)}-${(other >>> 0).toString(36)}`;
  };

  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const between = (least, value, most) => Math.max(least, Math.min(most, value));

  // `told` has what is called meanwhile: progress({sent, total, left_s}), broken(sentence), goesOn(), done(id),
  // refused({code, sentence, status}).
  class LessonSending {
    constructor({ url, file, language, csrf, told }) {
      Object.assign(this, { url, file, language, csrf, told });
      this.address = "";
      this.offset = null; // unknown until it was asked
      this.recording = "";
      this.bytes = FIRST;
      this.rate = 0; // bytes a second
      this.paused = this.over = false;
      this.broken = false;
      this.wake = () => {};
      this.run();
    }

    pause() {
      this.paused = true;
      this.request?.abort();
    }

    goOn() {
      this.paused = false;
      this.wake();
    }

    // What has arrived stays on the server.
    stop() {
      this.over = true;
      this.request?.abort();
      this.wake();
    }

    async run() {
      let failures = 0;
      while (!this.over && !this.recording) {
        if (this.paused) {
          this.offset = null;
          await this.sleep();
          continue;
        }
        try {
          if (!this.address) await this.find();
          else if (this.offset === null) await this.ask();
          else {
            await this.piece();
            failures = 0;
          }
          if (this.broken && this.offset !== null) {
            this.broken = false;
            this.told.goesOn();
          }
        } catch (problem) {
          if (this.over || this.paused) continue;
          if (!(problem instanceof Broken)) {
            this.over = true;
            this.told.refused(problem instanceof Refused ? problem.about : { code: "script", sentence: "", status: 0 });
            return;
          }
          this.offset = null;
          this.bytes = Math.max(LEAST, this.bytes / 2);
          this.broken = true;
          this.told.broken(problem.sentence);
          await this.sleep(WAITS_S[Math.min(failures++, WAITS_S.length - 1)]);
        }
      }
      if (this.recording && !this.over) this.told.done(this.recording);
    }

    // Go on with what the server has of this file, or begin.
    async find() {
      const mark = (this.mark ??= await this.read(() => markOf(this.file)));
      const listed = await this.send("GET", this.url);
      const begun = listed.response?.uploads?.find((one) => one.mark === mark && one.language === this.language);
      if (begun) {
        this.address = begun.url;
        this.offset = begun.offset;
        return this.tell();
      }
      const about = { filename: this.file.name, language: this.language, mark };
      const pairs = Object.entries(about).map(([key, value]) => `${key} ${base64(value)}`);
      const headers = { "Upload-Length": this.file.size, "Upload-Metadata": pairs.join(",") };
      const answer = await this.send("POST", this.url, { headers });
      this.address = answer.getResponseHeader("Location") ?? "";
      this.learn(answer);
    }

    async ask() {
      this.learn(await this.send("HEAD", this.address));
    }

    async piece() {
      const from = this.offset;
      const to = Math.min(this.file.size, from + Math.floor(this.bytes));
      const body = await this.read(() => this.file.slice(from, to).arrayBuffer());
      const began = performance.now();
      const headers = { "Upload-Offset": from, "Content-Type": "application/offset+octet-stream" };
      const expected_s = this.rate ? (to - from) / this.rate : 0;
      const patience_s = Math.min(MOST_PATIENCE_S, PATIENCE_S / 2 + 3 * expected_s);
      this.learn(
        await this.send("PATCH", this.address, {
          headers,
          body,
          patience_s,
          answer_s: to === this.file.size ? FINISHING_S : patience_s,
          progress: (sent) => this.tell(from + sent),
        }),
      );
      const took_s = Math.max(0.05, (performance.now() - began) / 1000);
      const rate = (to - from) / took_s;
      this.rate = this.rate ? 0.7 * this.rate + 0.3 * rate : rate;
      this.bytes = between(LEAST, this.bytes * between(0.25, AIM_S / took_s, 2), MOST);
    }

    learn(answer) {
      const offset = Number.parseInt(answer.getResponseHeader("Upload-Offset") ?? "", 10);
      if (!(offset >= 0)) throw new Broken(); // somebody else's answer, as of a network's sign-in page
      this.offset = offset;
      this.recording = answer.getResponseHeader("Recording") ?? "";
      this.tell();
    }

    tell(sent = this.offset) {
      const total = this.file.size;
      this.told.progress({ sent, total, left_s: this.rate ? (total - sent) / this.rate : null });
    }

    // The phone may have taken the file away meanwhile.
    async read(reading) {
      try {
        return await reading();
      } catch {
        throw new Refused({ code: "unreadable", sentence: "", status: 0 });
      }
    }

    // An answer, or Broken when trying again is the way, or Refused.
    async send(method, url, { headers = {}, body = null, patience_s = PATIENCE_S, answer_s = PATIENCE_S, progress } = {}) {
      const request = (this.request = new XMLHttpRequest());
      request.open(method, url);
      request.responseType = method === "HEAD" ? "" : "json";
      const own = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.csrf(), "X-Requested-With": "XMLHttpRequest" };
      for (const [name, value] of Object.entries({ ...own, ...headers })) request.setRequestHeader(name, value);
      let timer = 0;
      const silentFor = (seconds) => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), seconds * 1000);
      };
      silentFor(body?.byteLength ? patience_s : answer_s);
      await new Promise((resolve) => {
        if (body) {
          request.upload.addEventListener("progress", (event) => {
            silentFor(patience_s);
            progress(event.loaded);
          });
          request.upload.addEventListener("load", () => silentFor(answer_s));
        }
        request.addEventListener("loadend", resolve);
        request.send(body);
      });
      clearTimeout(timer);
      this.request = null;
      if (request.status >= 200 && request.status < 300) return request;
      if (GONE.has(request.status) && this.address) {
        this.address = ""; // begin again
        throw new Broken();
      }
      const { code = "", sentence = "" } = (method !== "HEAD" && request.response?.error) || {};
      if (PASSES.has(request.status)) throw new Broken(sentence);
      throw new Refused({ code, sentence, status: request.status });
    }

    // Until the time is over, the link is back, or somebody wakes it.
    sleep(seconds) {
      return new Promise((resolve) => {
        const timer = seconds && setTimeout(() => this.wake(), seconds * 1000);
        this.wake = () => {
          clearTimeout(timer);
          removeEventListener("online", this.wake);
          this.wake = () => {};
          resolve();
        };
        if (seconds) addEventListener("online", this.wake);
      });
    }
  }

  globalThis.LessonSending = LessonSending;
})();
