// The screens of the support policy: nothing here is needed, it only saves steps.
(() => {
  "use strict";

  // A problem of a policy file leads to its line in the text.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line][data-for]");
    const text = button && document.getElementById(button.dataset.for);
    if (!text) return;
    const lines = text.value.split("\n");
    const line = Math.min(Number(button.dataset.line), lines.length) - 1;
    const start = lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line].length);
    text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
  });

  // A week that can be painted: dragging over a day's line opens or closes its half hours; the fields stay the truth.
  const STEP = 30;
  const DAY = 24 * 60;
  const time = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

  function spans(written) {
    if (/^(24h|24\/7)$/i.test(written.trim())) return [[0, DAY]];
    return [...written.matchAll(/(\d{1,2})(?:[:.](\d\d))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d\d))?/g)].map((found) => {
      const from = Number(found[1]) * 60 + Number(found[2] || 0);
      const to = Number(found[3]) * 60 + Number(found[4] || 0);
      return [from, to > from ? to : to + DAY];
    });
  }

  const isOpen = (stretches, at) => stretches.some(([a, b]) => a <= at && at < b);

  // Adds or takes away a stretch; what runs over midnight keeps its end.
  function changed(former, from, to, opens) {
    const kept = former.flatMap(([a, b]) => [[a, Math.min(b, from)], [Math.max(a, to), b]].filter(([x, y]) => x < y));
    const all = (opens ? [...kept, [from, to]] : kept).sort((a, b) => a[0] - b[0]);
    return all.reduce((joined, [a, b]) => {
      const last = joined.at(-1);
      if (last && a <= last[1]) last[1] = Math.max(last[1], b);
      else joined.push([a, b]);
      return joined;
    }, []);
  }

  // How far keys move, in half hours.
  const MOVES = { ArrowLeft: -1, ArrowRight: 1, PageDown: -4, PageUp: 4, Home: -DAY, End: DAY };

  class WeekPainter extends HTMLElement {
    connectedCallback() {
      this.classList.add("can-paint");
      this.cursor = 8 * 60;
      this.lines = [...this.querySelectorAll(".week-line")];
      for (const hint of this.closest("section").querySelectorAll(".needs-script")) hint.hidden = false;
      for (const line of this.lines) this.enable(line, line.closest(".week-day").querySelector("input"));
      this.lines[0]?.setAttribute("tabindex", "0");
    }

    enable(line, input) {
      this.enableKeys(line, input);
      const at = (event) => {
        const box = line.getBoundingClientRect();
        const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
        return Math.min(DAY - STEP, Math.floor((share * DAY) / STEP) * STEP);
      };
      let begun = null;
      line.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        line.setPointerCapture(event.pointerId);
        const former = spans(input.value);
        const slot = at(event);
        begun = { former, slot, opens: !isOpen(former, slot) };
        this.cursor = slot;
        this.write(line, input, changed(former, slot, slot + STEP, begun.opens));
      });
      line.addEventListener("pointermove", (event) => {
        if (!begun) return;
        const slot = at(event);
        const [from, to] = [Math.min(begun.slot, slot), Math.max(begun.slot, slot) + STEP];
        this.write(line, input, changed(begun.former, from, to, begun.opens));
      });
      for (const end of ["pointerup", "pointercancel"]) line.addEventListener(end, () => { begun = null; });
      input.addEventListener("input", () => this.draw(line, spans(input.value)));
    }

    // One stop of the Tab key for the week: the arrows go on from there.
    enableKeys(line, input) {
      const attributes = { role: "slider", tabindex: "-1", "aria-label": line.closest(".week-day").querySelector("label").textContent, "aria-describedby": "week-keys", "aria-valuemin": 0, "aria-valuemax": DAY - STEP };
      for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
      line.removeAttribute("aria-hidden");
      line.removeAttribute("focusable");
      this.tell(line, input);
      line.addEventListener("keydown", (event) => {
        const former = spans(input.value);
        const shown = Math.floor(this.cursor / STEP) * STEP;
        if (event.key === " " || event.key === "Enter") {
          this.write(line, input, changed(former, shown, shown + STEP, !isOpen(former, shown)));
        } else if (event.key in MOVES) {
          this.cursor = Math.min(DAY - STEP, Math.max(0, shown + MOVES[event.key] * STEP));
          if (event.shiftKey) {
            // Onwards what is here, open or closed.
            const [from, to] = [Math.min(shown, this.cursor), Math.max(shown, this.cursor) + STEP];
            this.write(line, input, changed(former, from, to, isOpen(former, shown)));
          } else this.draw(line, former);
        } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
          this.lines[this.lines.indexOf(line) + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
        } else return;
        event.preventDefault();
        this.tell(line, input);
      });
      line.addEventListener("focus", () => {
        for (const each of this.lines) each.setAttribute("tabindex", each === line ? "0" : "-1");
        this.tell(line, input);
        this.draw(line, spans(input.value));
      });
      line.addEventListener("blur", () => this.draw(line, spans(input.value)));
    }

    // Read aloud when it changes.
    tell(line, input) {
      const word = isOpen(spans(input.value), this.cursor) ? this.dataset.open : this.dataset.closed;
      line.setAttribute("aria-valuenow", this.cursor);
      line.setAttribute("aria-valuetext", `${time(this.cursor)}–${time(this.cursor + STEP)}: ${word}`);
    }

    write(line, input, stretches) {
      input.value = stretches.map(([from, to]) => `${time(from)}-${time(to > DAY ? to - DAY : to)}`).join(", ");
      this.draw(line, stretches);
    }

    draw(line, stretches) {
      const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
      cursor.setAttribute("class", "week-cursor");
      cursor.setAttribute("d", `M${this.cursor} 0h${STEP}v10h-${STEP}z`);
      line.replaceChildren(...stretches.filter(([from]) => from < DAY).map(([from, to]) => {
        const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const box = { x: from, y: 0, width: Math.min(to, DAY) - from, height: 10 };
        for (const [name, value] of Object.entries(box)) bar.setAttribute(name, value);
        return bar;
      }), ...(document.activeElement === line ? [cursor] : []));
    }
  }
  customElements.define("week-painter", WeekPainter);
})();
