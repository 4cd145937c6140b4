// What is typed without a network, and the sending of it. Used by pages and by the service worker alike.
// Two stores: `forms`, an account's meters as its form last showed them, and `waiting`, what is to be sent.
// The server knows each sending by its key: whoever sends it a second time gets the first one's answer.
self.offlineReadings = (() => {
  "use strict";
  const NAME = "readings";

  const request = (asked) =>
    new Promise((done, failed) => {
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });

  const open = () => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("forms", { keyPath: "account" });
      opening.result.createObjectStore("waiting", { keyPath: "key" });
    };
    return request(opening);
  };

  const within = async (store, mode, run) => {
    const database = await open();
    try {
      return await request(run(database.transaction(store, mode).objectStore(store)));
    } finally {
      database.close();
    }
  };

  const keepForm = (form) => within("forms", "readwrite", (store) => store.put(form));
  const forms = () => within("forms", "readonly", (store) => store.getAll());
  const keep = (entry) => within("waiting", "readwrite", (store) => store.put(entry));
  const waiting = () => within("waiting", "readonly", (store) => store.getAll());
  const drop = (key) => within("waiting", "readwrite", (store) => store.delete(key));
  const forget = () => request(indexedDB.deleteDatabase(NAME));

  // Sends one entry. Its answer: {outcome, words, url}; null when the network is still away.
  const sendOne = async (entry, token) => {
    const body = new FormData();
    for (const [name, value] of entry.fields) body.append(name, value);
    body.set("csrfmiddlewaretoken", token);
    const answer = await fetch(entry.action, { method: "POST", body, credentials: "same-origin", redirect: "error" });
    if (!answer.ok || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) return null;
    return answer.json();
  };

  // Sends everything that waits; an entry goes once the server has answered for it, whatever it said.
  const send = async () => {
    const entries = await waiting();
    if (!entries.length) return [];
    const answers = [];
    try {
      const door = await fetch("/offline/door/", { credentials: "same-origin", redirect: "error", cache: "no-store" });
      const { token, signed_in: signedIn, words, sign_in: url } = await door.json();
      if (!signedIn) return [{ outcome: "sign-in", words, url }];
      for (const entry of entries) {
        const answer = await sendOne(entry, token);
        if (!answer) continue;
        await drop(entry.key);
        answers.push(answer);
      }
    } catch {
      return answers;
    }
    return answers;
  };

  return { keepForm, forms, keep, waiting, forget, send };
})();
