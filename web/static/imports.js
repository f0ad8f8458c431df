// News of an import under way. Without this file the page reloads by itself.
"use strict";

const watched = document.querySelector("[data-watch]");
const shown = (name) => watched.querySelector(`[data-show="${name}"]`);

async function look() {
  try {
    const answer = await fetch(watched.dataset.watch, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 403) return location.reload(); // logged out
    if (!answer.ok) throw new Error(String(answer.status));
    const news = await answer.json();
    if (news.page !== watched.dataset.page) return location.reload();
    if (news.done && !shown("done")) return location.reload();
    if (news.done) count(news);
  } catch {
    // The server or the net is away: the import is not, and we ask again.
  }
  setTimeout(look, 1500);
}

function count(news) {
  shown("done").textContent = news.done.toLocaleString("en");
  shown("total").textContent = news.total.toLocaleString("en");
  shown("bar").max = news.total;
  shown("bar").value = news.done;
}

setTimeout(look, 700);
