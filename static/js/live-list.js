// A list of tickets that is open: rows stay true in their places, and what came or left is counted. Comes after parts.js and live.js.
(() => {
  "use strict";

  const { replace } = window.parts;
  const { LivePage, once, parsed, settle } = window.live;

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

  customElements.define("live-list", LiveList);
})();
