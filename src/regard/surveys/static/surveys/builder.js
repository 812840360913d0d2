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

// After the outline has changed, so does the preview beside it.
document.addEventListener("htmx:after:swap", () => {
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
