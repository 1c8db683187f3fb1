// Macros in the composer: chosen in the picker, or by a slash and a key followed by Tab. Without this script each is a
// link that opens the ticket with the macro in the composer.
(() => {
  "use strict";

  const form = document.getElementById("composer");
  const menu = form?.querySelector(".composer-macros");
  if (!menu) return;
  const search = menu.querySelector("#macro-search");
  const block = form.querySelector(".composer-macro");
  const KEY = /(?:^|\s)\/([\w-]{1,30})$/;

  async function put(address) {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer?.ok || !answer.headers.get("Content-Type")?.includes("json")) return false;
    const macro = await answer.json();
    const kind = macro.kind && form.querySelector(`input[name="kind"][value="${macro.kind}"]`);
    if (kind && !kind.checked) kind.click();
    block.innerHTML = macro.block;
    // The composer turns to the other text first.
    setTimeout(() => form.dispatchEvent(new CustomEvent("composer:insert", { detail: { text: macro.text, html: macro.html } })), kind ? 300 : 0);
    return true;
  }

  menu.addEventListener("toggle", () => menu.open && search.focus());
  menu.addEventListener("click", async (event) => {
    const offer = event.target.closest("[data-macro]");
    if (!offer) return;
    event.preventDefault();
    if (await put(offer.dataset.macro)) menu.open = false;
    else location.assign(offer.href);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    const first = menu.querySelector("[data-macro]");
    if (event.key === "Enter") first?.click();
    else first?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const offers = [...menu.querySelectorAll("[data-macro]")];
    const at = offers.indexOf(document.activeElement);
    if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    (offers[at + (event.key === "ArrowDown" ? 1 : -1)] ?? search).focus();
  });

  // The word before the cursor, and how to take it out of the text.
  function typed(target) {
    if (target === form.elements.body) {
      const found = KEY.exec(target.value.slice(0, target.selectionStart));
      if (!found) return null;
      const from = target.selectionStart - found[1].length - 1;
      return { key: found[1], remove: () => target.setRangeText("", from, target.selectionStart, "end") };
    }
    const { anchorNode, anchorOffset, isCollapsed } = window.getSelection();
    if (!isCollapsed || anchorNode?.nodeType !== Node.TEXT_NODE) return null;
    const found = KEY.exec(anchorNode.data.slice(0, anchorOffset));
    if (!found) return null;
    return {
      key: found[1],
      remove() {
        window.getSelection().setBaseAndExtent(anchorNode, anchorOffset - found[1].length - 1, anchorNode, anchorOffset);
        document.execCommand("delete");
      },
    };
  }

  form.addEventListener("keydown", async (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target !== form.elements.body && !event.target.closest(".composer-editor")) return;
    const word = typed(event.target);
    if (!word) return;
    event.preventDefault();
    event.stopPropagation();
    const address = `${menu.dataset.url}?key=${encodeURIComponent(word.key)}`;
    const known = await fetch(address, { method: "HEAD", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (known?.ok) {
      word.remove();
      await put(address);
    } else {
      menu.open = true;
      search.value = word.key;
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, true);
})();
