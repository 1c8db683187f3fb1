// Pages that stay true while they are open: one stream of events a page. Events carry ids only; what changed is fetched by
// the rules of every page. What is typed, the focus and the place that is read stay. See docs/decisions/0013.
// What every kind of open page shares; live-ticket.js, live-list.js and live-request.js say what each does with the news.
window.live = (() => {
  "use strict";

  const POLL = 20000, SILENCE = 45000, HIDDEN = 5000;
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

  // Work that is asked for while it runs is done once more afterwards, never twice at the same time.
  function once(pause, work) {
    let running = false, wanted = false;
    return async () => {
      wanted = true;
      if (running) return;
      running = true;
      while (wanted) {
        await wait(pause);
        wanted = false;
        try {
          await work();
        } catch {
          // No connection: the stream notices too, and says so.
        }
      }
      running = false;
    };
  }

  function settle(element) {
    window.htmx?.process(element);
    return element;
  }

  class LivePage extends HTMLElement {
    connectedCallback() {
      this.last = `${Math.max(0, Number(this.dataset.made) - 5)}000-0`;
      this.failures = 0;
      this.sentAway = 0;
      this.prepare();
      document.addEventListener("visibilitychange", () => this.looked());
      window.addEventListener("pagehide", () => this.rest());
      window.addEventListener("pageshow", (event) => event.persisted && this.connect());
      window.addEventListener("online", () => this.connect());
      if (!document.hidden) this.connect();
    }

    prepare() {}
    changed() {}
    everything() {}
    presence() {}

    // Browsers open six connections to a host at most: tabs that nobody looks at give theirs back.
    looked() {
      clearTimeout(this.hiding);
      if (document.hidden) this.hiding = setTimeout(() => this.rest(), HIDDEN);
      else if (!this.source) this.connect();
    }

    rest() {
      clearTimeout(this.retrying);
      clearTimeout(this.silence);
      this.source?.close();
      this.source = null;
    }

    connect() {
      this.rest();
      if (this.over || document.hidden) return;
      const source = new EventSource(this.address());
      this.source = source;
      this.listenFor(SILENCE);
      const on = (name, act) => source.addEventListener(name, (event) => {
        if (this.source !== source) return;
        if (event.lastEventId) this.last = event.lastEventId;
        this.listenFor(SILENCE);
        act(JSON.parse(event.data));
      });
      on("live", () => this.lives());
      on("stale", () => this.stale());
      on("ping", () => (this.sentAway = 0));
      on("change", (said) => this.changed(said.tickets, said.others));
      on("reset", () => setTimeout(() => this.everything(), 2000 * Math.random()));
      on("presence", () => this.presence());
      on("end", (said) => {
        this.rest();
        // At once the first time, as the answer may be that the page is no longer theirs; later ever less often.
        const pause = said.why === "rights" ? Math.min(20000, 100 * 2 ** this.sentAway++) : 500 + 2500 * Math.random();
        this.retrying = setTimeout(() => this.connect(), pause);
      });
      source.addEventListener("error", () => this.source === source && this.failed(source));
    }

    address(more = "") {
      return `${this.dataset.stream}${this.dataset.stream.includes("?") ? "&" : "?"}last=${this.last}${more}`;
    }

    listenFor(milliseconds) {
      clearTimeout(this.silence);
      this.silence = setTimeout(() => {
        this.failures += 1;
        this.connect();
      }, milliseconds);
    }

    // The browser tries again by itself after a lost connection, but not after an answer that is none.
    failed(source) {
      this.failures += 1;
      if (source.readyState === EventSource.CLOSED) {
        this.rest();
        this.poll();
        const pause = Math.min(20000, 1000 * 2 ** Math.min(this.failures, 5));
        this.retrying = setTimeout(() => this.connect(), pause * (0.5 + Math.random()));
      }
      if (this.failures > 2) this.stale();
    }

    lives() {
      this.failures = 0;
      clearInterval(this.polling);
      this.polling = null;
      this.say("");
    }

    stale() {
      if (this.polling || this.over) return;
      this.say("stale");
      this.polling = setInterval(() => document.hidden || this.poll(), POLL);
    }

    end(why) {
      this.over = true;
      this.rest();
      clearInterval(this.polling);
      this.say(why);
    }

    // What the stream would have said, asked for once.
    async poll() {
      let answer;
      try {
        answer = await fetch(this.address("&poll=1"), { cache: "no-store" });
      } catch {
        return;
      }
      if (answer.status === 403) return this.end("signedOut");
      if (answer.status === 404) return this.end("gone");
      // A server that has no streams, or no Redis, cannot say what is new: then the page looks for itself.
      const said = answer.status === 200 ? await answer.json() : { reset: true };
      if (said.last) this.last = said.last;
      if (said.reset) this.everything();
      else if (said.tickets.length || said.others) this.changed(said.tickets, said.others);
    }

    say(what) {
      const line = this.querySelector("[data-live-state]");
      const words = what ? line.dataset[what] : "";
      if (line.textContent !== words) line.textContent = words;
    }

    // The answer's text; nothing when there is nothing new or nobody signed in any more.
    async get(address, headers = {}) {
      const answer = await fetch(address, { cache: "no-store", headers });
      if (answer.redirected && answer.url.includes("/accounts/login")) this.end("signedOut");
      return answer.status === 200 && !answer.redirected ? answer.text() : "";
    }
  }

  return { LivePage, once, parsed, settle };
})();
