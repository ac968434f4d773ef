// Improves the forms of somebody who asks for a call: the text goes first, then each file with its progress. Whatever
// breaks, what was typed stays on the page. Without this script the forms work as they are.

const ACCEPTED_TYPES = /^(application\/(x-)?pdf|image\/(p?jpe?g|png|hei[cf]|webp|avif))$/;
const ACCEPTED_NAMES = /\.(pdf|jpe?g|jfif|png|hei[cf]|webp|avif)$/i;
const QUIET = 60_000; // milliseconds without progress, after which a file counts as broken off
const GONE = [404, 410]; // the request is erased: the page behind its link says so, and no second try can help
const main = document.querySelector("main");
// What this script says, on a Spanish page.
const SPANISH = document.documentElement.lang.startsWith("es") && {
  "We could not take it. Your request is safe.": "No pudimos recibirlo. Su solicitud está a salvo.",
  "It did not arrive: the sending broke off. Your request is safe.": "No llegó: se cortó el envío. Su solicitud está a salvo.",
  "Keep this page open. Your request is safe already.": "Deje abierta esta página. Su solicitud ya está a salvo.",
  "Stop sending it": "Dejar de enviarlo",
  "Try it again": "Intentar otra vez",
  "Go on without it": "Seguir sin él",
  "We have your request": "Tenemos su solicitud",
  "Sending…": "Enviando…",
  "The connection dropped. All that you typed is still here. Try again, or call us.": "Se cortó la conexión. Todo lo que escribió sigue aquí. Intente otra vez, o llámenos.",
  "Choose your time zone": "Elija su zona horaria",
  of: "de",
};
const say = (words) => (SPANISH && SPANISH[words]) || words;

function make(tag, text = "", props = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, props);
}

// "" for an accepted kind, or if only the server can tell: some phones give files neither type nor name.
function wrongKind({ type, name }, said) {
  const isUnknown = (!type || type === "application/octet-stream") && !/\.\w{1,5}$/.test(name);
  if (isUnknown || ACCEPTED_TYPES.test(type) || ACCEPTED_NAMES.test(name)) return "";
  const [group] = type.split("/");
  return `${said.wrongKind} ${group === "image" ? said.picture : group === "video" ? said.video : said.document}`;
}

// Say at once what the server would say after minutes of sending.
function check(input) {
  const note = make("p", "", { className: "error" });
  note.setAttribute("role", "alert");
  input.before(note);
  input.addEventListener("change", () => {
    const [file] = input.files;
    const { limit, tooLarge } = input.dataset;
    note.textContent = !file ? "" : wrongKind(file, input.dataset) || (file.size > limit ? tooLarge : "");
    if (note.textContent) input.value = "";
  });
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function timeLeft(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const [count, unit] = seconds < 90 ? [Math.max(1, Math.round(seconds / 5)) * 5, ["seconds", "segundos"]] : [Math.round(seconds / 60), ["minutes", "minutos"]];
  return SPANISH ? `, faltan unos ${count} ${unit[1]}` : `, about ${count} ${unit[0]} left`;
}

// Send one file. Resolves to "", to an error, or to GONE; `cancel` gets a function that stops it.
function send(address, field, file, report, cancel) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const began = Date.now();
    let quiet;
    const watch = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => request.abort(), QUIET);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      watch();
      report(loaded, total, ((total - loaded) * (Date.now() - began)) / loaded / 1000);
    };
    request.onload = () => {
      if (GONE.includes(request.status)) return resolve(GONE);
      let problem = request.status === 201 ? "" : say("We could not take it. Your request is safe.");
      try {
        problem = JSON.parse(request.responseText).problem;
      } catch {} // a page, not an answer to a script: the sentence above will do
      resolve(problem);
    };
    request.onerror = request.onabort = () => resolve(say("It did not arrive: the sending broke off. Your request is safe."));
    request.onloadend = () => clearTimeout(quiet);
    const body = new FormData();
    body.append(field, file);
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
    watch();
    cancel(() => request.abort());
  });
}

