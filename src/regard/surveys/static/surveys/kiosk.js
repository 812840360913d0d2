/* At a kiosk: a page that nobody has touched for a while goes back to the start, with whatever was typed into it; whoever
   is still answering is not interrupted. A first page waits until somebody begins. */
const { start, seconds, begun } = document.body.dataset;
let waiting;
const wait = () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => location.replace(start), seconds * 1000);
};
for (const name of ["input", "keydown", "pointerdown", "scroll"]) addEventListener(name, wait, { passive: true });
addEventListener("pageshow", (event) => event.persisted && location.replace(start));
if (begun) wait();
