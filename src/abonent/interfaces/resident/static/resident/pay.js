// The sum while it is being chosen, in the form of paying. What is charged is counted by the server, on the next page.
(() => {
  "use strict";
  const form = document.querySelector("form[data-pay]");
  const place = form && form.querySelector("[data-sum]");
  if (!place) return;
  const total = place.querySelector("[data-total]");
  const besides = place.querySelector("[data-commission]");
  const symbol = form.querySelector(".affix").textContent;

  // Kopecks are whole numbers: no floating point in sums of money. NaN: not an amount.
  const kopecks = (text) => {
    const compact = text.replace(/[\s\u00a0'’]/g, "").replace(",", ".");
    if (!compact) return 0;
    const parts = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(compact);
    return parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : NaN;
  };
  const shown = (sum) => {
    const whole = String(Math.floor(sum / 100)).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
    return `${whole},${String(sum % 100).padStart(2, "0")}\u00a0${symbol}`;
  };

  const chosen = () => [...form.querySelectorAll(".amount-choice > input[name^='what-']:checked")].reduce((sum, input) => {
    if (input.dataset.amount) return sum + kopecks(input.dataset.amount);
    const typed = [...input.parentElement.querySelectorAll(".amount-more input")];
    return typed.reduce((more, field) => more + kopecks(field.value), sum);
  }, 0);

  const commission = (sum) => {
    const method = form.querySelector("input[name=method]:checked") || form.querySelector("input[name=method][type=hidden]");
    if (!method || !sum || !("percent" in method.dataset)) return 0;
    // Thousandths of a percent, so that half up is of whole numbers.
    const percent = Math.round(Number(method.dataset.percent) * 1000);
    let cost = Math.floor((sum * percent * 2 + 100000) / 200000);
    cost = Math.max(cost, kopecks(method.dataset.minimum));
    return "maximum" in method.dataset ? Math.min(cost, kopecks(method.dataset.maximum)) : cost;
  };

  const show = () => {
    const sum = chosen();
    place.hidden = !(sum > 0);
    if (place.hidden) return;
    const cost = commission(sum);
    total.textContent = shown(sum + cost);
    besides.textContent = cost ? besides.dataset.says.replace("{}", shown(cost)) : "";
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
})();
