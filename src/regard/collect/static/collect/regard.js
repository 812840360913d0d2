/*! Regard in the browser. Apache-2.0. The calls of analytics.js; no cookie and no storage unless asked. */
// How to use it, and what each data-… attribute means: docs/how-to/browser.md
(function (window, document, navigator) {
  "use strict";
  var script = document.currentScript || document.querySelector("script[data-key][src*='regard.js']");
  var asked = (script && script.dataset) || {};
  var before = window.regard || [];
  if (before.flush) return; // a page that holds the script twice
  var host = (asked.host || (script && new URL(script.src).origin) || "").replace(/\/$/, "");
  var NAME = "regard_";
  var FLUSH_SIZE = 20, FLUSH_MS = 300, LARGEST = 20000, RETRY_MS = 1000, SLOWEST_MS = 60000, MOST = 1000;
  var consent = null, timer = 0, pause = RETRY_MS, sending = null, memory = {};

  // A "no" that only consent outweighs.
  var refuses = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  function mayKeep() { return asked.storage && (!refuses || consent) && (asked.consent !== "required" || consent); }
  function maySend() { return consent || (!refuses && asked.consent !== "required"); }
  function mayWait() { return maySend() || asked.consent === "required"; }

  function read(name) {
    if (name in memory || !mayKeep()) return memory[name];
    try {
      var found = asked.storage === "cookie" && name !== "queue"
        ? (document.cookie.match("(?:^|; )" + NAME + name + "=([^;]*)") || [])[1]
        : localStorage.getItem(NAME + name);
      return (memory[name] = found ? JSON.parse(decodeURIComponent(found)) : undefined);
    } catch (_) { return undefined; }
  }
  function write(name, value) {
    memory[name] = value;
    var gone = value === undefined;
    if (!asked.storage || !(gone || mayKeep())) return;
    try {
      var text = gone ? "" : encodeURIComponent(JSON.stringify(value));
      if (asked.storage === "cookie" && name !== "queue")
        document.cookie = NAME + name + "=" + text + ";path=/;SameSite=Lax;max-age=" + (gone ? 0 : 31536000) +
          (location.protocol === "https:" ? ";Secure" : "");
      else if (gone) localStorage.removeItem(NAME + name);
      else localStorage.setItem(NAME + name, text);
    } catch (_) { /* full or forbidden: memory has it */ }
  }
  function id() {
    // Pages without HTTPS have no randomUUID.
    return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, function () {
      return (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16);
    });
  }
  function anonymous() {
    var known = read("anonymous");
    if (!known) write("anonymous", (known = id()));
    return known;
  }
  function campaign() {
    var found;
    new URLSearchParams(location.search).forEach(function (value, key) {
      if (key.slice(0, 4) === "utm_") (found = found || {})[key === "utm_campaign" ? "name" : key.slice(4)] = value;
    });
    return found;
  }
  function here() {
    return { path: location.pathname, search: location.search, url: location.href.split("#")[0],
      referrer: document.referrer, title: document.title };
  }
  function add(type, fields, options) {
    if (!mayWait()) return;
    var event = Object.assign({ type: type, messageId: id(), timestamp: new Date().toISOString(),
      anonymousId: anonymous(), userId: read("user") }, fields);
    event.context = Object.assign({ library: { name: "regard.js", version: "1" }, page: here(),
      userAgent: navigator.userAgent, locale: navigator.language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, campaign: campaign(),
      consent: consent ? { categoryPreferences: consent } : undefined }, (options || {}).context);
    // As it is now: what a page changes later is not meant, and what JSON cannot say must not hold up the rest.
    try { event = JSON.parse(JSON.stringify(event)); } catch (_) { return; }
    write("queue", (read("queue") || []).concat(event).slice(-MOST));
    if (read("queue").length >= FLUSH_SIZE) flush();
    else if (!timer) timer = setTimeout(flush, FLUSH_MS);
  }
  function some(queue) {
    var size = 0, count = 0;
    while (count < queue.length && count < 100) {
      size += JSON.stringify(queue[count]).length;
      if (count && size > LARGEST - 200) break;
      count++;
    }
    return queue.slice(0, count);
  }
  function body(batch) {
    return JSON.stringify({ writeKey: asked.key, sentAt: new Date().toISOString(), batch: batch });
  }
  function drop(batch) {
    var done = {};
    batch.forEach(function (event) { done[event.messageId] = 1; });
    var rest = (read("queue") || []).filter(function (event) { return !done[event.messageId]; });
    write("queue", rest.length ? rest : undefined);
  }
  function flush() {
    clearTimeout(timer); timer = 0;
    var queue = read("queue") || [];
    if (sending || !queue.length || !maySend()) return;
    sending = some(queue);
    var batch = sending, text = body(batch);
    // Browsers let nothing larger than 64 KB outlive a page, and refuse it at once.
    fetch(host + "/v1/batch", { method: "POST", body: text, keepalive: text.length <= LARGEST, credentials: "omit",
      headers: { "Content-Type": "text/plain" } }).then(function (answer) {
      sending = null;
      // What is refused as it stands would be refused again.
      if (answer.status === 408 || answer.status === 429 || answer.status >= 500) return later(answer.headers.get("Retry-After"));
      pause = RETRY_MS;
      drop(batch);
      flush();
    }, function () { sending = null; later(); });
  }
  function later(seconds) {
    timer = setTimeout(flush, seconds ? seconds * 1000 : pause);
    pause = Math.min(pause * 2, SLOWEST_MS);
  }
  // What is under way goes again: its ids are known then.
  function leave() {
    var queue = read("queue") || [], batch;
    while (maySend() && queue.length) {
      batch = some(queue);
      queue = queue.slice(batch.length);
      if (navigator.sendBeacon && navigator.sendBeacon(host + "/v1/batch", body(batch))) drop(batch);
    }
  }
  function named(category, name, properties, options) {
    if (typeof category === "object") return [undefined, undefined, category, name];
    if (typeof name !== "string") return [undefined, category, name, properties];
    return [category, name, properties, options];
  }
  var calls = {
    track: function (event, properties, options) {
      add("track", { event: event, properties: properties || {} }, options);
    },
    page: function (category, name, properties, options) {
      var given = named(category, name, properties, options);
      add("page", { category: given[0], name: given[1], properties: Object.assign(here(), given[2]) }, given[3]);
    },
    identify: function (user, traits, options) {
      if (user && typeof user === "object") { options = traits; traits = user; user = undefined; }
      if (user !== undefined && user !== null) {
        if (read("user") !== undefined && read("user") !== String(user)) calls.reset();
        write("user", String(user));
      }
      add("identify", { traits: traits || {} }, options);
    },
    group: function (group, traits, options) { add("group", { groupId: String(group), traits: traits || {} }, options); },
    alias: function (user, previous, options) {
      add("alias", { userId: String(user), previousId: previous === undefined ? read("user") || anonymous() : previous },
        options);
      write("user", String(user));
    },
    reset: function () { write("user", undefined); write("anonymous", undefined); },
    consent: function (categories) {
      // Nothing allowed is a no, however it is said.
      if (categories !== true && !Object.values(categories || {}).some(Boolean)) {
        consent = null; refuses = true;
        calls.reset(); write("queue", undefined);
        return;
      }
      var fresh = memory, could = mayKeep(), waiting = read("queue") || [];
      consent = categories === true ? {} : categories;
      if (!could) {
        // Whoever was known before is known again, unless somebody else has said who they are.
        memory = {};
        var user = read("user"), known = (!fresh.user || !user || fresh.user === user) && read("anonymous");
        waiting.forEach(function (event) {
          if (known && event.anonymousId === fresh.anonymous) event.anonymousId = known;
        });
        waiting = (read("queue") || []).concat(waiting);
        write("anonymous", known || fresh.anonymous);
        write("user", fresh.user || user);
      }
      waiting.forEach(function (event) {
        event.context.consent = event.context.consent || { categoryPreferences: consent };
      });
      write("queue", waiting.length ? waiting : undefined);
      flush();
    },
    anonymousId: function () { return maySend() ? anonymous() : undefined; },
    flush: flush
  };
  window.regard = { push: function (call) { (calls[call[0]] || Object).apply(null, [].slice.call(call, 1)); } };
  Object.keys(calls).forEach(function (name) { window.regard[name] = calls[name]; });
  addEventListener("online", flush);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") leave(); });
  for (var place = 0; place < before.length; place++) window.regard.push(before[place]);
  if (asked.page !== "manual") calls.page();
  flush();
})(window, document, navigator);
