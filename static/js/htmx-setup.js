// htmx: our CSRF token with every request, and a plain word when one fails. Its options are in the meta tag of base.html.
(() => {
  "use strict";

  const toasts = () => document.getElementById("toasts");

  function toast(kind, text) {
    const box = document.createElement("div");
    box.className = "alert-box";
    box.dataset.kind = kind;
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-ghost";
    close.textContent = "×";
    close.setAttribute("aria-label", toasts().dataset.close);
    close.addEventListener("click", () => box.remove());
    box.append(words, close);
    toasts().replaceChildren(box);
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (event.detail.verb !== "get" && token) event.detail.headers["X-CSRFToken"] = token.content;
  });

  // What was opened or entered before htmx was there is filled all the same: it listens from now on.
  document.addEventListener("DOMContentLoaded", () => {
    for (const opened of document.querySelectorAll("details[open]")) opened.dispatchEvent(new Event("toggle"));
    document.activeElement?.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
  });

  document.addEventListener("htmx:sendError", () => toast("error", toasts().dataset.offline));
  document.addEventListener("htmx:timeout", () => toast("error", toasts().dataset.offline));

  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    toast("error", status >= 500 ? toasts().dataset.failed : toasts().dataset.refused);
  });

  // A form that is being sent is not sent twice; without a script the server's own check does it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.matches("[hx-post], [hx-get]")) return;
    if (event.submitter?.formTarget) return; // what shows in a frame leaves the page where it is
    if (form.dataset.sent) return event.preventDefault();
    if (form.method !== "post") return;
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    // An answer that is a file leaves the page where it is.
    setTimeout(release, 8000);
  });
  function release() {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  }
  window.addEventListener("pageshow", release);
})();
