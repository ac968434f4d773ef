// Autosaves what is typed on the server every few seconds, and warns before leaving with unsaved changes.
const MAX_KEEPALIVE = 60_000; // bytes: browsers refuse a larger body after the tab is gone
const MAX_WAIT = 30_000, RETRY_AFTER = 5_000; // milliseconds

document.addEventListener("DOMContentLoaded", () => {
  const mark = document.querySelector("[data-typing]");
  if (!mark) return;
  const { form } = mark, said = document.getElementById("typing-said");
  let unsaved = mark.hasAttribute("data-unsaved"), timer = 0, sending = null, keptAt = "", isOut = false, isOffline = false, isSaving = false, isKept = false, isTooLong = false;

  const say = (...words) => { said.replaceChildren(...words); };
  const signIn = Object.assign(document.createElement("a"), { href: "/admin/", target: "_blank", textContent: "Sign in" });
  const time = () => new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  const signedOut = () => `You are signed out, somebody else is signed in, or you may not change this.${until()} Sign in again in another tab, then type on or save here. `;
  const until = () => (keptAt ? ` What you typed until ${keptAt} is kept.` : "");

  // After signing in again in another tab: this form's token is of the session that ended.
  async function takeToken() {
    const answer = await fetch(location.href, { redirect: "manual" });
    const shown = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = shown && shown.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token) document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    return Boolean(token);
  }
  async function keep() {
    clearTimeout(timer);
    timer = 0;
    if (sending) return later();
    isOffline = false;
    try {
      if (isOut && !(await takeToken())) return say(signedOut(), signIn);
      const body = new URLSearchParams(new FormData(form));
      const keepalive = document.hidden && String(body).length < MAX_KEEPALIVE;
      sending = fetch(mark.dataset.typing, { method: "POST", body, redirect: "manual", keepalive, signal: AbortSignal.timeout?.(MAX_WAIT) });
      const answer = await sending;
      isOut = answer.type === "opaqueredirect" || answer.status === 403;
      if (isOut) return say(signedOut(), signIn);
      isTooLong = answer.status === 413;
      if (isTooLong) return say(`Too long to be kept or saved.${until()} Your words stay here: make them shorter.`);
      if (!answer.ok) return say(`This cannot be kept on the server.${until()} Copy your words before you leave this page.`);
      keptAt = time();
      document.dispatchEvent(new Event("typing:kept"));
      const { others } = await answer.json();
      say(`Kept at ${keptAt}, not saved yet.${others.length ? ` ${others.join(" and ")} is writing on this page too.` : ""}`);
    } catch {
      isOffline = true;
      timer = setTimeout(keep, RETRY_AFTER);
      say(`No connection.${until()} ${isSaving ? "Not saved: your words stay here, press the button again later." : "It is tried again every few seconds."}`);
    } finally {
      sending = null;
    }
  }
  function later() {
    timer ||= setTimeout(keep, 2000);
  }
  function typed() {
    unsaved = true;
    later();
  }
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  document.addEventListener("formset:added", typed);
  document.addEventListener("formset:removed", typed);
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) keep(); });
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.formTarget) return; // a preview in another tab
    if (unsaved && !isKept) { // or they would be lost without a connection, or on the way to the sign-in
      event.preventDefault();
      if (isSaving) return; // pressed twice
      isSaving = true;
      await sending?.catch(() => {});
      await keep();
      isSaving = false;
      isKept = !isOut && !isOffline && !isTooLong;
      return isKept && form.requestSubmit(event.submitter);
    }
    unsaved = false;
    timer = clearTimeout(timer); // or it would be autosaved again while the page unloads
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
});
