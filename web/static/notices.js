// The notice is checked and drawn while one writes; without this file, on saving.
"use strict";

const form = document.getElementById("write");
let timer, sent = 0;

async function check() {
  const turn = ++sent;
  const fields = new FormData(form);
  fields.delete("photo");
  const answer = await fetch(form.dataset.check, { method: "POST", body: fields });
  if (!answer.ok || turn !== sent) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["checked", "previewed"]) {
    document.getElementById(id).innerHTML = fresh.getElementById(id).innerHTML;
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, 600);
});
