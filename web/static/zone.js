// Scans into a zone wait on the device until the server has answered each of them.
// The id is made when the trigger is pulled: sent twice, it counts once.
(() => {
  const form = document.getElementById("zone");
  if (!form || !window.indexedDB) return;
  const field = form.elements.code, list = document.getElementById("scans");
  const note = document.getElementById("queue"), name = "lotmark-zone-" + form.dataset.login;
  const uuid = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, c =>
      (+c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> +c / 4).toString(16));
  const opened = new Promise((done, failed) => {
    const ask = indexedDB.open(name, 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore("scans", { keyPath: "id" });
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => failed(ask.error);
  });
  const kept = async (mode, deed) => {
    const db = await opened;
    return new Promise((done, failed) => {
      const work = db.transaction("scans", mode);
      const ask = deed(work.objectStore("scans"));
      work.oncomplete = () => done(ask && ask.result);
      work.onerror = () => failed(work.error);
    });
  };
  const row = (scan) => {
    let line = document.getElementById("s-" + scan.id);
    if (!line) {
      line = list.insertRow(0);
      line.id = "s-" + scan.id;
      line.insertCell().textContent = new Date(scan.at).toTimeString().slice(0, 5);
      const head = document.createElement("th");
      head.scope = "row"; head.className = "mono"; head.textContent = scan.code;
      line.append(head);
      line.insertCell().className = "words";
    }
    return line.cells[2];
  };
  const say = (cell, kind, word, text) => {
    const status = document.createElement("span");
    status.className = "status is-" + kind; status.textContent = word;
    cell.replaceChildren(status, " " + (text || ""));
  };
  const tell = async (text) => {
    const many = (await kept("readonly", s => s.count())) || 0;
    note.hidden = !many;
    note.textContent = text || form.dataset.kept.replace("{n}", many);
  };
  let busy = false;
  const send = async () => {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const all = await kept("readonly", s => s.getAll());
        if (!all.length) break;
        const zone = all[0].zone;
        const some = all.filter(s => s.zone === zone).slice(0, 50);
        const answer = await fetch(zone, {
          method: "POST", redirect: "manual",
          headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value },
          body: JSON.stringify({ scans: some.map(({ id, code, at }) => ({ id, code, at })) }),
        });
        if (!answer.ok) { await tell(form.dataset.out); return; }
        for (const one of (await answer.json()).scans) {
          await kept("readwrite", s => s.delete(one.id));
          if (zone === form.dataset.scans) say(row({ ...some.find(s => s.id === one.id) }), one.kind, one.word, one.text);
        }
      }
    } catch { /* no network: they wait */ } finally { busy = false; await tell(); }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = field.value.trim();
    if (!code) return;
    field.value = ""; field.focus();
    const scan = { id: uuid(), code, at: new Date().toISOString(), zone: form.dataset.scans };
    await kept("readwrite", s => s.put(scan));
    say(row(scan), "warn", form.dataset.waits);
    send();
  });
  addEventListener("online", send);
  setInterval(send, 5000);
  kept("readonly", s => s.getAll()).then(all => { for (const scan of all || []) if (scan.zone === form.dataset.scans) say(row(scan), "warn", form.dataset.waits); send(); });
})();
