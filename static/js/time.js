// <relative-time> and <due-countdown>: "3 hours ago" and "in 25 minutes", with the exact time of the reader's zone on hover.
(() => {
  "use strict";

  const language = document.documentElement.lang || "en";
  // Day before month and 24 hours, as the server writes them.
  const dates = language === "en" ? "en-GB" : language;
  const zone = document.documentElement.dataset.zone || undefined;
  const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  // Counted, never "yesterday" or "last week": two days and a half ago may be three days back in the calendar.
  const relative = new Intl.RelativeTimeFormat(language, { style: "long" });
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");

  function formatter(options) {
    try {
      return new Intl.DateTimeFormat(dates, { ...options, timeZone: zone });
    } catch {
      return new Intl.DateTimeFormat(dates, options);
    }
  }
  const exact = formatter({ dateStyle: "full", timeStyle: "short" });
  const day = formatter({ day: "numeric", month: "short", year: "numeric" });

  function ago(seconds) {
    for (const [unit, length] of UNITS) {
      if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
    }
    return now;
  }

  const amount = (count, unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);

  // "2 hr 59 min": two units, so that nobody reads more time into it than there is.
  function length(seconds) {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    const parts = days ? [[days, "day"], [hours, "hour"]] : [[hours, "hour"], [rest, "minute"]];
    const said = parts.filter(([count]) => count).map(([count, unit]) => amount(count, unit));
    return said.length ? said.join(" ") : `< ${amount(1, "minute")}`;
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
      const words = Math.abs(seconds) > 2592000 ? day.format(at) : ago(seconds);
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
      const seconds = (at - Date.now()) / 1000;
      if (seconds < 0) this.turnOverdue();
      const words = length(seconds);
      if (this.textContent !== words) this.textContent = words;
    }
    // The badge was true when the page was made; time has passed since.
    turnOverdue() {
      const badge = this.closest(".due");
      if (!badge || badge.dataset.state === "overdue") return;
      badge.dataset.state = "overdue";
      badge.querySelector(".due-word").textContent = this.dataset.overdue;
      const icon = badge.querySelector("use");
      icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, "#alert-triangle"));
    }
  }

  // The server writes times too : from the next page on in the reader's zone.
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && !document.cookie.split("; ").includes(`timezone=${own}`)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `timezone=${own}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  }

  const clock = new Set();
  customElements.define("relative-time", RelativeTime);
  customElements.define("due-countdown", DueCountdown);
  // Paper does not move on: it gets the times themselves.
  window.addEventListener("beforeprint", () => {
    for (const time of document.querySelectorAll("relative-time time")) time.textContent = time.title;
  });
  window.addEventListener("afterprint", () => clock.forEach((element) => element.tell()));
  setInterval(() => clock.forEach((element) => element.tell()), 30000);
})();
