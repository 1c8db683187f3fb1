// Pages that stay true while they are open: one stream of events a page. Events carry ids only; what changed is fetched by
// the rules of every page. What is typed, the focus and the place that is read stay. See docs/decisions/0013.
(() => {
  "use strict";

  const POLL = 20000, SILENCE = 45000, HIDDEN = 5000, TYPING = 4000;
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const { replace, renew } = window.parts;
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

  class LiveTicket extends LivePage {
    prepare() {
      this.loaded = this.dataset.loaded;
      this.misses = 0;
      this.unseen = []; // what others said, in order, until it has been on the screen
      this.watch = new IntersectionObserver((entries) => this.saw(entries), { threshold: [0, 0.25, 0.5, 1] });
      this.fetchNews = once(50, () => this.news());
      document.addEventListener("ticket:changed", this.fetchNews);
      this.presence = once(100, () => this.whoIsHere());
      this.writing();
    }

    changed() {
      this.fetchNews();
    }

    everything() {
      this.fetchNews();
    }

    async news() {
      const query = new URLSearchParams(location.search);
      query.set("after", this.loaded);
      const html = await this.get(`${this.dataset.news}?${query}`);
      if (!html) {
        // A server that is away for a moment is asked again, ever less often.
        this.misses = Math.min(6, this.misses + 1);
        setTimeout(this.fetchNews, 1000 * 2 ** this.misses);
        return;
      }
      this.misses = 0;
      const page = parsed(html);
      for (const part of page.querySelectorAll("[data-parts] > [id]")) renew(document.getElementById(part.id), part);
      this.closeOrOpen(page);
      const news = page.querySelector("[data-news]");
      const isSaid = news.querySelector("[data-has-to-be-seen]");
      this.insert([...news.children], news.dataset.order === "newest");
      this.loaded = news.dataset.loaded;
      const told = page.querySelector("[data-told]");
      // A message that nobody has read is not talked over by what the desk does by itself.
      if (told && (isSaid || !this.unseen.length)) this.tell(told.textContent.trim());
      this.advance();
    }

    // Where nothing can be written any more, because somebody merged it, what was typed stays and says so.
    closeOrOpen(page) {
      const composer = document.getElementById("composer");
      const [closed, open] = [page.querySelector("[data-write-no-more]"), page.querySelector("[data-write-again]")];
      const told = document.querySelector("main :is([data-write-no-more], [data-write-again])");
      if (!composer) {
        if (Boolean(told) !== Boolean(open)) told ? told.remove() : this.before(open);
        return;
      }
      if (Boolean(told) === Boolean(closed)) return;
      if (told) told.remove();
      else composer.prepend(closed);
      const texts = [...composer.querySelectorAll("textarea, .composer-text")].map((text) => text.value ?? text.textContent);
      const isUsed = composer.contains(document.activeElement) || texts.some((text) => text.trim()) || composer.querySelector(".composer-file-list li");
      composer.hidden = !told && !isUsed;
      for (const button of composer.querySelectorAll(".composer-send button:not(.composer-discard)")) button.disabled = !told;
    }

    insert(items, newestFirst) {
      const conversation = document.getElementById("conversation");
      const reading = [...conversation.children].find((item) => item.getBoundingClientRect().bottom > 0);
      const isBelow = conversation.getBoundingClientRect().top < 0;
      const before = reading?.getBoundingClientRect().top;
      const fresh = items.filter((item) => !conversation.querySelector(`[data-event="${item.dataset.event}"]`));
      if (newestFirst) conversation.prepend(...fresh);
      else conversation.append(...fresh);
      // Who reads further down goes on reading there.
      if (isBelow && reading) window.scrollBy({ top: reading.getBoundingClientRect().top - before, behavior: "instant" });
      for (const item of fresh) {
        settle(item);
        if (!("hasToBeSeen" in item.dataset)) continue;
        this.unseen.push({ id: item.dataset.event, seen: false, item });
        this.watch.observe(item);
      }
      this.unseen.sort((one, other) => (one.id < other.id ? -1 : 1));
    }

    // Only what has been on the screen counts as read: a reply says until where its writer had read.
    saw(entries) {
      for (const entry of entries) {
        const enough = entry.intersectionRatio >= 0.5 || entry.intersectionRect.height > window.innerHeight / 3;
        const waiting = enough && !document.hidden && this.unseen.find((each) => each.item === entry.target);
        if (!waiting) continue;
        waiting.seen = true;
        this.watch.unobserve(entry.target);
      }
      this.advance();
    }

    advance() {
      const field = document.querySelector('#composer input[name="seen"]');
      let until = "";
      while (this.unseen.length && this.unseen[0].seen) until = this.unseen.shift().id;
      if (!this.unseen.length) {
        until = this.loaded;
        this.querySelector("[data-live-told] a")?.remove();
      }
      if (field && until && until > field.value) field.value = until;
    }

    tell(words) {
      const link = document.createElement("a");
      link.href = "#conversation";
      link.textContent = words;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        (this.unseen[0]?.item ?? document.getElementById("conversation")).scrollIntoView({ block: "center" });
      });
      this.querySelector("[data-live-told]").replaceChildren(link);
    }

    async whoIsHere() {
      const html = await this.get(this.dataset.present);
      const shown = this.querySelector("[data-presence]");
      const fresh = parsed(html).body;
      if (shown.innerHTML.trim() !== fresh.innerHTML.trim()) shown.replaceChildren(...fresh.childNodes);
    }

    // Colleagues are told while something is written, every few seconds and not with every key.
    writing() {
      let told = 0, kind = "";
      const tell = (what) => {
        const token = document.querySelector('meta[name="csrf-token"]').content;
        const body = new URLSearchParams({ what });
        fetch(this.dataset.typing, { method: "POST", body, headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
      };
      document.addEventListener("input", (event) => {
        const form = event.target.closest?.("#composer");
        if (!form || !this.source || !event.target.matches("textarea, [contenteditable]")) return;
        const now = form.elements.kind?.value === "note" ? "note" : "reply";
        if (now === kind && Date.now() - told < TYPING) return;
        [told, kind] = [Date.now(), now];
        tell(now);
      });
      document.addEventListener("submit", (event) => {
        if (event.target.id === "composer" && told) tell("");
      });
    }
  }

  class LiveList extends LivePage {
    prepare() {
      this.asked = new Set();
      this.news = new Set(); // numbers that came into the list or left it
      this.fetchRows = once(600, () => this.rows());
      this.fetchCounts = once(3000 + 2000 * Math.random(), () => this.counts());
    }

    changed(numbers, others) {
      for (const number of numbers) this.asked.add(number);
      // Something moved that this person may not see: perhaps a ticket of this page, that they no longer may.
      if (others) for (const number of this.shown().keys()) this.asked.add(number);
      this.fetchRows();
      this.fetchCounts();
    }

    everything() {
      for (const number of this.shown().keys()) this.asked.add(number);
      this.unknown = true;
      this.fetchRows();
      this.fetchCounts();
    }

    shown() {
      const rows = new Map();
      for (const link of document.querySelectorAll("[data-key-list] a.subject")) {
        const number = Number(/\/(\d+)\/$/.exec(link.pathname)?.[1]);
        if (number) rows.set(number, link.closest("tr"));
      }
      return rows;
    }

    async rows() {
      const asked = [...this.asked].slice(0, 200);
      if (!asked.length) return this.tell();
      const answer = await fetch(`${this.dataset.changes}&numbers=${asked.join("+")}`, { cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      for (const number of asked) this.asked.delete(number);
      const fresh = new Map();
      for (const row of parsed(await answer.text()).querySelectorAll("tbody tr")) {
        fresh.set(Number(/\/(\d+)\/$/.exec(new URL(row.querySelector("a.subject").href, location.href).pathname)[1]), row);
      }
      const shown = this.shown();
      for (const number of asked) {
        const [old, now] = [shown.get(number), fresh.get(number)];
        if (old && now) this.update(old, now);
        if (old && !now) this.leave(old);
        if (Boolean(old) !== Boolean(now)) this.news.add(number);
      }
      this.tell();
    }

    // In its place, with its tick: nothing moves beneath the pointer.
    update(old, now) {
      const focused = old.contains(document.activeElement) && document.activeElement.matches("a.subject");
      const but = (row) => [...row.children].filter((cell) => !cell.matches("td.tick"));
      old.classList.remove("row-left");
      for (const cell of but(old)) cell.remove();
      old.append(...but(now).map((cell) => document.adoptNode(cell)));
      settle(old);
      if (focused) old.querySelector("a.subject")?.focus({ preventScroll: true });
    }

    leave(row) {
      if (row.classList.contains("row-left")) return;
      row.classList.add("row-left");
      const words = document.createElement("span");
      words.className = "row-left-words";
      words.textContent = this.dataset.gone;
      row.querySelector("a.subject").parentElement.append(words);
    }

    tell() {
      const bar = this.querySelector("[data-live-bar]");
      const words = bar.querySelector("[data-count-words]");
      if (!this.news.size && !this.unknown) return;
      const said = this.news.size ? `${words.dataset.countWords} ${this.news.size}` : words.dataset.unknown;
      bar.hidden = false;
      if (words.textContent !== said) words.textContent = said;
    }

    async counts() {
      const html = await this.get(this.dataset.views);
      if (html) replace(document.getElementById("desk-views"), parsed(html).getElementById("desk-views"));
      const mentions = document.getElementById("desk-mentions");
      const fresh = mentions && (await this.get(mentions.dataset.address));
      if (fresh) replace(mentions, parsed(fresh).getElementById("desk-mentions"));
    }
  }

  class LiveRequest extends LivePage {
    prepare() {
      this.fetchNews = once(100, () => this.news());
    }

    changed() {
      this.fetchNews();
    }

    everything() {
      this.fetchNews();
    }

    async news() {
      const html = await this.get(location.pathname, { "HX-Request": "true" });
      if (!html) return;
      const page = parsed(html);
      const is = (selector) => document.querySelector(`#ticket ${selector}`);
      const items = is(".story")?.children.length;
      for (const part of [".ticket-facts", ".promise", ".story", ".ticket-aside"]) replace(is(part), page.querySelector(`#ticket ${part}`));
      const answer = is(".answer");
      const isEmpty = [...(answer?.querySelectorAll("textarea, input[type=file], [name=uploads]") ?? [])].every((field) => !field.value);
      if (answer && isEmpty) replace(answer, page.querySelector("#ticket .answer"));
      const told = this.querySelector("[data-live-told]");
      if (is(".story")?.children.length !== items) told.textContent = told.dataset.words;
    }
  }

  customElements.define("live-ticket", LiveTicket);
  customElements.define("live-list", LiveList);
  customElements.define("live-request", LiveRequest);
})();
