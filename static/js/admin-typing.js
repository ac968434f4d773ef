// Keeps what is typed on the server every few seconds, and asks before one leaves with words that are not saved.
const MOST_KEPT_ALIVE = 60_000; // bytes: browsers refuse a larger body after the tab is gone

document.addEventListener("DOMContentLoaded", () => {
  const mark = document.querySelector("[data-typing]");
  if (!mark) return;
  const { form } = mark, said = document.getElementById("typing-said");
  let unsaved = mark.hasAttribute("data-unsaved"), timer = 0, sending = null, keptAt = "";

  const say = (words) => { said.textContent = words; };
  const time = () => new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  const until = () => (keptAt ? ` What you typed until ${keptAt} is kept.` : "");

  async function keep() {
    clearTimeout(timer);
    timer = 0;
    if (sending) return later();
    try {
      const body = new URLSearchParams(new FormData(form));
      const keepalive = document.hidden && String(body).length < MOST_KEPT_ALIVE;
      sending = fetch(mark.dataset.typing, { method: "POST", body, redirect: "manual", keepalive });
      const answer = await sending;
      if (answer.type === "opaqueredirect" || answer.status === 403) return say(`You are signed out, or may not change this.${until()} Sign in again in another tab, then open this page again.`);
      if (!answer.ok) return say(`This cannot be kept on the server.${until()} Copy your words before you leave this page.`);
      keptAt = time();
      document.dispatchEvent(new Event("typing:kept"));
      const { others } = await answer.json();
      say(`Kept at ${keptAt}, not saved yet.${others.length ? ` ${others.join(" and ")} is writing on this page too.` : ""}`);
    } catch {
      say(`No connection.${until()} It is tried again as you type.`);
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
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget) return; // a preview in another tab
    unsaved = false;
    timer = clearTimeout(timer); // or it would be kept again as the page goes away
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
});
