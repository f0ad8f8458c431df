// The line's screen: the scanner, function keys, one press per form, sounds, and news.
// Everything works without this file; pages then reload by themselves.
"use strict";

const find = (selector) => document.querySelector(selector);
const MATCH_SHOWN = 2500; // milliseconds
const verdict = document.getElementById("verdict");

// ---- sounds: two short high ones for yes, a long low buzz for no ----
let speaker = null;

function beep(good) {
  try {
    speaker ??= new AudioContext();
    speaker.resume();
  } catch {
    return; // no sound device: colour and word still say it
  }
  const notes = good ? [[880, 0, 0.12], [1320, 0.14, 0.18]] : [[170, 0, 0.5], [170, 0.6, 0.5]];
  for (const [pitch, from, long] of notes) {
    const tone = speaker.createOscillator();
    const level = speaker.createGain();
    tone.type = good ? "sine" : "square";
    tone.frequency.value = pitch;
    level.gain.value = 0.4;
    tone.connect(level).connect(speaker.destination);
    tone.start(speaker.currentTime + from);
    tone.stop(speaker.currentTime + from + long);
  }
  document.body.dataset.played = good ? "ok" : "bad";
}

// ---- the whole screen says what a scan was ----
let closing = 0;

function show_verdict(news) {
  verdict.className = `outcome is-${news.kind}`;
  const word = document.getElementById("verdict-word");
  word.className = `status is-${news.kind}`;
  word.textContent = news.word;
  document.getElementById("verdict-text").textContent = news.text;
  document.getElementById("verdict-step").textContent = news.step;
  verdict.querySelector("a").href = news.go;
  if (!verdict.open) verdict.showModal();
  verdict.querySelector("a").focus();
  beep(news.kind === "ok");
  // A match asks for nothing: gloves stay where they are. A mismatch stays.
  clearTimeout(closing); // or the last match would close this mismatch
  if (news.kind === "ok") {
    closing = setTimeout(() => verdict.querySelector("a").click(), MATCH_SHOWN);
  }
}

verdict?.addEventListener("cancel", (event) => event.preventDefault());

// ---- a key acts when it is let go, if it went down on this page: held long, it would
// press the same key of the next pages too, and open a batch and order labels unasked ----
let pressed = null;

function keyed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (verdict?.open) return event.key === "F1" ? verdict.querySelector("a") : null;
  return find(`[data-key="${CSS.escape(event.key)}"]`);
}

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

// ---- the scanner types fast and ends with Enter, wherever the cursor stands ----
const PACE = 60; // milliseconds between two characters; nobody types a whole code so fast
const SHORTEST = 4;
let burst = "";
let last = 0;
let before = null; // the field that got the characters, and what it held

const fields = () =>
  [...document.querySelectorAll("[data-scan]")].filter((field) => field.offsetParent);

// With a Chinese input method on, keys arrive without their characters.
function letter(event) {
  if (event.key.length === 1) return event.key;
  if (event.key !== "Process") return "";
  const [, name, digit] = /^(?:Key(\w)|Digit(\d))$/.exec(event.code) ?? [];
  if (name) return name;
  if (digit) return digit;
  return { Semicolon: ":", Minus: "-", Slash: "/", Period: "." }[event.code] ?? "";
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const now = performance.now();
    const quick = now - last < PACE;
    if (event.key === "Enter") {
      const scanned = quick && burst.length >= SHORTEST ? burst : "";
      burst = "";
      if (!scanned) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (before) before.field.value = before.value;
      take(scanned);
      return;
    }
    const typed = letter(event);
    if (!typed) return;
    if (!quick) {
      const field = document.activeElement;
      burst = "";
      before = field?.matches("input, textarea") ? { field, value: field.value } : null;
    }
    burst += typed;
    last = now;
  },
  true,
);

function take(scanned) {
  const code = scanned.toUpperCase();
  if (code.startsWith("LM:") && !code.startsWith("LM:B:")) return command(code);
  const waiting = verdict?.open ? [] : fields();
  const badge = waiting.find((field) => field.name === "badge");
  if (code.startsWith("LM:B:")) return badge ? fill(badge, [badge], scanned) : send(scanned);
  const field = before && waiting.includes(before.field) ? before.field : null;
  const empty = field ?? waiting.find((each) => !each.value) ?? waiting[0];
  return empty && empty !== badge ? fill(empty, waiting, scanned) : send(scanned);
}

