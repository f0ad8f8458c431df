// The line's screen: function keys, one press per form, and the progress of a job.
// Everything works without this file; pages then reload by themselves.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
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

const watched = document.querySelector("[data-job]");
let state = null;

async function look() {
  try {
    const answer = await fetch(watched.dataset.job, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const job = await answer.json();
    if (job.state === "finished" || job.state === "failed") return location.reload();
    show(job);
    setTimeout(look, 700);
  } catch {
    offline();
    setTimeout(look, 3000);
  }
}

function band(kind, word, text) {
  const place = document.getElementById("band");
  if (state === kind + word) return void (place.lastElementChild.textContent = text);
  state = kind + word;
  place.className = `state is-${kind}`;
  const [first, second] = place.children;
  first.className = `status is-${kind}`;
  first.textContent = word;
  second.textContent = text;
}

function show(job) {
  band(job.kind, job.word, job.text);
  const put = (name, text) => {
    const place = document.querySelector(`[data-show="${name}"]`);
    if (place) place.textContent = text;
  };
  put("percent", job.percent);
  put("done", job.done.toLocaleString("en"));
  const bar = document.querySelector('[data-show="bar"]');
  if (bar) bar.value = job.done;
}

function offline() {
  const place = document.getElementById("band");
  band("warn", place.dataset.offline, place.dataset.offlineText);
}

if (watched) look();
