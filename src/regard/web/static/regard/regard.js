// Small comforts: every page works without this file.

const root = document.documentElement;

// Theme: "light", "dark" or "auto" (as the device). The server keeps it; here the page changes without being loaded again.
document.addEventListener("submit", (event) => {
  const form = isOurs(event, "form[data-theme-menu]");
  if (!form) return;
  event.preventDefault();
  const theme = event.submitter.value;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of form.querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(button.value === theme));
  const answer = new FormData(form);
  answer.set("theme", theme);
  fetch(form.action, { method: "POST", body: answer, redirect: "manual" });
});

// A row of tabs that is wider than the window shows the one that is open.
function showCurrent() {
  for (const current of document.querySelectorAll(":is(.tabs, .segments) [aria-current]")) {
    const row = current.parentElement;
    row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  }
}
showCurrent();
document.addEventListener("htmx:after:swap", showCurrent);

function isOurs(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

document.addEventListener("click", async (event) => {
  const copy = isOurs(event, "[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    await navigator.clipboard.writeText(source.textContent);
    copy.dataset.copied = "";
    copy.setAttribute("aria-label", copy.dataset.copiedLabel || "");
  }

  // A click beside an open menu closes it.
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;

  const asks = isOurs(event, "button[data-confirm]");
  if (asks && !asks.dataset.confirmed) {
    event.preventDefault();
    confirmThen(asks);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  const form = isOurs(event, "form[data-auto-submit]");
  if (form) form.requestSubmit();
});

function confirmThen(button) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = button.dataset.confirm;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    button.dataset.confirmed = "1";
    button.click();
    delete button.dataset.confirmed;
  }, { once: true });
  dialog.showModal();
}

// Read-out of a chart: pointer or arrow keys choose the nearest mark of data-marks = [[x %, y px, title, text], …].
class RegardChart extends HTMLElement {
  connectedCallback() {
    this.plot = this.querySelector("svg.trend");
    if (!this.plot || !this.dataset.marks) return;
    this.marks = JSON.parse(this.dataset.marks);
    if (!this.marks.length) return;
    this.chosen = -1;
    this.box = document.createElement("div");
    this.box.className = "readout";
    this.box.hidden = true;
    this.box.setAttribute("aria-live", "polite");
    this.rule = document.createElement("i");
    this.rule.className = "rule";
    this.rule.hidden = true;
    this.append(this.rule, this.box);
    this.tabIndex = 0;
    this.addEventListener("pointermove", (event) => this.near(event.clientX));
    this.addEventListener("pointerleave", () => this.hide());
    this.addEventListener("blur", () => this.hide());
    this.addEventListener("keydown", (event) => this.step(event));
  }

  near(x) {
    const area = this.plot.getBoundingClientRect();
    const at = (100 * (x - area.left)) / area.width;
    let best = 0;
    this.marks.forEach((mark, index) => {
      if (Math.abs(mark[0] - at) < Math.abs(this.marks[best][0] - at)) best = index;
    });
    this.show(best);
  }

  step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    this.show(Math.min(this.marks.length - 1, Math.max(0, this.chosen + move)));
  }

  show(index) {
    this.chosen = index;
    const [x, y, title, text] = this.marks[index];
    const name = document.createElement("strong");
    name.textContent = title;
    this.box.replaceChildren(name, document.createElement("br"), text);
    this.box.hidden = this.rule.hidden = false;
    const area = this.plot.getBoundingClientRect();
    const own = this.getBoundingClientRect();
    const left = area.left - own.left + (area.width * x) / 100;
    const half = this.box.offsetWidth / 2;
    this.box.style.left = `${Math.min(own.width - half, Math.max(half, left))}px`;
    this.box.style.top = `${Math.max(0, y - this.box.offsetHeight - 14)}px`;
    this.rule.style.left = `${left}px`;
  }

  hide() {
    this.box.hidden = this.rule.hidden = true;
  }
}

customElements.define("regard-chart", RegardChart);
