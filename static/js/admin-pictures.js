// Adds pictures to a text: by the button, dropped, pasted, or picked from the library. Replaces markdownx's own upload,
// which shows neither progress nor errors.
const UNDESCRIBED = "Describe this picture"; // as in editorial/values/images.py
const boxOf = (element) => element.closest(".markdownx").querySelector("textarea");
let adding = 0;

function say(box, words, refused = false) {
  const said = box.closest(".markdownx").querySelector(".text-said");
  said.textContent = words;
  said.classList.toggle("refused", refused);
}

// Where to insert a line: after the picture that the caret is in, such as in the description of the last one added.
function placeIn(box) {
  const at = box.selectionEnd, start = box.value.slice(0, at).lastIndexOf("\n") + 1, end = box.value.indexOf("\n", at);
  return at === start || !box.value.startsWith("![", start) ? at : end < 0 ? box.value.length : end;
}

// Insert a line at the caret, with the description selected, so that typing replaces it.
function insert(box, line) {
  const at = placeIn(box), before = box.value.slice(0, at), after = box.value.slice(at);
  const above = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  const below = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  box.focus();
  box.setSelectionRange(at, at);
  const typed = above + line + below; // as if typed, so that it can be undone
  if (!document.execCommand("insertText", false, typed)) {
    box.setRangeText(typed, at, at, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const start = at + above.length;
  if (line.startsWith(`![${UNDESCRIBED}]`)) box.setSelectionRange(start + 2, start + 2 + UNDESCRIBED.length);
}

function send(box, file) {
  const bar = box.closest(".markdownx").querySelector("progress"), data = new FormData(), request = new XMLHttpRequest();
  data.append("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
  data.append("image", file);
  request.upload.onprogress = ({ loaded, total }) => { bar.max = total; bar.value = loaded; if (loaded === total) bar.removeAttribute("value"); };
  bar.hidden = false;
  return new Promise((resolve) => {
    request.onloadend = () => {
      bar.hidden = true;
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not this site's answer */ }
      const lost = request.status === 403 ? "You are signed out. Sign in again in another tab, then add it again." : "It did not arrive. Check the connection and add it again.";
      resolve(answer.image_code ? { line: answer.image_code } : { why: answer.why || lost });
    };
    request.open("POST", box.dataset.markdownxUploadUrlsPath);
    request.send(data);
  });
}

async function add(box, files) {
  const refused = [];
  let added = 0;
  adding += 1;
  for (const file of files) {
    say(box, `Adding ${file.name} …`);
    const { line, why } = await send(box, file);
    if (why) refused.push(`${file.name} was not added. ${why}`);
    else { insert(box, line); added += 1; }
  }
  adding -= 1;
  say(box, [...refused, ...(added ? [`${added === 1 ? "The picture is" : `${added} pictures are`} in the text. Say between [ and ] what it shows.`] : [])].join(" "), refused.length > 0);
}

let picker, picking;

function makePicker() {
  picker = document.createElement("dialog");
  picker.className = "picker";
  picker.setAttribute("aria-labelledby", "picker-title");
  picker.innerHTML = `<form method="dialog"><h2 id="picker-title">Pick a picture</h2><button>Close</button></form>
<label>Search what they show <input type="search"></label><p role="status"></p><ul></ul>`;
  document.body.append(picker);
  let timer;
  picker.querySelector("input").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(list, 300); });
}

async function list() {
  const said = picker.querySelector("[role=status]"), items = picker.querySelector("ul"), q = picker.querySelector("input").value;
  try {
    const answer = await fetch(`${picking.from}?${new URLSearchParams({ q })}`);
    if (!answer.ok) throw new Error(answer.status);
    const { pictures } = await answer.json();
    items.replaceChildren(...pictures.map(({ line, thumbnail, shows }) => {
      const item = document.createElement("li"), button = document.createElement("button"), img = new Image();
      Object.assign(img, { src: thumbnail, alt: "", loading: "lazy" });
      button.type = "button";
      button.append(img, shows);
      button.addEventListener("click", () => { picker.close(); insert(picking.box, line); say(picking.box, "The picture is in the text."); });
      item.append(button);
      return item;
    }));
    said.textContent = pictures.length ? (pictures.length === 24 ? "The newest 24. Search to find others." : "") : "No picture found.";
  } catch {
    said.textContent = "The library cannot be reached, or you are signed out. Close this and try again.";
  }
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-add-picture]")) return;
  event.stopPropagation(); // nothing of the form itself has changed
  const files = [...event.target.files];
  event.target.value = "";
  add(boxOf(event.target), files);
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-pick-picture]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!picker) makePicker();
  picking = { box: boxOf(link), from: link.dataset.pickPicture };
  list();
  picker.showModal();
});

for (const [kind, place] of [["drop", "dataTransfer"], ["paste", "clipboardData"]]) {
  document.addEventListener(kind, (event) => {
    const box = event.target.closest?.(".markdownx-editor"), files = [...(event[place]?.files ?? [])];
    if (!box || !files.length || event[place].types.includes("text/plain")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    add(box, files);
  }, true);
}

document.addEventListener("submit", (event) => {
  if (!adding) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const box of document.querySelectorAll(".markdownx progress:not([hidden])")) say(boxOf(box), "Wait until the picture is in the text, then save.", true);
}, true);

document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll("[data-add-picture]")) input.parentElement.hidden = false;
});
