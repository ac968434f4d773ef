// For a shift at the queue: refreshes its rows, warns before the session ends, hides the page after it, and keeps what
// was typed.
document.addEventListener("DOMContentLoaded", () => {
  const REFRESH_EVERY = 30_000, WARN_BEFORE = 180_000, RECENT = 60_000, MAX_WAIT = 15_000; // milliseconds
  const shift = document.getElementById("shift"), fresh = document.getElementById("fresh");
  if (!shift) return;
  const words = shift.querySelector("span"), stay = shift.querySelector("button"), signIn = shift.querySelector("a"), { awake, idle } = shift.dataset;
  let seen = Date.now(), end = seen + shift.dataset.atAll * 1000, isSure = false, isAsking = false, isOffline = false, sent = null;
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

  // Counts as activity, and renews the forms' tokens, which are old after signing in again in another tab.
  async function ping() {
    try {
      const answer = await fetch(awake, { redirect: "manual", signal: AbortSignal.timeout?.(MAX_WAIT) });
      isOffline = false;
      if (answer.status >= 500) return null;
      if (!answer.ok) { // signed out, or somebody else is signed in
        seen = 0;
        watch();
        return false;
      }
      const { token, left } = await answer.json();
      seen = Date.now();
      end = seen + left * 1000;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
      watch();
      return true;
    } catch { return null; } // no connection
  }
  addEventListener("focus", ping); // back from another tab, where somebody may have signed out or in again
  function watch() {
    const idleEnd = seen + idle * 1000, over = Math.min(idleEnd, end), left = over - Date.now();
    shift.hidden = left > WARN_BEFORE && !isOffline;
    document.body.classList.toggle("signed-out", left <= 0); // who comes by reads no name and no number
    if (shift.hidden) return;
    signIn.hidden = left > 0 || isOffline;
    stay.hidden = left <= 0 || end <= idleEnd || isOffline;
    const said = left <= 0 ? "You are signed out, and this page is hidden. What you typed stays: sign in again in another tab, then come back to this one." : isOffline ? "No connection: nothing was sent. What you typed stays here. Press the button again once there is one." : `You will be signed out at ${clock(over)}.`;
    if (words.textContent !== said) words.textContent = said;
  }
  stay.addEventListener("click", ping);
  addEventListener("online", ping);
  setInterval(watch, 10_000);
  document.querySelector(".when")?.addEventListener("input", () => { document.querySelector("[name=next_try][value=other]").checked = true; });
  document.addEventListener("input", () => { if (Date.now() - seen > RECENT) ping(); });
  document.addEventListener("submit", async (event) => {
    const { target, submitter } = event;
    // What was typed would be lost if the browser left this page without a connection.
    if (isSure || (Date.now() - seen < RECENT && ![...target.querySelectorAll("textarea")].some(({ value }) => value.trim()))) {
      sent = target;
      return;
    }
    event.preventDefault();
    if (isAsking) return; // pressed twice
    isAsking = true;
    const isIn = await ping();
    isAsking = false;
    if (!isIn) {
      isOffline = isIn === null;
      return watch();
    }
    isSure = true;
    target.requestSubmit(submitter);
    isSure = false;
  });

  addEventListener("beforeunload", (event) => {
    const isUnsaved = ({ form, value }) => form !== sent && value.trim();
    if ([...document.querySelectorAll("#content textarea, [name=phrase], [name=to], [name=address], [name=outcome]:checked")].some(isUnsaved)) event.preventDefault();
  });

  if (!fresh) return;
  const at = document.getElementById("fresh-at"), bell = document.getElementById("bell");
  at.textContent = "This list refreshes by itself.";
  const rows = () => document.getElementById("rows");
  const ids = (root) => [...root.querySelectorAll("tr[id]")].map(({ id }) => id);
  const known = new Set(ids(rows()));
  const marked = (element) => ["formaction", "href", "value"].map((name) => element.hasAttribute(name) && `[${name}="${element.getAttribute(name)}"]`).find(Boolean);

  function put(page) {
    const focused = rows().contains(document.activeElement) && marked(document.activeElement);
    const checked = [...rows().querySelectorAll("input:checked")].map(marked);
    const top = [...rows().querySelectorAll("tr[id]")].find((row) => row.getBoundingClientRect().bottom > 0);
    const place = top?.getBoundingClientRect().top;
    rows().replaceWith(page.getElementById("rows"));
    document.querySelector(".tally").replaceWith(page.querySelector(".tally"));
    for (const each of checked) rows().querySelector(each)?.setAttribute("checked", "");
    if (focused) rows().querySelector(focused)?.focus({ preventScroll: true });
    const now = top && document.getElementById(top.id);
    if (now && place < 0) scrollBy(0, now.getBoundingClientRect().top - place);
  }
  async function refresh() {
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") ping(); // signed out in another window
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const added = ids(page).filter((id) => !known.has(id));
      put(page);
      at.textContent = `Updated ${clock(Date.now())}.`;
      if (!added.length) return;
      added.forEach((id) => known.add(id));
      fresh.textContent = added.length === 1 ? "1 new request in this list." : `${added.length} new requests in this list.`;
      if (document.hidden && localStorage.bell === "on" && Notification.permission === "granted") new Notification("The queue", { body: fresh.textContent, tag: "queue" });
    } catch {
      at.textContent = "No connection: this list may be old.";
    }
  }
  setInterval(refresh, REFRESH_EVERY);
  document.addEventListener("queue:refresh", refresh);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

  if (!("Notification" in window)) return;
  const ring = () => { bell.textContent = localStorage.bell === "on" && Notification.permission === "granted" ? "Stop browser notices" : "Notify me in this browser"; };
  bell.hidden = false;
  ring();
  bell.addEventListener("click", async () => {
    localStorage.bell = localStorage.bell !== "on" && (await Notification.requestPermission()) === "granted" ? "on" : "off";
    ring();
  });
});
