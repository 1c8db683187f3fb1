// The command palette: everything that this page can do, found by typing. Ctrl+K or ":" opens it. What it offers is read
// from the page when it opens, so it knows no command that the page does not have and nothing that the reader may not do.
(() => {
  "use strict";

  const dialog = document.getElementById("palette");
  const input = document.getElementById("palette-input");
  const list = document.getElementById("palette-list");
  if (!dialog || !input || !list) return;
  const words = dialog.dataset;
  const MOST = 12;
  const SOURCES = "[data-key], .desk-nav a, .act-bar :is(a, button), .menu-items :is(a[href], button), .desk-panel summary";
  let commands = [];
  let shown = [];
  let at = 0;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function nameOf(element) {
    const named = element.dataset.keyLabel || element.getAttribute("aria-label");
    if (named) return named;
    const copy = element.cloneNode(true);
    for (const needless of copy.querySelectorAll(".count, .visually-hidden, svg, kbd")) needless.remove();
    return copy.textContent;
  }

  function elements() {
    const found = new Map();
    for (const element of document.querySelectorAll(SOURCES)) {
      const name = nameOf(element).trim().replace(/\s+/g, " ");
      if (!name || element.disabled || element.closest("dialog, [inert], .search-help")) continue;
      if (!found.has(name)) found.set(name, element);
    }
    return found;
  }

  const read = () => [...elements()].map(([name, element]) => ({ name, key: element.dataset.key || "", run: () => use(name, element) }));

  function use(name, read) {
    // A page that is kept true may have drawn it anew since it was read.
    const element = read.isConnected ? read : elements().get(name);
    const block = element?.closest("details.panel");
    if (block) block.open = true;
    if (element?.matches("input, textarea, select, .panel > summary")) element.focus();
    else element?.click();
  }

  function matching(text) {
    const parts = plain(text).split(/\s+/).filter(Boolean);
    const fitting = commands.filter(({ name }) => parts.every((part) => plain(name).includes(part)));
    const first = (command) => (plain(command.name).startsWith(parts[0] ?? "") ? 0 : 1);
    const found = fitting.sort((one, other) => first(one) - first(other)).slice(0, MOST);
    const number = /^#?(\d{1,15})$/.exec(text.trim());
    if (number) found.unshift({ name: words.ticket.replace("{}", number[1]), key: "", run: () => location.assign(`${words.tickets}${number[1]}/`) });
    // Searching leaves the page, so Enter alone does it only for who went to it.
    if (parts.length) found.push({ leaves: true, name: words.search.replace("{}", text.trim()), key: "", run: () => location.assign(`${words.searchUrl}?q=${encodeURIComponent(text.trim())}`) });
    return found;
  }

  function draw() {
    shown = matching(input.value);
    list.replaceChildren(...shown.map(({ name, key }, index) => {
      const option = document.createElement("li");
      option.id = `palette-${index}`;
      option.setAttribute("role", "option");
      const label = document.createElement("span");
      label.textContent = name;
      option.append(label);
      for (const cap of key.split(" ").filter(Boolean)) {
        const kbd = document.createElement("kbd");
        kbd.textContent = cap;
        option.append(kbd);
      }
      option.addEventListener("click", () => run(index));
      return option;
    }));
    mark(shown[0]?.leaves ? -1 : 0);
  }

  // One of them, or none at -1.
  function mark(next) {
    at = next;
    for (const [index, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(index === at));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", shown[at] ? `palette-${at}` : "");
  }

  function run(index) {
    const command = shown[index];
    if (!command) return;
    dialog.close();
    command.run();
  }

  function open() {
    commands = read();
    input.value = "";
    draw();
    if (!dialog.open) dialog.showModal();
    input.focus();
  }

  input.addEventListener("input", draw);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark((at + 1) % shown.length);
    else if (event.key === "ArrowUp") mark(at > 0 ? at - 1 : shown.length - 1);
    else if (event.key === "Enter") run(at);
    else return;
    event.preventDefault();
  });
  document.querySelector('[data-open-dialog="palette"]')?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    // In the editor the same keys make a link.
    // Where the letters are of another alphabet, the key on which K stands.
    const isK = event.key.toLowerCase() === "k" || (event.code === "KeyK" && event.key.charCodeAt(0) > 127);
    if (!isK || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (event.target.closest("[contenteditable=true]") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
})();