async function sendFiles(address, files, heading) {
  const panel = make("section", "", { className: "sending", tabIndex: -1 });
  const said = make("p", "", { className: "lede" });
  said.setAttribute("role", "status");
  const bar = make("progress", "", { max: 1, value: 0 });
  const count = make("p", "", { className: "hint" });
  const row = make("p", "", { className: "sending__buttons" });
  const button = (text, quiet = true) => make("button", text, { type: "button", className: quiet ? "button button--quiet" : "button" });
  panel.append(make("h1", heading), said, bar, count, row);
  main.replaceChildren(panel);
  panel.focus({ preventScroll: true });
  scrollTo(0, 0); // the page was long, and stood at its end
  for (const { field, file, label } of files) {
    for (let again = true; again; ) {
      again = false;
      bar.setAttribute("aria-label", label);
      bar.value = 0;
      said.textContent = `${SPANISH ? "Enviando" : "Sending the"} ${label.toLowerCase()}. ${say("Keep this page open. Your request is safe already.")}`;
      const stop = button(say("Stop sending it"));
      row.replaceChildren(stop);
      const problem = await send(
        address, field, file,
        (sent, total, seconds) => {
          bar.value = sent / total;
          count.textContent = `${size(sent)} ${say("of")} ${size(total)}${timeLeft(seconds)}`;
        },
        (abort) => stop.addEventListener("click", abort),
      );
      if (problem === GONE) return leave(address);
      if (!problem) continue;
      said.textContent = `${label}. ${problem}`;
      count.textContent = "";
      const retry = button(say("Try it again"), false);
      const skip = button(say("Go on without it"));
      row.replaceChildren(retry, skip);
      again = await new Promise((choose) => {
        retry.addEventListener("click", () => choose(true));
        skip.addEventListener("click", () => choose(false));
      });
    }
  }
  return leave(address);
}

// Back then reloads the form's page: it neither leaves the site nor shows what was typed on a shared phone.
function leave(address) {
  main.querySelector("form")?.reset();
  location.assign(address);
  return new Promise(() => {}); // nothing is sent twice meanwhile
}
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

// Show the form that the server returned with its errors, with the chosen files kept.
function showAgain(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const { id } of main.querySelectorAll("details[open]")) page.getElementById(id)?.setAttribute("open", "");
  for (const old of main.querySelectorAll("input[type=file]")) {
    const note = old.previousElementSibling;
    page.getElementById(old.id)?.replaceWith(...(note?.matches("[role=alert]") ? [note, old] : [old]));
  }
  for (const note of page.querySelectorAll(".field--error:has(input[type=file]) > .error:not([role=alert])")) note.remove();
  page.querySelector(".error-summary")?.removeAttribute("autofocus");
  document.title = page.title;
  main.replaceChildren(...page.querySelector("main").childNodes);
  start();
  main.querySelector(".error-summary")?.focus();
}

function takeFiles(form, data) {
  const files = [];
  for (const input of form.querySelectorAll("input[type=file]")) {
    const label = input.labels[0].textContent;
    if (input.files.length) files.push({ field: input.name, file: input.files[0], label });
    data.delete(input.name);
  }
  return files;
}

async function ask(form, button) {
  const data = new FormData(form);
  const files = takeFiles(form, data);
  const text = button.textContent;
  button.textContent = say("Sending…");
  const note = form.querySelector(".dropped") ?? make("p", "", { className: "error dropped" });
  note.setAttribute("role", "alert");
  note.textContent = "";
  button.parentElement.before(note);
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", body: data, headers, signal: AbortSignal.timeout(40_000) });
    if (answer.status !== 201) return showAgain(await answer.text());
    const { address } = await answer.json();
    if (files.length) return await sendFiles(address, files, say("We have your request"));
    return leave(address);
  } catch {
    note.textContent = say("The connection dropped. All that you typed is still here. Try again, or call us.");
    button.textContent = text;
  }
}

function start() {
  main.querySelectorAll("input[type=file]").forEach((input) => input.previousElementSibling?.matches("[role=alert]") || check(input));
  const form = main.querySelector("form.ask, form.add");
  form?.querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-live", "polite")); // "Sending…" is said
  let busy = false;
  form?.addEventListener("submit", async (event) => {
    if (event.submitter?.name) return; // it shows the form in the other language
    const files = form.matches(".add") ? takeFiles(form, new FormData()) : [];
    if (form.matches(".add") && !files.length) return; // the server says what is missing
    event.preventDefault();
    if (busy) return;
    busy = true;
    await (files.length ? sendFiles(form.getAttribute("action"), files, document.querySelector("h1").textContent) : ask(form, event.submitter ?? form.querySelector("[type=submit]")));
    busy = false;
  });
}

// Find the zone whose clock agrees with theirs all year. Names are not enough: a phone in Boise has Mountain time under
// another name.
function likeTheirs(zones) {
  const months = Array.from({ length: 13 }, (_, month) => Date.now() + month * 28 * 86_400_000);
  const clock = (timeZone) => {
    try {
      const format = new Intl.DateTimeFormat("en-US", { timeZone, dateStyle: "short", timeStyle: "short" });
      return months.map((moment) => format.format(moment)).join();
    } catch {} // no time zone, or one that this browser does not know
  };
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const theirs = clock();
  return zones.find((name) => name === timeZone) ?? zones.find((name) => clock(name) === theirs);
}

start();
const zone = main.querySelector("select[name=zone]");
if (zone && !zone.value) {
  zone.value = likeTheirs([...zone.options].map(({ value }) => value)) ?? "";
  if (!zone.value) zone.form.elements.elsewhere.value = zone.options[0].text = say("Choose your time zone");
}
