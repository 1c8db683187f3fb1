// <file-drop> around a file input: shows what will be sent, takes files by drop, and by paste anywhere in the same form.
(() => {
  "use strict";

  const size = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });

  class FileDrop extends HTMLElement {
    connectedCallback() {
      this.input = this.querySelector('input[type="file"]');
      if (!this.input || this.list) return;
      this.list = document.createElement("ul");
      this.list.className = "file-list";
      this.list.setAttribute("aria-live", "polite");
      const hint = document.createElement("span");
      hint.className = "file-hint";
      hint.textContent = this.dataset.empty;
      this.prepend(hint);
      this.append(this.list);
      this.input.addEventListener("change", () => this.show());
      this.addEventListener("dragover", (event) => {
        event.preventDefault();
        this.classList.add("dragging");
      });
      this.addEventListener("dragleave", () => this.classList.remove("dragging"));
      this.addEventListener("drop", (event) => {
        event.preventDefault();
        this.classList.remove("dragging");
        this.add(event.dataTransfer.files);
      });
      this.closest("form")?.addEventListener("paste", (event) => {
        if (event.clipboardData?.files.length) {
          event.preventDefault();
          this.add(event.clipboardData.files);
        }
      });
      this.closest("form")?.addEventListener("reset", () => setTimeout(() => this.show()));
    }

    add(files) {
      this.keep([...(this.input.multiple ? this.input.files : []), ...files].slice(this.input.multiple ? 0 : -1));
    }

    keep(files) {
      const transfer = new DataTransfer();
      for (const file of files) transfer.items.add(file);
      this.input.files = transfer.files;
      this.show();
    }

    show() {
      this.list.replaceChildren(...[...this.input.files].map((file) => this.row(file)));
    }

    row(file) {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.className = "file-name";
      name.textContent = file.name;
      const weight = document.createElement("span");
      weight.className = "muted nowrap";
      weight.textContent = size.format(Math.max(1, file.size / 1024));
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn btn-ghost btn-sm";
      remove.textContent = this.dataset.remove;
      remove.setAttribute("aria-label", `${this.dataset.remove}: ${file.name}`);
      remove.addEventListener("click", () => this.keep([...this.input.files].filter((kept) => kept !== file)));
      item.append(name, weight, remove);
      return item;
    }
  }
  customElements.define("file-drop", FileDrop);
})();
