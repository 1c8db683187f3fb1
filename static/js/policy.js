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

  class WeekPainter extends HTMLElement {
    connectedCallback() {
      this.classList.add("can-paint");
      for (const hint of this.closest("section").querySelectorAll(".needs-script")) hint.hidden = false;
      for (const line of this.querySelectorAll(".week-line")) this.enable(line, line.closest(".week-day").querySelector("input"));
    }

    enable(line, input) {
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
        begun = { former, slot, opens: !former.some(([a, b]) => a <= slot && slot < b) };
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

    write(line, input, stretches) {
      input.value = stretches.map(([from, to]) => `${time(from)}-${time(to > DAY ? to - DAY : to)}`).join(", ");
      this.draw(line, stretches);
    }

    draw(line, stretches) {
      line.replaceChildren(...stretches.filter(([from]) => from < DAY).map(([from, to]) => {
        const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const box = { x: from, y: 0, width: Math.min(to, DAY) - from, height: 10 };
        for (const [name, value] of Object.entries(box)) bar.setAttribute(name, value);
        return bar;
      }));
    }
  }
  customElements.define("week-painter", WeekPainter);
})();
