// Parts of an open page for their newer selves. What somebody uses, fills in or marks stays as it is until they have left it.
window.parts = (() => {
  "use strict";

  const REST = 1000;
  const CONTROLS = "summary, a[href], button, [tabindex]";
  const waiting = new Map(); // parts in use, and what they become afterwards
  let pressed = null;

  function put(old, fresh) {
    const folds = [...old.querySelectorAll("details")].map((fold) => fold.open);
    const fresher = document.adoptNode(fresh);
    if (old.matches("details")) fresher.open = old.open;
    [...fresher.querySelectorAll("details")].forEach((fold, index) => {
      if (index < folds.length) fold.open = folds[index];
    });
    old.replaceWith(fresher);
    window.htmx?.process(fresher);
  }

  // For its newer self, unless the focus is there.
  function replace(old, fresh) {
    if (old && fresh && !old.contains(document.activeElement)) put(old, fresh);
  }

  function isFilledIn(field) {
    if (field.matches("select")) {
      return field.selectedIndex !== Math.max(0, [...field.options].findLastIndex((option) => option.defaultSelected));
    }
    return field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  }

  function isMarked(part) {
    const marked = getSelection();
    return Boolean(marked?.rangeCount) && !marked.isCollapsed && part.contains(marked.anchorNode);
  }

  const isBusy = (part) =>
    part.contains(pressed) ||
    part.matches(".htmx-request") ||
    Boolean(part.querySelector(".htmx-request, details[data-menu][open]")) ||
    isMarked(part) ||
    [...part.querySelectorAll("input, textarea, select")].some(isFilledIn);

  // By what it is to its reader: what stands around it may have changed.
  function nameOf(control, part) {
    if (control.matches("summary")) return `summary ${[...part.querySelectorAll("summary")].indexOf(control)}`;
    return [control.tagName, control.getAttribute("href"), control.getAttribute("aria-label") ?? control.textContent.trim()].join(" ");
  }

  function sameIn(fresh, control, old) {
    if (control === old) return fresh;
    const name = nameOf(control, old);
    return control.matches(CONTROLS) ? [...fresh.querySelectorAll(CONTROLS)].find((other) => nameOf(other, fresh) === name) : null;
  }

  // As soon as nobody is at work in it; the focus goes to the same link or button of the newer part.
  function exchange(old, fresh) {
    if (!old || !fresh) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const next = focused && sameIn(fresh, focused, old);
    if (isBusy(old) || (focused && !next)) {
      waiting.set(old, fresh);
      return;
    }
    waiting.delete(old);
    put(old, fresh);
    next?.focus({ preventScroll: true });
  }

  // A panel that fetches what it holds keeps it until the newer is there, so that nothing jumps.
  async function refill(panel) {
    const answer = await fetch(panel.getAttribute("hx-get"), { cache: "no-store", headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return;
    const body = panel.querySelector(":scope > .panel-body");
    const next = body.cloneNode(false);
    next.innerHTML = await answer.text();
    exchange(body, next);
  }

  function renew(old, fresh) {
    if (!old?.matches("details[hx-get]") || !fresh?.matches("details[hx-get]")) return exchange(old, fresh);
    const isTouched = "touched" in fresh.dataset;
    if (isTouched && !old.open) return exchange(old, fresh);
    for (const part of [":scope > summary", ":scope > .panel-foot"]) exchange(old.querySelector(part), fresh.querySelector(part));
    if (isTouched) refill(old).catch(() => {}); // no connection: the stream says so
  }

  function look() {
    for (const [old, fresh] of waiting) {
      if (old.isConnected) exchange(old, fresh);
      else waiting.delete(old);
    }
  }

  const later = () => waiting.size && setTimeout(look, REST);
  document.addEventListener("pointerdown", (event) => (pressed = event.target));
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => {
      pressed = null;
      later();
    });
  }
  document.addEventListener("focusout", later);

  return { replace, renew };
})();
