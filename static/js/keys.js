// Keys of the workspace: data-key="r" or "g h" on what they press or focus, data-key-list for j, k, x and Enter, "?" tells them all.
(() => {
  "use strict";

  const OFF = "single-keys-off", PLACE = "key-place";
  let first = "";
  let firstAt = 0;

  const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");
  const visible = (element) => element.getClientRects().length > 0;
  // What a closed menu or a folded block holds can be done all the same.
  const isFolded = (element) => Boolean(element.closest("details:is([data-menu], .panel):not([open])"));
  const isOff = () => localStorage.getItem(OFF) === "yes";

  function items() {
    return [...document.querySelectorAll("[data-key-list] [data-key-item]")].filter(visible);
  }

  // Who came to a row with Tab goes on from there.
  function current(all) {
    const focused = all.findIndex((item) => item.contains(document.activeElement));
    return focused >= 0 ? focused : all.findIndex((item) => item.classList.contains("key-current"));
  }

  function move(step) {
    const all = items();
    if (!all.length) return false;
    const next = all[Math.max(0, Math.min(all.length - 1, current(all) + step))];
    for (const item of all) item.classList.toggle("key-current", item === next);
    (next.querySelector("a") || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  // Who comes back to a list goes on where they left it.
  const hrefOf = (item) => item?.querySelector("a")?.getAttribute("href");
  window.addEventListener("pagehide", () => {
    const all = items();
    const left = hrefOf(all[current(all)]);
    if (left) sessionStorage.setItem(PLACE, JSON.stringify([location.href, left]));
  });
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    const [address, left] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
    if (address === location.href) items().find((item) => hrefOf(item) === left)?.classList.add("key-current");
  }

  // Where the focus left the row that is marked, by Escape say, the row opens all the same.
  function open() {
    if (document.activeElement !== document.body) return false;
    const all = items();
    const link = all[current(all)]?.querySelector("a");
    link?.click();
    return Boolean(link);
  }

  const boxOf = (item) => item?.querySelector("td.tick input[type=checkbox]");

  function tick() {
    const all = items();
    const box = boxOf(all[current(all)]);
    box?.click();
    return Boolean(box);
  }

  function use(element) {
    if (element.matches("input, textarea, select")) {
      const block = element.closest("details.panel");
      if (block) block.open = true;
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  }

  function press(key) {
    const all = [...document.querySelectorAll("[data-key]")].filter((e) => e.dataset.key === key);
    const found = all.find(visible) || all.find((e) => isFolded(e) || key === "?");
    if (found) use(found);
    return Boolean(found);
  }

  // A letter of another alphabet counts as the key that it stands on: who writes in Russian types "к" where others type "r".
  const ON_KEYS = { BracketLeft: "[", BracketRight: "]" };
  function keyOf({ key, code, shiftKey }) {
    if (key.length > 1 || key.charCodeAt(0) < 128 || shiftKey) return key;
    return ON_KEYS[code] ?? /^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? key;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (isOff() && event.key !== "?") return;
    const key = keyOf(event);
    const pair = Date.now() - firstAt < 1200 ? `${first} ${key}` : "";
    const done = (pair && press(pair)) || press(key) || (key === "j" && move(1)) || (key === "k" && move(-1)) || (key === "x" && tick()) || (key === "Enter" && open());
    first = key;
    firstAt = Date.now();
    if (done) event.preventDefault();
  });

  function row(list, keys, label) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    const words = document.createElement("dd");
    words.textContent = label;
    list.append(term, words);
  }

  function fill() {
    const list = document.getElementById("keys-list");
    if (!list) return;
    list.replaceChildren();
    if (items().length) {
      row(list, "j", list.dataset.next);
      row(list, "k", list.dataset.previous);
      row(list, "Enter", list.dataset.open);
      if (items().some(boxOf)) row(list, "x", list.dataset.tick);
    }
    const told = new Set();
    for (const element of document.querySelectorAll("[data-key]")) {
      if (told.has(element.dataset.key)) continue;
      told.add(element.dataset.key);
      row(list, element.dataset.key, element.dataset.keyLabel || element.textContent.trim());
    }
    if (told.has("Ctrl+Enter")) row(list, "Esc", list.dataset.leave);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-open-dialog="keys-dialog"]')) fill();
  }, true);

  const off = document.getElementById("keys-off");
  if (off) {
    off.checked = isOff();
    off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "yes" : "no"));
  }
})();
