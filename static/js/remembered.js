// Small choices that this browser keeps.

export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`hairline_${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`hairline_${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing forgets the choice with the page; nothing else is lost.
  }
}

// A switch that is on until it was turned off: `apply` is called now and after each call of the answer.
export function rememberSwitch(name, apply) {
  let on = recall(name, true) !== false;
  apply(on);
  return () => {
    on = !on;
    remember(name, on);
    apply(on);
  };
}
