// The members of a crack's organisation, asked for once for each crack.

import { get } from "../post.js";

const known = new Map();

// [{name, words, decides}, …]; nobody where they cannot be asked for now.
export async function peopleOf(address) {
  if (!known.has(address)) {
    try {
      known.set(address, (await get(address)).told.people ?? []);
    } catch {
      return [];
    }
  }
  return known.get(address);
}
