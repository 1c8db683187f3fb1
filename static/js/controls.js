// Small behaviour of the kit: menus that close, dialogs, alerts that go away, copying, light and dark.
(() => {
  "use strict";

  // Menus are <details>: they open without a script, this only closes them again.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Ctrl+Enter sends what is being written, as in the composer, whose own script comes first.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    const form = event.target.closest("form");
    if (form?.method !== "post" || !event.target.matches("textarea, input, select")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.btn-primary:not([type=button])") ?? undefined);
  });

  // A menu near the right edge opens to the left. "toggle" does not bubble, hence the capture.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details[data-menu][open]")) return;
    const items = event.target.querySelector(".menu-items");
    event.target.classList.toggle("menu-flipped", items.getBoundingClientRect().right > document.documentElement.clientWidth);
  }, true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.openDialog);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    // The backdrop belongs to the dialog itself; its content lies in children.
    if (event.target instanceof HTMLDialogElement) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });

  function showDismissers(root) {
    for (const button of root.querySelectorAll("[data-dismiss][hidden]")) button.hidden = false;
  }
  showDismissers(document);
  document.addEventListener("htmx:load", (event) => showDismissers(event.target));
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest("[data-dismissible]")?.remove();
  });

  class CopyButton extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      if (!navigator.clipboard || !button) return;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(this.dataset.text);
        const before = button.getAttribute("aria-label");
        button.title = this.dataset.done;
        button.setAttribute("aria-label", this.dataset.done);
        setTimeout(() => {
          button.title = before;
          button.setAttribute("aria-label", before);
        }, 2000);
      });
    }
  }
  customElements.define("copy-button", CopyButton);

  class ThemeSwitch extends HTMLElement {
    connectedCallback() {
      this.querySelector("form")?.addEventListener("submit", (event) => {
        event.preventDefault();
        this.choose(event.submitter.value);
      });
    }
    choose(theme) {
      const secure = location.protocol === "https:" ? "; Secure" : "";
      if (theme === "auto") {
        delete document.documentElement.dataset.bsTheme;
        document.cookie = `theme=; path=/; max-age=0; SameSite=Lax${secure}`;
      } else {
        document.documentElement.dataset.bsTheme = theme;
        document.cookie = `theme=${theme}; path=/; max-age=31536000; SameSite=Lax${secure}`;
      }
      for (const button of document.querySelectorAll("theme-switch button")) {
        button.setAttribute("aria-pressed", String(button.value === theme));
      }
    }
  }
  customElements.define("theme-switch", ThemeSwitch);

  // What is typed in a form, as a list that can be stored, and put into such a form again. Files are kept elsewhere.
  const SKIPPED = ["hidden", "password", "file", "submit", "button"];
  const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
  window.Typed = {
    isTicked,
    fields: (form) => [...form.elements].filter((field) => field.name && !SKIPPED.includes(field.type)),
    of: (fields) => fields.map((field) => [field.name, isTicked(field) ? [field.value, field.checked] : field.value]),
    put(fields, values) {
      for (const [name, value] of values) {
        for (const field of fields.filter((each) => each.name === name)) {
          if (!isTicked(field)) field.value = value;
          else if (field.value === value[0]) field.checked = value[1];
          else continue;
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
    },
  };

  // Signing out takes along what was kept for this person on this device (kept-request.js), once they were told of it.
  function keptFor(dialog) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(dialog.dataset.keptAs));
    } catch {
      return []; // a forbidden store has kept nothing
    }
  }
  document.addEventListener("submit", (event) => {
    const dialog = document.getElementById("unsent");
    const leaving = dialog?.querySelector('form[method="post"]');
    if (!leaving || event.target.method !== "post" || event.target.action !== leaving.action) return;
    window.dispatchEvent(new Event("signingout")); // what is being typed is kept, and so found
    const keys = keptFor(dialog);
    if (event.target === leaving) {
      for (const key of keys) localStorage.removeItem(key);
    } else if (keys.length) {
      event.preventDefault();
      dialog.showModal();
    }
  });

  // Who chooses another language while writing finds the same words in the form that comes in it.
  const KEPT = "typed";
  const here = () => location.pathname + location.search;
  const forms = () => [...document.querySelectorAll('main form[method="post"]')];
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".language-list")) return;
    const typed = forms().map((form) => Typed.of(Typed.fields(form)));
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ where: here(), typed }));
    } catch {
      // A full or forbidden store: then it is a page that is loaded again.
    }
  });
  function typedBefore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      sessionStorage.removeItem(KEPT);
      return kept?.where === here() ? kept.typed : [];
    } catch {
      return [];
    }
  }
  typedBefore().forEach((values, index) => {
    const form = forms()[index];
    if (form) Typed.put(Typed.fields(form), values);
  });
})();
