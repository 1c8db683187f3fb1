// <kept-request data-kept-as="request:..."> in the form of a new request: what is typed is kept on this device, for the person who typed
// it, until it was sent or thrown away, or that person signs out (controls.js); and where the form can't be sent, the page stays and says
// so. Without this the form is sent as ever. Comes after controls.js, whose `Typed` it uses. Never kept: files, hidden fields, passwords,
// fields with `data-unkept`.
(() => {
  "use strict";

  const PREFIX = "request:", LONGEST = 7 * 24 * 3600 * 1000, PAUSE = 400;

  // A full or forbidden store keeps nothing: the words are on the page still.
  function attempt(act) {
    try {
      return act();
    } catch {
      return null;
    }
  }

  function isChanged(field) {
    if (Typed.isTicked(field)) return field.checked !== field.defaultChecked;
    if (field.type !== "select-one") return field.value !== field.defaultValue;
    const options = [...field.options];
    return field.value !== (options.find((option) => option.defaultSelected) ?? options[0])?.value;
  }

  class KeptRequest extends HTMLElement {
    connectedCallback() {
      this.form = this.closest("form");
      if (!this.form || this.over) return;
      this.over = new AbortController();
      this.own = this.form.elements.token.value;
      // Who has not signed in may be anybody: what they type stays in their tab, and comes back only where that is loaded again.
      this.store = attempt(() => (this.dataset.inTab ? sessionStorage : localStorage));
      // Keys under which this form was kept, also before its sender was signed out.
      KeptRequest.keys.add(this.dataset.keptAs);
      this.sweep();
      this.listen();
      if (!this.dataset.cameBack && this.mayShow()) this.restore();
    }

    disconnectedCallback() {
      this.flush();
      this.over?.abort();
    }

    mayShow() {
      if (!this.dataset.inTab) return true;
      return ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
    }

    listen() {
      const { signal } = this.over;
      for (const what of ["input", "change"]) this.form.addEventListener(what, () => this.later(), { signal });
      this.form.addEventListener("submit", (event) => this.send(event), { signal });
      this.querySelector("[data-discard]").addEventListener("click", () => this.discard(), { signal });
      this.find("[data-send-again]").addEventListener("click", () => this.again(), { signal });
      this.form.addEventListener("htmx:sendError", (event) => this.why && event.stopPropagation(), { signal });
      for (const what of ["pagehide", "signingout"]) window.addEventListener(what, () => this.flush(), { signal });
      window.addEventListener("pageshow", () => this.release(), { signal });
      window.addEventListener("online", () => this.why === "offline" && this.tell("online"), { signal });
      // Sent or thrown away in another tab: what is written here from now on is a request of its own.
      window.addEventListener("storage", ({ key, newValue }) => {
        if (key === this.dataset.keptAs && newValue === null) this.form.elements.token.value = this.own;
      }, { signal });
    }

    find(selector) {
      return this.form.querySelector(`.not-sent ${selector}`);
    }

    // --- Kept on this device ---
    fields() {
      return Typed.fields(this.form).filter((field) => !("unkept" in field.dataset));
    }

    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE);
    }

    flush() {
      if (this.timer) this.save();
    }

    save() {
      clearTimeout(this.timer);
      this.timer = null;
      const fields = this.fields();
      attempt(() => {
        if (!this.dataset.cameBack && !fields.some(isChanged)) return this.store.removeItem(this.dataset.keptAs);
        const files = Boolean(this.form.querySelector('[name="uploads"]'));
        // Once it may have arrived it goes with the same token, which files it once.
        const token = this.tried ? this.form.elements.token.value : null;
        this.store.setItem(this.dataset.keptAs, JSON.stringify({ at: Date.now(), typed: Typed.of(fields), files, token }));
      });
    }

    restore() {
      const kept = attempt(() => JSON.parse(this.store.getItem(this.dataset.keptAs)));
      if (!kept?.typed) return;
      if (kept.token) {
        this.form.elements.token.value = kept.token;
        this.tried = true;
      }
      Typed.put(this.fields(), kept.typed);
      clearTimeout(this.timer); // as it was: its days are counted from when it was typed
      this.timer = null;
      this.querySelector(".kept-files").hidden = !kept.files;
      this.querySelector(".kept-never").hidden = !this.form.querySelector("[data-unkept]");
      this.querySelector(".alert-box").hidden = false;
    }

    discard() {
      this.forget();
      this.form.elements.token.value = this.own;
      this.tried = false;
      // To where the page began, with what the address said.
      this.form.reset();
      for (const field of this.fields()) field.dispatchEvent(new Event("change", { bubbles: true }));
      this.forget();
      this.querySelector(".alert-box").hidden = true;
      this.form.querySelector("#id_subject").focus();
    }

    forget() {
      clearTimeout(this.timer);
      this.timer = null;
      for (const key of KeptRequest.keys) attempt(() => (localStorage.removeItem(key), sessionStorage.removeItem(key)));
    }

    // What is too old, whoever wrote it.
    sweep() {
      attempt(() => {
        for (const key of Object.keys(this.store).filter((each) => each.startsWith(PREFIX))) {
          const at = attempt(() => JSON.parse(this.store.getItem(key)).at);
          if (!(Date.now() - at < LONGEST)) this.store.removeItem(key);
        }
      });
    }

    // --- Sending ---
    async send(event) {
      if (event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.sending) return;
      this.sending = this.tried = true;
      this.submitter = event.submitter;
      this.save();
      this.tell("");
      this.submitter?.setAttribute("aria-busy", "true");
      const body = new FormData(this.form);
      if (this.submitter?.name) body.append(this.submitter.name, this.submitter.value);
      try {
        const answer = await fetch(this.form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
        this.take(answer, await answer.text());
      } catch {
        this.failed("offline");
      }
    }

    again() {
      const button = this.submitter?.isConnected ? this.submitter : this.form.querySelector('[type="submit"]');
      this.form.requestSubmit(button);
    }

    // On to the request, or the form again with what is missing, or a page that says why not.
    take(answer, text) {
      const onward = answer.headers.get("HX-Redirect");
      if (onward) {
        this.forget();
        return location.assign(onward);
      }
      const page = new DOMParser().parseFromString(text, "text/html");
      if (page.querySelector("#main kept-request")) {
        this.sending = false;
        htmx.swap("#main", text, { swapStyle: "outerHTML" }, { select: "#main" });
        document.getElementById("main").focus({ preventScroll: true });
        return scrollTo({ top: 0, behavior: "instant" });
      }
      const said = [...page.querySelectorAll("#main h1, #main h1 ~ p")].map((part) => part.textContent.trim()).filter(Boolean);
      if (answer.status >= 500 || !said.length) return this.failed("away");
      this.find('[data-why="said"]').textContent = said.join(" ");
      return this.failed("said");
    }

    failed(why) {
      this.release();
      this.tell(why);
      this.find("[data-send-again]").focus({ preventScroll: true });
      this.form.querySelector(".not-sent").scrollIntoView({ block: "nearest" });
    }

    tell(why) {
      this.why = why;
      if (why) document.getElementById("toasts").replaceChildren(); // one word about the connection is enough
      for (const part of this.form.querySelectorAll(".not-sent [data-why]")) part.hidden = part.dataset.why !== why;
      this.form.querySelector(".not-sent").hidden = !why;
    }

    release() {
      this.sending = false;
      for (const button of this.form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  }
  KeptRequest.keys = new Set();
  customElements.define("kept-request", KeptRequest);
})();
