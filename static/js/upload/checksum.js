// SHA-256 of a file in lower-case hexadecimal, or "" where the browser cannot or should not.

// The browser's digest wants the whole file in memory.
const LARGEST = 256e6;
let turn = Promise.resolve();

export function checksum(file) {
  // crypto.subtle exists on secure pages only: https, or this very machine.
  if (!globalThis.crypto?.subtle || file.size > LARGEST) return Promise.resolve("");
  // One file after the other, so that three uploads never hold three photos in memory.
  const mine = turn.then(() => digest(file));
  turn = mine.catch(() => undefined);
  return mine;
}

async function digest(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
