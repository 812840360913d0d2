/* Inside a frame: tells the page around it how tall the survey is, when it is done, and that
   Escape was pressed. Nothing else is told. */
const tell = () => parent.postMessage({ height: document.documentElement.scrollHeight, done: Boolean(document.querySelector("main.done")) }, "*");
new ResizeObserver(tell).observe(document.body);
addEventListener("keydown", (event) => event.key === "Escape" && parent.postMessage({ close: true }, "*"));
