// The builder's comforts: dragging, a preview that keeps up. All of it works without this file, by buttons.

// Dragging a question by its grip: pointer down, over another row, up. Keys have the arrow buttons.
class SurveyOutline extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => this.begin(event));
    this.addEventListener("pointermove", (event) => this.over(event));
    this.addEventListener("pointerup", (event) => this.drop(event));
    this.addEventListener("pointercancel", () => this.end());
    for (const grip of this.querySelectorAll(".grip")) grip.title = this.dataset.goes;
  }

  begin(event) {
    const grip = event.target.closest(".grip");
    if (!grip || event.button) return;
    event.preventDefault();
    this.row = grip.closest("[data-question]");
    this.row.classList.add("is-dragged");
    this.setPointerCapture(event.pointerId);
  }

  over(event) {
    if (!this.row) return;
    this.clear();
    this.goal = this.goalAt(event.clientX, event.clientY);
    this.goal?.mark.classList.add(this.goal.before ? "is-over-top" : "is-over-end");
    if (event.clientY < 90) scrollBy(0, -12);
    if (event.clientY > innerHeight - 60) scrollBy(0, 12);
  }

  // Before a row, or at the end of a page.
  goalAt(x, y) {
    const under = document.elementFromPoint(x, y);
    const page = under?.closest("[data-page]");
    if (!page || !this.contains(page)) return null;
    const row = under.closest("[data-question]");
    if (!row) return { page, before: "", mark: page };
    const area = row.getBoundingClientRect();
    const next = y > area.top + area.height / 2 ? row.nextElementSibling : row;
    return next ? { page, before: next.dataset.question, mark: next } : { page, before: "", mark: row };
  }

  drop() {
    const { row, goal } = this;
    this.end();
    if (!row || !goal || goal.before === row.dataset.question) return;
    const form = this.querySelector("form");
    form.elements["what"].value = row.dataset.question;
    form.elements["to-page"].value = goal.page.dataset.page;
    form.elements["before"].value = goal.before;
    form.requestSubmit(form.querySelector("#move"));
  }

  end() {
    this.clear();
    this.row?.classList.remove("is-dragged");
    this.row = this.goal = null;
  }

  clear() {
    for (const mark of this.querySelectorAll(".is-over-top, .is-over-end"))
      mark.classList.remove("is-over-top", "is-over-end");
  }
}

customElements.define("survey-outline", SurveyOutline);

// After the outline has changed, so does the preview beside it; who removed something by keys goes on where it can come
// back.
document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement === document.body) document.querySelector("#removed button")?.focus();
  const frame = document.querySelector("iframe[data-look]");
  if (frame) frame.contentWindow.location.reload();
});

// The preview of a form follows what is typed, a moment later; the button does it without this file.
let waiting;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-preview]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(document.getElementById(form.dataset.preview)), 500);
});

// One more row of a condition at once; without this file the server draws it.
document.addEventListener("click", (event) => {
  const more = event.target.closest("button[data-more]");
  if (!more) return;
  event.preventDefault();
  const rows = more.closest(".condition").querySelectorAll(".if-row");
  const row = rows[rows.length - 1].cloneNode(true);
  for (const field of row.children) {
    if (field.matches("input")) field.value = "";
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, rows.length + 1));
  }
  rows[rows.length - 1].after(row);
  row.querySelector("input").focus();
});

// Names of earlier questions become buttons that put the answer in where the author wrote last.
class SurveyPiping extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    const texts = "input[type=text], textarea:not(.code)";
    form.addEventListener("focusin", (event) => {
      if (event.target.matches(texts) && !event.target.closest(".condition")) this.last = event.target;
    });
    for (const name of this.querySelectorAll("code")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small" });
      button.append(name.cloneNode(true));
      button.addEventListener("click", () => this.put(name.textContent, form));
      name.replaceWith(button);
    }
  }

  put(name, form) {
    const text = this.last ?? form.querySelector("textarea");
    text.setRangeText(name, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }
}

customElements.define("survey-piping", SurveyPiping);
