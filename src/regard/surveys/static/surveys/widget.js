/* Shows a survey in a page of another site: a button, a window that opens by itself, or in place. No cookies.
   <script src="https://cx.example.org/s/widget.js" data-survey="KEY" async></script>
   data-show: button (usual), inline, or popup; data-after: seconds; data-scroll: per cent of the page; data-exit: when
   the pointer leaves; data-label: the button's words; data-title; data-language; data-touchpoint; data-remember: days
   that somebody who closed the window is left alone (kept in localStorage: set it where people agreed to that). */
(() => {
  const script = document.currentScript, set = script.dataset, key = set.survey;
  if (!key) return;
  const home = new URL(script.getAttribute("data-home") || script.src, location.href).origin;
  const place = "regard-survey-" + key;
  const make = (name, values, style) => {
    const made = Object.assign(document.createElement(name), values);
    Object.assign(made.style, style);
    return made;
  };
  const address = () => {
    const url = new URL(`/s/${encodeURIComponent(key)}/embed/`, home);
    if (set.language) url.searchParams.set("lang", set.language);
    if (set.touchpoint) url.searchParams.set("touchpoint", set.touchpoint);
    return url.href;
  };
  const title = set.title || set.label || "Feedback";
  const frame = () => make("iframe", { src: address(), title, loading: "lazy" },
    { width: "100%", height: "24rem", border: 0, display: "block", colorScheme: "light dark" });
  const remembered = () => {
    try { return set.remember && Number(localStorage.getItem(place)) > Date.now(); } catch { return false; }
  };
  const remember = () => {
    try { if (set.remember) localStorage.setItem(place, Date.now() + set.remember * 864e5); } catch { /* not allowed */ }
  };
  const listen = (inside, close) => addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== inside.contentWindow) return;
    if (event.data.height) inside.style.height = Math.min(event.data.height, innerHeight * (close ? .8 : 9)) + "px";
    if (event.data.done) remember();
    if (event.data.close && close) close();
  });
  const start = () => {
    if (set.show === "inline") {
      const inside = frame();
      script.after(inside);
      return listen(inside);
    }
    let box;
    const open = () => {
      if (box) return box.open || box.showModal();
      const inside = frame(), shut = make("button", { type: "button", textContent: "×", ariaLabel: set.close || "Close" },
        { position: "absolute", insetInlineEnd: "4px", top: "4px", width: "44px", height: "44px", font: "24px system-ui",
          border: 0, background: "none", color: "inherit", cursor: "pointer" });
      box = make("dialog", { ariaLabel: title }, { width: "min(28rem, 100vw)", maxWidth: "100vw", padding: "44px 0 0",
        border: 0, colorScheme: "light dark", background: "Canvas", color: "CanvasText", borderRadius: "16px", boxShadow: "0 8px 40px #0005", margin: "auto 1rem 1rem auto" });
      shut.onclick = () => box.close();
      box.onclose = remember;
      box.append(shut, inside);
      document.body.append(box);
      listen(inside, () => box.close());
      box.showModal();
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches && box.animate)
        box.animate([{ opacity: 0, translate: "0 16px" }, {}], 180);
    };
    if (set.show !== "popup") {
      const button = make("button", { type: "button", textContent: set.label || "Feedback", onclick: open },
        { position: "fixed", insetInlineEnd: "16px", bottom: "16px", minHeight: "44px", padding: "0 20px", border: 0,
          borderRadius: "22px", font: "600 16px system-ui", background: set.colour || "#4338ca", color: "#fff",
          cursor: "pointer", zIndex: 9999 });
      return document.body.append(button);
    }
    if (remembered()) return;
    let is_shown = false;
    const once = () => { if (!is_shown) { is_shown = true; open(); } };
    if (set.scroll) addEventListener("scroll", () => {
      const whole = document.documentElement.scrollHeight - innerHeight;
      if (whole <= 0 || scrollY / whole * 100 >= set.scroll) once();
    }, { passive: true });
    if ("exit" in set) document.addEventListener("mouseout", (event) => event.relatedTarget || event.clientY > 0 || once());
    if (set.after || !(set.scroll || "exit" in set)) setTimeout(once, (set.after || 5) * 1000);
  };
  document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
