// The page that stands in for every other one while there is no network: the meters of the accounts whose forms
// this device has shown, and what waits to be sent.
(() => {
  "use strict";
  const store = self.offlineReadings;
  const place = document.getElementById("offline-forms");
  const words = place.dataset;
  const today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  };
  const made = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const field = (each) => {
    const hint = each.previous ? [made("p", { class: "hint", id: `${each.name}-hint` }, `${words.previous} ${each.previous.replace(".", ",")}`)] : [];
    return made("div", { class: "field" },
      made("label", { for: each.name }, each.label), ...hint,
      made("input", { id: each.name, name: each.name, type: "text", inputmode: "decimal", autocomplete: "off",
        ...(hint.length ? { "aria-describedby": `${each.name}-hint` } : {}) }));
  };

  const typed = (form) => [...new FormData(form)].some(([name, value]) => name.startsWith("reading-") && value.trim());

  const keep = async (form, kept) => {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const fields = [...new FormData(form), ["key", key], ["seen", kept.seen], ["taken_on", today()]];
    await store.keep({ key, action: kept.action, fields });
    const ready = await navigator.serviceWorker.ready;
    if (ready.sync) await ready.sync.register("readings").catch(() => {});
    form.replaceWith(made("p", { class: "notice notice-success", role: "status" }, words.kept));
  };

  const drawn = (kept) => {
    const form = made("form", { class: "panel", id: `offline-${kept.account}` }, made("h2", {}, kept.label));
    for (const meter of kept.meters)
      if (meter.fields.length) form.append(made("fieldset", {}, made("legend", {}, meter.title), ...meter.fields.map(field)));
    form.append(made("button", { class: "button primary", type: "submit" }, words.save));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (typed(form)) keep(form, kept);
      else form.querySelector("input").focus();
    });
    return form;
  };

  const draw = async () => {
    const [forms, waiting] = [await store.forms(), await store.waiting()];
    const actions = new Set(waiting.map((entry) => entry.action));
    place.replaceChildren(...forms.map((kept) =>
      actions.has(kept.action) ? made("p", { class: "notice notice-success", role: "status" }, `${kept.label}: ${words.kept}`) : drawn(kept)));
    document.getElementById("offline-none").hidden = forms.length > 0;
  };

  // A browser says "online" before the way is open, and says it once; what is half typed is not thrown away.
  const later = () => setTimeout(comeBack, 2000);
  const comeBack = () => {
    if ([...place.querySelectorAll("form")].some(typed)) later();
    else fetch("/", { method: "HEAD", redirect: "manual" }).then(() => location.reload(), later);
  };

  draw();
  window.addEventListener("online", comeBack, { once: true });
  if (navigator.onLine) later();
})();
