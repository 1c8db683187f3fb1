// A ticket that the desk has open: what is said and done meanwhile comes in, and who is here is told. Comes after parts.js and
// live.js.
(() => {
  "use strict";

  const TYPING = 4000;
  const { renew } = window.parts;
  const { LivePage, once, parsed, settle } = window.live;

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

  customElements.define("live-ticket", LiveTicket);
})();
