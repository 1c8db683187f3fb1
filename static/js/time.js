// <relative-time> and <due-countdown>: "3 hours ago" and "in 25 minutes", with the exact time of the reader's zone on hover.
(() => {
  "use strict";

  const language = document.documentElement.lang || "en";
  const zone = document.documentElement.dataset.zone || undefined;
  const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const short = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

  function formatter(options) {
    try {
      return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    } catch {
      return new Intl.DateTimeFormat(language, options);
    }
  }
  const exact = formatter({ dateStyle: "full", timeStyle: "short" });
  const day = formatter({ day: "numeric", month: "short", year: "numeric" });

  function distance(format, seconds) {
    for (const [unit, length] of UNITS) {
      if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
    }
    return format.format(Math.trunc(seconds / 60), "minute");
  }

  class RelativeTime extends HTMLElement {
    connectedCallback() {
      this.tell();
      clock.add(this);
    }
    disconnectedCallback() {
      clock.delete(this);
    }
    tell() {
      const time = this.querySelector("time");
      const at = time && new Date(time.dateTime);
      if (!at || Number.isNaN(at.getTime())) return;
      time.title = exact.format(at);
      if (this.hasAttribute("data-exact")) return;
      const seconds = (at - Date.now()) / 1000;
      // What is older than a month is a date to people, not "5 weeks ago".
      const words = Math.abs(seconds) > 2592000 ? day.format(at) : distance(relative, seconds);
      if (time.textContent !== words) time.textContent = words;
    }
  }

  class DueCountdown extends HTMLElement {
    connectedCallback() {
      this.tell();
      clock.add(this);
    }
    disconnectedCallback() {
      clock.delete(this);
    }
    tell() {
      const at = new Date(this.getAttribute("datetime"));
      if (Number.isNaN(at.getTime())) return;
      this.title = exact.format(at);
      const words = distance(short, (at - Date.now()) / 1000);
      if (this.textContent !== words) this.textContent = words;
    }
  }

  const clock = new Set();
  customElements.define("relative-time", RelativeTime);
  customElements.define("due-countdown", DueCountdown);
  setInterval(() => clock.forEach((element) => element.tell()), 30000);
})();
