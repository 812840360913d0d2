// The live view goes on by itself. Without this file it is a list that can be loaded again.

const table = document.getElementById("arrived");
const MOST_ROWS = 200;

if (table) {
  const body = table.tBodies[0];
  const state = document.querySelector("[data-state]");
  const nothing = document.querySelector("[data-nothing]");
  const source = new EventSource(table.dataset.stream);

  source.addEventListener("open", () => tell(state.dataset.on));
  source.addEventListener("error", () => tell(state.dataset.off));
  source.addEventListener("rows", (event) => {
    body.insertAdjacentHTML("afterbegin", event.data);
    while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
    nothing.hidden = true;
  });
  addEventListener("pagehide", () => source.close());

  function tell(text) {
    state.hidden = false;
    state.textContent = text;
  }
}
