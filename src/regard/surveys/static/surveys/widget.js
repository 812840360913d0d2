/* Shows a survey in a page of another site: a button, a window that opens by itself, or in place. No cookies.
   <script src="https://cx.example.org/s/widget.js" data-survey="KEY" async></script>
   data-show: button (usual), inline, or popup; data-after: seconds; data-scroll: per cent of the page; data-exit: when
   the pointer leaves; data-label: the button's words; data-title; data-language; data-touchpoint; data-remember: days
   that somebody who closed the window is left alone (kept in localStorage: set it where people agreed to that).
   With data-write-key instead of data-survey: shows what waits for whoever is at this browser, once the page is there and
   at each regardSurvey.check(). Known by data-user-id and data-user-hash (or check({ userId, userHash }) after signing in),
   by data-anonymous-id, or by the id that regard.js or analytics.js keeps. */
(() => {
  const script = document.currentScript, set = script.dataset, key = set.survey;
  if (!key && !set.writeKey) return;
  const home = new URL(script.getAttribute("data-home") || script.src, location.href).origin;
  const place = "regard-survey-" + key;
  const make = (name, values, style) => {
    const made = Object.assign(document.createElement(name), values);
    Object.assign(made.style, style);
    return made;
  };
  const address = (path = `/s/${encodeURIComponent(key)}/embed/`) => {
    const url = new URL(path, home);
    if (set.language) url.searchParams.set("lang", set.language);
    if (set.touchpoint) url.searchParams.set("touchpoint", set.touchpoint);
    return url.href;
  };
  const title = set.title || set.label || "Feedback";
  const frame = (src) => make("iframe", { src, title, loading: "lazy" },
    { width: "100%", height: "24rem", border: 0, display: "block", colorScheme: "light dark" });
  const days = key && set.remember; // how often a programme asks is known at home
  const remembered = () => {
    try { return days && Number(localStorage.getItem(place)) > Date.now(); } catch { return false; }
  };
  const remember = () => {
    try { if (days) localStorage.setItem(place, Date.now() + days * 864e5); } catch { /* not allowed */ }
  };
  const listen = (inside, close) => addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== inside.contentWindow) return;
    if (event.data.height) inside.style.height = Math.min(event.data.height, innerHeight * (close ? .8 : 9)) + "px";
    if (event.data.done) remember();
    if (event.data.close && close) close();
  });
  let box;
  // Kept before the window goes: its close event comes later, and a page that is left meanwhile never hears it.
  const shut = () => { remember(); box.close(); };
  const open = (src, isQuiet) => {
    const inside = frame(src), cross = make("button", { type: "button", textContent: "×", ariaLabel: set.close || "Close" },
      { position: "absolute", insetInlineEnd: "4px", top: "4px", width: "44px", height: "44px", font: "24px system-ui",
        border: 0, background: "none", color: "inherit", cursor: "pointer" });
    box = make("dialog", { ariaLabel: title }, { width: "min(28rem, 100vw)", maxWidth: "100vw", padding: "44px 0 0",
      border: 0, colorScheme: "light dark", background: "Canvas", color: "CanvasText", borderRadius: "16px", boxShadow: "0 8px 40px #0005", margin: "auto 1rem 1rem auto" });
    cross.onclick = shut;
    box.onclose = remember;
    box.append(cross, inside);
    document.body.append(box);
    listen(inside, shut);
    if (isQuiet) quietly();
    else box.showModal();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches && box.animate)
      box.animate([{ opacity: 0, translate: "0 16px" }, {}], 180);
  };
  // Nobody asked for it: it takes neither the focus nor the page away, says that it is there, and goes for good.
  const quietly = () => {
    const said = make("p", { role: "status" }, { position: "absolute", insetInline: "16px 56px", top: "12px", margin: 0,
      font: "600 16px system-ui", whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" });
    const escape = (event) => event.key === "Escape" && shut();
    Object.assign(box.style, { position: "fixed", inset: "auto 0 0 auto", maxWidth: "calc(100vw - 2rem)", zIndex: 9999 });
    box.prepend(said);
    box.open = true;
    setTimeout(() => said.textContent = title, 100);
    addEventListener("keydown", escape);
    box.onclose = () => { removeEventListener("keydown", escape); box.remove(); box = 0; };
  };
  const kept = (name) => {
    try {
      const found = localStorage.getItem(name) || (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1];
      return found && decodeURIComponent(found).replace(/"/g, "");
    } catch { /* not allowed */ }
  };
  let isAsking, again;
  const check = async (who) => {
    Object.assign(set, who);
    const regard = window.regard || {}, anonymousId = set.anonymousId || (regard.anonymousId && regard.anonymousId()) ||
      kept("regard_anonymous") || kept("ajs_anonymous_id");
    again = isAsking;
    if (box || isAsking || !(anonymousId || set.userHash)) return;
    isAsking = true;
    try {
      // As plain text, so that the browser asks once and not twice.
      const answer = await fetch(home + "/s/app/", { method: "POST", credentials: "omit", headers: { "Content-Type": "text/plain" },
        body: JSON.stringify({ writeKey: set.writeKey, anonymousId, userId: set.userId, userHash: set.userHash }) });
      if (answer.status === 200) open(address(new URL((await answer.json()).url).pathname), true);
    } catch { /* the next page asks again */ }
    isAsking = false;
    if (again) return check();
  };
  const start = () => {
    if (!key) {
      window.regardSurvey = { check };
      return check();
    }
    if (set.show === "inline") {
      const inside = frame(address());
      script.after(inside);
      return listen(inside);
    }
    const show = () => box ? box.open || box.showModal() : open(address());
    if (set.show !== "popup") {
      const button = make("button", { type: "button", textContent: set.label || "Feedback", onclick: show },
        { position: "fixed", insetInlineEnd: "16px", bottom: "16px", minHeight: "44px", padding: "0 20px", border: 0,
          borderRadius: "22px", font: "600 16px system-ui", background: set.colour || "#4338ca", color: "#fff",
          cursor: "pointer", zIndex: 9999 });
      return document.body.append(button);
    }
    if (remembered()) return;
    let is_shown = false;
    const once = () => { if (!is_shown) { is_shown = true; show(); } };
    if (set.scroll) addEventListener("scroll", () => {
      const whole = document.documentElement.scrollHeight - innerHeight;
      if (whole <= 0 || scrollY / whole * 100 >= set.scroll) once();
    }, { passive: true });
    if ("exit" in set) document.addEventListener("mouseout", (event) => event.relatedTarget || event.clientY > 0 || once());
    if (set.after || !(set.scroll || "exit" in set)) setTimeout(once, (set.after || 5) * 1000);
  };
  document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
