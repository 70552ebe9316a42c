// Offers known skills while one is typed and adds them without a new page; everything works without it.
const MOST = 30;

function suggest(picker) {
  const input = picker.querySelector("input[type=text]");
  const list = document.createElement("datalist");
  const template = picker.querySelector("template");
  const picked = picker.querySelector(".picked");
  let asked = "";
  list.id = `${input.id}-known`;
  input.after(list);
  input.setAttribute("list", list.id);

  input.addEventListener("input", async () => {
    const text = input.value.split(",").pop().trim();
    if (text.length < 2 || text === asked) return;
    asked = text;
    try {
      const answer = await fetch(`/skills.json?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || asked !== text) return;
      const { items } = await answer.json();
      list.replaceChildren(...items.map((name) => Object.assign(document.createElement("option"), { value: name })));
    } catch {
      list.replaceChildren();
    }
  });

  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value.trim()) return;
    event.preventDefault();
    add();
  });
  const button = picker.querySelector("button[name=find]");
  button.addEventListener("click", (event) => {
    if (!input.value.trim()) return;
    event.preventDefault();
    add();
    input.focus();
  });
  button.textContent = picker.dataset.add || button.textContent;

  function add() {
    for (const word of input.value.split(",")) {
      const name = word.trim().replace(/\s+/g, " ").slice(0, 100);
      const known = [...picked.querySelectorAll("input[type=hidden]")].map((one) => one.value.toLowerCase());
      if (name && !known.includes(name.toLowerCase()) && picked.children.length < MOST) picked.append(row(name));
    }
    input.value = "";
    asked = "";
  }

  function row(name) {
    const made = template.content.firstElementChild.cloneNode(true);
    const start = `${picker.dataset.skills}-${picked.children.length}-`;
    for (const part of made.querySelectorAll("[name], [id], [for]")) {
      for (const attribute of ["name", "id", "for"]) {
        const value = part.getAttribute(attribute);
        if (value) part.setAttribute(attribute, value.replace(/^.*-NUMBER-/, start));
      }
    }
    made.querySelector("input[type=hidden]").value = name;
    for (const label of made.querySelectorAll("label")) label.textContent = label.textContent.replace("NAME", name);
    return made;
  }
}

document.querySelectorAll("[data-skills]").forEach(suggest);
