// Pages of the cabinet: keep the form of readings for later, keep what is typed without a network, send it when
// the network is back. Without this script the form works as any other.
(() => {
  "use strict";
  if (!("serviceWorker" in navigator)) return;
  const store = self.offlineReadings;
  const settings = document.querySelector("[data-offline]");
  if (!store || !settings) return;
  const FORM = "form[data-account]";

  // One line at the head of the page, read out by a reader of the screen.
  const say = (words, url) => {
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.className = "notice";
    const text = document.createElement("span");
    text.append(words);
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = settings.dataset.open;
      text.append(" ", link);
    }
    line.append(text);
    const main = document.querySelector("main");
    main.prepend(line);
    line.scrollIntoView({ block: "nearest" });
  };

  // What was answered is said on a page that knows of it: this one was drawn before.
  const send = async () => {
    const { count, first } = await store.send();
    if (first) say(first.words, first.url);
    if (count) location.reload();
    else await sayWhatWasAnswered(); // the worker may have been quicker
  };
  const sayWhatWasAnswered = async () => {
    for (const answer of await store.takeAnswers()) say(answer.words, answer.url);
  };

  // What the page for times without network needs to draw the same fields.
  const described = (form) => ({
    account: form.dataset.account,
    label: form.dataset.label || "",
    action: form.dataset.offlineAction,
    seen: form.elements.seen ? form.elements.seen.value : "0",
    meters: [...form.querySelectorAll("fieldset[data-meter]")].map((meter) => ({
      title: meter.querySelector("legend").textContent.replace(/\s+/g, " ").trim(),
      fields: [...meter.querySelectorAll("input[data-scale]:not([disabled])")].map((input) => ({
        name: input.name,
        label: (form.querySelector(`label[for="${input.id}"]`) || input).textContent.replace(/\s+/g, " ").trim(),
        previous: input.dataset.previous || "",
      })),
    })),
  });

  const keep = async (form, submitter) => {
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    await store.keep({ key: form.elements.key.value, action: form.dataset.offlineAction, fields });
    const ready = await navigator.serviceWorker.ready;
    if (ready.sync) await ready.sync.register("readings").catch(() => {});
    submitter.disabled = true;
    say(settings.dataset.kept);
  };

  const reachable = async () => {
    if (!navigator.onLine) return false;
    try {
      return (await fetch("/offline/door/", { cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
    } catch {
      return false;
    }
  };

  const atSubmit = async (form, submitter) => {
    if (await reachable()) form.submit();
    else await keep(form, submitter);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(FORM) || event.defaultPrevented || !event.submitter || event.submitter.name) return;
    event.preventDefault();
    atSubmit(form, event.submitter);
  });

  // Signing out forgets everything; what waits goes first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.sign-out") || event.defaultPrevented) return;
    event.preventDefault();
    store.send().finally(() => store.forget().finally(() => form.submit()));
  });

  const form = document.querySelector(FORM);
  if (form) store.keepForm(described(form));
  navigator.serviceWorker.register(settings.dataset.offline);
  window.addEventListener("online", send);
  sayWhatWasAnswered().then(send);
})();
