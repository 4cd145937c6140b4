// What a page looks like to axe, for tests/plugins/axe.py: its outline, the kinds of its elements, and the
// paints of its words. The first element of each kind and paint is kept in the page, to be asked about.
() => {
  const KEPT = new Set([
    "accesskey", "autocomplete", "class", "colspan", "dir", "disabled", "hidden", "inputmode", "multiple", "open",
    "readonly", "required", "role", "rowspan", "scope", "tabindex", "type",
  ]);
  const OTHERS = new Set(["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "for"]);
  const LISTS = new Set(["TBODY", "UL", "OL", "DL", "SELECT", "DATALIST", "svg", "g"]);
  const SAID = new Set(["aria-label", "alt", "title", "id", "name"]);
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const screen = `${innerWidth < 640 ? "narrow" : "wide"} ${document.documentElement.dataset.size} `;

  // How often each label, id or name is given: twins are a mistake, whatever they say.
  const given = new Map();
  for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      if (SAID.has(name)) given.set(name + value, (given.get(name + value) || 0) + 1);
    }
  }

  const attribute = (one, { name, value }) => {
    if (KEPT.has(name)) return `${name}=${value}`;
    if (OTHERS.has(name)) return `${name}=${value.split(/\s+/).map((id) => !!document.getElementById(id))}`;
    if (SAID.has(name)) {
      const again = name !== "name" && given.get(name + value) > 1;
      return `${name}=${!!value.trim()}${again}${value.trim() === one.parentElement?.textContent.trim()}`;
    }
    if (name === "href") return `href=${value[0] === "#" ? !!document.getElementById(value.slice(1)) : !!value}`;
    if (name === "content") return one.name === "viewport" ? value : "";
    return name.startsWith("aria-") && /^[a-z]+$/.test(value) ? `${name}=${value}` : name;
  };

  // An element by itself: what it is, and whether words are in it and below it.
  const head = (one) => {
    const said = `${says(one) ? "…" : ""}${one.textContent.trim() ? "+" : ""}${one.labels?.length || ""}`;
    return `<${one.tagName} ${[...one.attributes].map((each) => attribute(one, each)).sort().join(" ")}>${said}`;
  };

  const brief = (one, all) =>
    LISTS.has(one.tagName) ? [...new Set(all)] : all.filter((each, place) => each !== all[place - 1]);

  const isShown = (one) => !document.body.contains(one) || one.checkVisibility();
  window.kindsForAxe = new Map();
  const sort = (one, path) => {
    if (["SCRIPT", "STYLE", "LINK"].includes(one.tagName) || !isShown(one)) return;
    const kind = `${screen}${path}${head(one)}${brief(one, [...one.children].map(head)).join("")}`;
    if (!window.kindsForAxe.has(kind)) window.kindsForAxe.set(kind, one);
    for (const child of one.children) sort(child, `${path}${one.tagName}${one.getAttribute("role") || ""}>`);
  };
  sort(document.documentElement, "");

  const MARKS = "header, nav, main, aside, footer, section, [role]";
  const marks = `h1, h2, h3, h4, h5, h6, ${MARKS}, [accesskey], body *:not(:is(${MARKS}) *)`;
  const outline = [document.documentElement, ...document.querySelectorAll(`head > *, ${marks}`)].filter(isShown);
  const twins = [...document.querySelectorAll("[id]")].some(({ id }) => given.get(`id${id}`) > 1);

  const styles = new Map();
  const style = (one) => {
    if (!styles.has(one)) styles.set(one, getComputedStyle(one));
    return styles.get(one);
  };

  const grounds = (from) => {
    const found = [];
    for (let one = from; one; one = one.parentElement) {
      const { backgroundColor, backgroundImage, opacity, position } = style(one);
      const clear = /^rgba\(.*, 0\)$/.test(backgroundColor);
      if (!clear) found.push(backgroundColor);
      if (backgroundImage !== "none") found.push("image", one.className);
      if (opacity !== "1") found.push(opacity);
      if (!clear && !/^rgba|\//.test(backgroundColor) && backgroundImage === "none") break;
      if (position === "absolute" || position === "fixed" || position === "sticky") found.push(one.className);
    }
    return found;
  };

  const paint = (one) => {
    const { color, fontSize, fontWeight, textShadow } = style(one);
    const size = parseFloat(fontSize);
    const large = size >= 24 || (size >= 18.66 && fontWeight >= 700);
    const off = one.matches(":disabled, [aria-disabled=true], [aria-disabled=true] *, fieldset:disabled *");
    const why = [one.tagName, one.getAttribute("class"), color, large, textShadow, off || !!one.control?.disabled];
    return [...why, ...grounds(one)].join("|");
  };

  // Words for screen readers alone stand beyond the edge, or in a dot.
  const isOnPage = (one) => {
    const { width, height, right, bottom } = one.getBoundingClientRect();
    return width > 1 && height > 1 && right + scrollX > 0 && bottom + scrollY > 0;
  };

  window.paintsForAxe = new Map();
  for (const one of document.body.querySelectorAll("*")) {
    if (!says(one) && !one.matches(FIELDS)) continue;
    if (!one.checkVisibility({ visibilityProperty: true }) || !isOnPage(one)) continue;
    const name = paint(one);
    if (!window.paintsForAxe.has(name)) window.paintsForAxe.set(name, one);
  }
  return {
    outline: `${screen}${twins}${brief(document.body, outline.map(head)).join("")}`,
    kinds: [...window.kindsForAxe.keys()],
    paints: [...window.paintsForAxe.keys()],
  };
}
