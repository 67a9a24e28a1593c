// "@" in a comment offers the members: arrows choose, Enter or Tab takes, Escape leaves the text as it is.

import { peopleOf } from "./people.js";

const MOST = 6;
const BEGUN = /(?:^|[^\w.@+-])@([\w.@+-]*)$/;
let popup = null;

document.addEventListener("input", (event) => {
  if (event.target.matches?.("textarea[data-people]")) suggest(event.target);
});
document.addEventListener("keydown", (event) => popup?.field === event.target && pressed(event), true);
document.addEventListener("focusout", (event) => popup?.field === event.target && close());

function begun(field) {
  return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;
}

async function suggest(field) {
  if (begun(field) === null) return close();
  const people = await peopleOf(field.dataset.people);
  const start = begun(field)?.toLowerCase();
  if (start === undefined || document.activeElement !== field) return close();
  const fitting = people.filter(({ name, words }) =>
    [name, ...words.split(" ")].some((word) => word.toLowerCase().startsWith(start))).slice(0, MOST);
  return fitting.length ? show(field, fitting) : close();
}

function show(field, people) {
  close();
  const list = document.createElement("ul");
  Object.assign(list, { id: "mention-list", className: "mentions" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Members"));
  people.forEach(({ name, words }, place) => {
    const option = list.appendChild(document.createElement("li"));
    option.id = `mention-${place}`;
    option.setAttribute("role", "option");
    option.append(bold(`@${name}`), ` ${words}`);
    // Before the field loses the focus.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(place);
    });
  });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  popup = { field, list, people };
  choose(0);
}

function bold(text) {
  const mark = document.createElement("b");
  mark.textContent = text;
  return mark;
}

function choose(place) {
  const { field, list } = popup;
  popup.place = (place + list.children.length) % list.children.length;
  [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === popup.place)));
  field.setAttribute("aria-activedescendant", list.children[popup.place].id);
}

function pressed(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) choose(popup.place + steps[event.key]);
  else if (event.key === "Enter" || event.key === "Tab") take(popup.place);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(place) {
  const { field, people } = popup;
  const end = field.selectionStart;
  const start = end - begun(field).length;
  field.setRangeText(`${people[place].name} `, start, end, "end");
  close();
  field.focus();
}

function close() {
  if (!popup) return;
  popup.list.remove();
  for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) popup.field.removeAttribute(name);
  popup = null;
}
