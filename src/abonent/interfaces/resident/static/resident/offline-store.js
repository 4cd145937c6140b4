// What is typed without a network, and the sending of it. Used by pages and by the service worker alike.
// Three stores: `forms`, an account's meters as its form last showed them; `waiting`, what is to be sent; and
// `answers`, what the server said to it, until a page has told it.
// The server knows each sending by its key: whoever sends it a second time gets the first one's answer.
// The one script that keeps anything in the browser; signing out forgets it all.
self.offlineReadings = !self.indexedDB ? null : (() => {
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
      opening.result.createObjectStore("answers", { keyPath: "key" });
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

  // The entry goes and its answer comes in one transaction; page and worker may both have sent it.
  const answered = async (key, answer) => {
    const database = await open();
    try {
      const change = database.transaction(["waiting", "answers"], "readwrite");
      change.objectStore("waiting").delete(key);
      await request(change.objectStore("answers").put({ ...answer, key }));
    } finally {
      database.close();
    }
  };
  const takeAnswers = async () => {
    const answers = await within("answers", "readonly", (store) => store.getAll());
    if (answers.length) await within("answers", "readwrite", (store) => store.clear());
    return answers;
  };
  const forget = () => request(indexedDB.deleteDatabase(NAME));

  // What no later try would change: the account is somebody else's now, the form is not understood, too large.
  const FINAL = [400, 404, 405, 410, 413, 415, 422];

  // Sends one entry. Its answer: {outcome, words, url}; null when it may be taken another time (the server is
  // busy, the session has ended, the address is to be confirmed first).
  const sendOne = async (entry, { token, refused }) => {
    const body = new FormData();
    for (const [name, value] of entry.fields) body.append(name, value);
    body.set("csrfmiddlewaretoken", token);
    const answer = await fetch(entry.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
    if (FINAL.includes(answer.status)) return { outcome: "refused", words: refused };
    if (!answer.ok || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) return null;
    return answer.json();
  };

  // Sends everything that waits; an entry goes once the server has answered for it, whatever it said. How many
  // were answered for, or what to do first ({words, url}) when nobody is signed in.
  const send = async () => {
    const entries = await waiting();
    let count = 0;
    if (!entries.length) return { count };
    try {
      const door = await fetch("/offline/door/", { credentials: "same-origin", redirect: "error", cache: "no-store" });
      const opened = await door.json();
      if (!opened.signed_in) return { count, first: { words: opened.words, url: opened.sign_in } };
      for (const entry of entries) {
        const answer = await sendOne(entry, opened);
        if (!answer) continue;
        await answered(entry.key, answer);
        count += 1;
      }
    } catch {
      return { count };
    }
    return { count };
  };

  return { keepForm, forms, keep, waiting, takeAnswers, forget, send };
})();
