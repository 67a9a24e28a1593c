// What was dropped, as a flat list of files: folders are opened, whatever their depth. What could not be opened is named.

const NOT_PHOTOS = /^(\..*|thumbs\.db|desktop\.ini)$/i;

export async function filesOf(transfer) {
  // Entries must be taken before the first wait: the transfer is emptied as soon as the event is over.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return { files: plain.filter(isMeant), unread: [] };
  const [files, unread] = [[], []];
  for (const entry of entries) if (entry) await walk(entry, files, unread);
  return { files: files.filter(isMeant), unread };
}

export const isMeant = (file) => !NOT_PHOTOS.test(file.name);

async function walk(entry, files, unread) {
  try {
    if (entry.isFile) files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else for (const child of await childrenOf(entry)) await walk(child, files, unread);
  } catch {
    unread.push(entry.name);
  }
}

async function childrenOf(folder) {
  const reader = folder.createReader();
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  const children = [];
  // One call gives a hundred entries at most; an empty answer is the end.
  for (let batch = await read(); batch.length; batch = await read()) children.push(...batch);
  return children;
}
