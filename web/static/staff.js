// Staff pages: printing and copying a link. Without this file the buttons do not show.
"use strict";

document.querySelectorAll(".js[hidden]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if ("print" in button.dataset) return window.print();
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent += " ✓";
  });
});

// A list that waits for news looks again, unless somebody is typing or reading elsewhere.
const waiting = document.querySelector("[data-refresh]");
if (waiting) {
  setInterval(() => {
    const typing = document.activeElement.matches("input, textarea, select");
    if (!document.hidden && !typing) location.reload();
  }, 1000 * waiting.dataset.refresh);
}
