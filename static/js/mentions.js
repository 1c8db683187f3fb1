// Calling upon colleagues in the composer: an @ offers those who see the ticket, as a combobox with a listbox. In a note
// it puts in a reference to the person; in a reply, which customers read, only the name.
(() => {
  "use strict";

  const form = document.getElementById("composer");
  const menu = form?.querySelector(".mention-menu");
  if (!menu) return;
  const list = menu.querySelector("[role=listbox]");
  const status = menu.querySelector("[role=status]");
  const WORD = /(?:^|[\s(])@([\p{L}\p{N}][\p{L}\p{N}.+_-]*(?: [\p{L}\p{N}]+)?|)$/u;
  const PAUSE = 120;
  const isNote = () => form.elements.kind.value === "note";

  let field = null;
  let multiline = null;
  let offers = [];
  let at = 0;
  let timer = 0;
  let asked = 0;

  // The word after the @ before the cursor.
  function typed(target) {
    if (target === form.elements.body) {
      const found = WORD.exec(target.value.slice(0, target.selectionStart));
      return found && target.selectionStart === target.selectionEnd ? found[1] : null;
    }
    const { anchorNode, anchorOffset, isCollapsed } = window.getSelection();
    if (!isCollapsed || anchorNode?.nodeType !== Node.TEXT_NODE || anchorNode.parentElement.closest("pre, code, a")) return null;
    return WORD.exec(anchorNode.data.slice(0, anchorOffset))?.[1] ?? null;
  }

  function place() {
    const box = form.getBoundingClientRect();
    let { left, bottom } = field.getBoundingClientRect();
    if (field !== form.elements.body) {
      const caret = window.getSelection().getRangeAt(0).getBoundingClientRect();
      if (caret.bottom) ({ left, bottom } = caret);
    }
    list.style.insetBlockStart = `${bottom - box.top + 4}px`;
    list.style.insetInlineStart = `${Math.max(0, Math.min(left - box.left, box.width - list.offsetWidth - 4))}px`;
  }

  function show(found, said) {
    offers = found;
    at = 0;
    status.textContent = found.length > 1 ? menu.dataset.many.replace("%s", found.length) : found.length ? menu.dataset.one : said.includes(" ") ? "" : menu.dataset.none;
    if (!found.length) return hide();
    list.replaceChildren(...found.map((offer, number) => {
      const item = document.createElement("li");
      item.id = `mention-${number}`;
      item.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = offer.name;
      const about = document.createElement("span");
      about.className = "muted small";
      about.textContent = offer.about;
      item.append(name, about);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(number);
      });
      return item;
    }));
    list.hidden = false;
    if (field.getAttribute("role") !== "combobox") {
      multiline = field.getAttribute("aria-multiline");
      field.removeAttribute("aria-multiline");
      field.setAttribute("role", "combobox");
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-haspopup", "listbox");
      field.setAttribute("aria-controls", list.id);
      field.setAttribute("aria-expanded", "true");
    }
    mark();
    place();
  }

  function mark() {
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    field.setAttribute("aria-activedescendant", `mention-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function hide() {
    clearTimeout(timer);
    asked += 1;
    if (list.hidden) return;
    list.hidden = true;
    offers = [];
    for (const name of ["aria-autocomplete", "aria-haspopup", "aria-controls", "aria-expanded", "aria-activedescendant", "role"]) field.removeAttribute(name);
    if (multiline) {
      field.setAttribute("role", "textbox");
      field.setAttribute("aria-multiline", multiline);
    }
  }

  async function look(target) {
    const word = typed(target);
    if (word === null) return hide();
    const own = (asked += 1);
    const answer = await fetch(`${menu.dataset.url}?typed=${encodeURIComponent(word)}`, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (own !== asked || !answer?.ok || !answer.headers.get("Content-Type")?.includes("json")) return;
    const { found } = await answer.json();
    if (own !== asked) return;
    if (field !== target) hide();
    field = target;
    asked = own;
    show(found, word);
  }

  function choose(number) {
    const offer = offers[number];
    const word = typed(field);
    hide();
    status.textContent = "";
    if (!offer || word === null) return;
    const back = word.length + 1;
    if (field === form.elements.body) field.setSelectionRange(field.selectionStart - back, field.selectionStart);
    const words = `@${offer.name}`;
    const said = { type: "text", text: isNote() ? " " : `${words} ` };
    const content = isNote() ? [{ type: "mention", attrs: { value: offer.value, words } }, said] : [said];
    form.dispatchEvent(new CustomEvent("composer:insert", { detail: { text: `${isNote() ? offer.typed : words} `, content, back } }));
  }

  form.addEventListener("input", (event) => {
    const target = event.target === form.elements.body ? event.target : event.target.closest?.(".composer-text");
    if (!target) return;
    clearTimeout(timer);
    if (typed(target) === null) return hide();
    timer = setTimeout(() => look(target), PAUSE);
  });
  form.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      at = (at + steps[event.key] + offers.length) % offers.length;
      mark();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) choose(at);
    else if (event.key === "Tab" && !event.shiftKey) choose(at);
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  form.addEventListener("focusout", () => setTimeout(() => field && !field.contains(document.activeElement) && hide()));
  document.addEventListener("selectionchange", () => !list.hidden && field?.contains(document.activeElement) && typed(field) === null && hide());
})();
