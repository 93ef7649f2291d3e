"use strict";
(() => {
  const tools = document.querySelector(".tools");
  if (!tools) return;
  const search = tools.querySelector("input");
  const buttons = [...tools.querySelectorAll("button")];
  const items = [...document.querySelectorAll("[data-is]")].map((element) => ({
    element,
    is: new Set(element.dataset.is.split(" ")),
    text: null,
  }));
  const lists = [...document.querySelectorAll("[data-list]")];

  // Buttons of one group are alternatives to each other; groups, and every word of the search, must all agree.
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Map();
    for (const button of buttons) {
      if (button.getAttribute("aria-pressed") !== "true") continue;
      const { group, want } = button.dataset;
      groups.set(group, [...(groups.get(group) ?? []), want]);
    }
    for (const item of items) {
      const asked = [...groups].filter(([group]) => item.is.has(group));
      const wanted = asked.every(([, wants]) => wants.some((want) => item.is.has(want)));
      if (words.length > 0) item.text ??= item.element.textContent.toLowerCase();
      item.element.hidden = !(wanted && words.every((word) => item.text.includes(word)));
    }
    for (const list of lists) {
      const all = list.querySelectorAll("[data-is]");
      const shown = [...all].filter((element) => !element.hidden).length;
      const count = document.getElementById(list.dataset.list);
      count.textContent = shown === all.length ? String(all.length) : `${shown} of ${all.length}`;
    }
  };

  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) {
      search.value = "";
      buttons.forEach((button) => button.setAttribute("aria-pressed", "false"));
      filter();
    }
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView({ block: "center" });
  };

  search.addEventListener("input", filter);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  addEventListener("hashchange", open);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  tools.hidden = false;
  filter();
  open();
})();
