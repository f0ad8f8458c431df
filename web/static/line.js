// The line's screen: function keys, one press per form, the clock, and news of the batch.
// Everything works without this file; pages then reload by themselves.
"use strict";

// A key acts when it is let go, if it went down on this page: held long, it would press
// the same key of the next pages too, and open a batch and order its labels unasked.
let pressed = null;

const keyed = (event) =>
  event.ctrlKey || event.altKey || event.metaKey
    ? null
    : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);

document.addEventListener("keydown", (event) => {
  if (!keyed(event)) return;
  event.preventDefault();
  if (!event.repeat) pressed = event.key;
});

document.addEventListener("keyup", (event) => {
  const target = pressed === event.key && keyed(event);
  if (!target) return;
  pressed = null;
  target.click();
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

// A page shown again with the back button may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Scanners end a code with Enter: the first of two must not send the form.
const first = document.getElementById("first");
first?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.getElementById("last").focus();
});
document.getElementById("way-codes")?.addEventListener("change", () => first.focus());

// The server's clock, going on from when it made the page: a line PC's may be wrong.
const time = document.querySelector("time.now");
const made = Date.parse(time.dateTime);
setInterval(() => {
  const now = new Date(made + performance.now());
  const shown = { timeZone: time.dataset.zone, hour: "2-digit", minute: "2-digit" };
  time.textContent = now.toLocaleTimeString("en-GB", shown);
}, 5000);

const watched = document.querySelector("[data-watch]");
const band = document.getElementById("band");

async function look() {
  try {
    const answer = await fetch(watched.dataset.watch, { headers: { Accept: "application/json" } });
    if (answer.redirected) return location.reload(); // logged out meanwhile
    if (!answer.ok) throw new Error(String(answer.status));
    const news = await answer.json();
    if (news.page !== watched.dataset.page) return location.reload();
    show(news.kind, news.word, news.text);
    if (news.figures) count(news);
    setTimeout(look, news.page === "undone" ? 700 : 4000);
  } catch {
    show("warn", band.dataset.offline, band.dataset.offlineText);
    setTimeout(look, 4000);
  }
}

// Only what changed is written, or a screen reader would read the band again and again.
function show(kind, word, text) {
  const [status, rest] = band.children;
  if (status.textContent !== word) status.textContent = word;
  if (rest.textContent !== text) rest.textContent = text;
  band.className = `state is-${kind}`;
  status.className = `status is-${kind}`;
}

function count(news) {
  for (const [name, text] of Object.entries(news.figures))
    document.querySelector(`[data-show="${name}"]`).textContent = text;
  document.querySelector('[data-show="bar"]').value = news.done;
}

if (watched) look();