// The next field waits for the second code; after the last one the form goes off.
function fill(field, waiting, scanned) {
  field.value = scanned;
  const next = waiting.slice(waiting.indexOf(field) + 1).find((each) => !each.value);
  if (next && next.form === field.form) return next.focus();
  field.focus();
  if ("verdict" in field.form.dataset) return post(field.form);
  field.form.requestSubmit();
}

function command(code) {
  const name = code.slice(3);
  const input = find("input.huge:focus, input[inputmode=numeric]:focus") ?? find("input.huge");
  if (/^\d$/.test(name) && input) return void (input.value += name);
  if (name === "DEL" && input) return void (input.value = "");
  const inside = verdict?.open ? verdict : document;
  const button = inside.querySelector(`[data-command~="${CSS.escape(name)}"]`);
  if (button) return button.click();
  return verdict?.open ? undefined : send(code);
}

function send(scanned) {
  const form = document.getElementById("scan");
  if (!form) return location.assign("/line/operator");
  form.elements.code.value = scanned;
  post(form);
}

async function post(form) {
  let news;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    news = await answer.json();
    if (news.code === "not_logged_in") return location.reload();
  } catch {
    const { offline, offlineText } = document.getElementById("band").dataset;
    news = { word: offline, text: offlineText };
  }
  if (news.go && !news.word) return location.assign(news.go);
  const plain = { kind: "bad", word: news.title, text: news.detail, step: "" };
  show_verdict({ ...plain, go: location.href, ...news });
}

// ---- small helps ----
for (const button of document.querySelectorAll("[data-step]"))
  button.addEventListener("click", () => {
    const input = button.parentElement.querySelector("input");
    input.value = Math.max(1, (parseInt(input.value, 10) || 0) + Number(button.dataset.step));
  });

const pad = find(".pad");
if (pad) {
  pad.hidden = false;
  const pin = document.getElementById("pin");
  pad.addEventListener("click", (event) => {
    const digit = event.target.dataset.digit;
    if (digit) pin.value = digit === "⌫" ? "" : pin.value + digit;
  });
}

for (const way of document.querySelectorAll("input[name=way]"))
  way.addEventListener("change", () => fields()[0]?.focus());

const said = find("[data-sound]");
if (said) beep(said.dataset.sound === "ok");

// The server's clock, going on from when it made the page: a line PC's may be wrong.
const time = find("time.now");
const made = Date.parse(time.dateTime);
setInterval(() => {
  const now = new Date(made + performance.now());
  const shown = { timeZone: time.dataset.zone, hour: "2-digit", minute: "2-digit" };
  time.textContent = now.toLocaleTimeString("en-GB", shown);
}, 5000);

// ---- news of the batch ----
const watched = find("[data-watch]");
const band = document.getElementById("band");
const net = document.getElementById("net");

async function look() {
  try {
    const answer = await fetch(watched.dataset.watch, { headers: { Accept: "application/json" } });
    if (answer.redirected) return location.reload(); // logged out meanwhile
    if (!answer.ok) throw new Error(String(answer.status));
    const news = await answer.json();
    if (news.page !== watched.dataset.page && !verdict.open) return location.reload();
    show(news.kind, news.word, news.text);
    connected(true);
    if (news.figures) count(news);
    setTimeout(look, news.soon || news.page === "undone" ? 700 : 4000);
  } catch {
    show("warn", band.dataset.offline, band.dataset.offlineText);
    connected(false);
    setTimeout(look, 4000);
  }
}

function connected(yes) {
  net.className = `status is-${yes ? "ok" : "warn"}`;
  net.textContent = yes ? net.dataset.ok : net.dataset.lost;
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
  for (const [name, text] of Object.entries(news.figures)) {
    const place = find(`[data-show="${name}"]`);
    if (place) place.textContent = text;
  }
  const bar = find('[data-show="bar"]');
  if (bar) bar.value = news.done;
}

if (watched) look();
