// Pictures that did not come are fetched again: when the line is back, and every few seconds until then.

const AGAIN_MS = 4000;
const missing = new Set();
let timer = null;

// `told` hears whether it is there, each time that this changes.
export function load(picture, address, told) {
  picture.addEventListener("load", () => {
    missing.delete(picture);
    told(true);
  });
  picture.addEventListener("error", () => {
    missing.add(picture);
    told(false);
    timer ??= setTimeout(again, AGAIN_MS);
  });
  picture.src = address;
}

function again() {
  clearTimeout(timer);
  timer = null;
  for (const picture of missing) {
    missing.delete(picture);
    // The same address set anew is fetched anew.
    if (picture.isConnected) picture.src = picture.getAttribute("src");
  }
}

addEventListener("online", again);
