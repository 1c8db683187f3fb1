// A customer's request that is open: what the desk answers comes in. Comes after parts.js and live.js.
(() => {
  "use strict";

  const { replace } = window.parts;
  const { LivePage, once, parsed } = window.live;

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

  customElements.define("live-request", LiveRequest);
})();
