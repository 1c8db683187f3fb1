// <conditional-field data-field="database" data-when='{"fields": {"service": ["mysql"]}, "priority": ["high"]}'>: a field of the policy, shown
// while its condition is met. The server decides the same when the form is sent; what was typed stays meanwhile.
(() => {
  "use strict";

  const parts = (form) => [...form.querySelectorAll("conditional-field")];

  const given = (form, name) => new FormData(form).getAll(name).map(String).filter(Boolean);

  function fact(form, name, matrix) {
    if (name === "priority" && matrix) {
      const [impact] = given(form, "impact");
      const [urgency] = given(form, "urgency");
      const follows = matrix[impact]?.[urgency];
      if (follows) return [follows];
    }
    return given(form, name);
  }

  // A field that is not shown has no answer. The policy allows no circles; should there be one, it ends here.
  function isMet(form, part, asking = new Set()) {
    if (asking.has(part)) return false;
    asking.add(part);
    const { fields = {}, ...facts } = JSON.parse(part.dataset.when);
    const matrix = part.dataset.matrix ? JSON.parse(part.dataset.matrix) : null;
    const met =
      Object.entries(facts).every(([name, wanted]) => fact(form, name, matrix).some((value) => wanted.includes(value))) &&
      Object.entries(fields).every(([key, wanted]) => {
        const other = parts(form).find((each) => each.dataset.field === key);
        if (other && !isMet(form, other, asking)) return false;
        return given(form, `answer-${key}`).some((value) => wanted.includes(value.trim()));
      });
    asking.delete(part);
    return met;
  }

  function look(form) {
    for (const part of parts(form)) part.toggleAttribute("data-unmet", !isMet(form, part));
  }

  class ConditionalField extends HTMLElement {
    connectedCallback() {
      const form = this.closest("form");
      if (!form || form.dataset.conditions) return;
      form.dataset.conditions = "watched";
      for (const name of ["input", "change"]) form.addEventListener(name, () => look(form));
      form.addEventListener("reset", () => setTimeout(() => look(form)));
      // The browser may have put back what was chosen before the page was left.
      window.addEventListener("pageshow", () => look(form));
      setTimeout(() => look(form));
    }
  }

  customElements.define("conditional-field", ConditionalField);
})();
