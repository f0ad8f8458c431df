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
