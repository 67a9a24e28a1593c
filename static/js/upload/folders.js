// What was dropped, as a flat list of files: folders are opened, whatever their depth.

const NOT_PHOTOS = /^(\..*|thumbs\.db|desktop\.ini)$/i;

export async function filesOf(transfer) {
  // Entries must be taken before the first wait: the transfer is emptied as soon as the event is over.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain.filter(isMeant);
  const files = [];
  for (const entry of entries) if (entry) await walk(entry, files);
  return files.filter(isMeant);
}

export const isMeant = (file) => !NOT_PHOTOS.test(file.name);

async function walk(entry, files) {
  if (entry.isFile) {
    files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  const read = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  // One call gives a hundred entries at most; an empty answer is the end.
  for (let batch = await read(); batch.length; batch = await read()) {
    for (const child of batch) await walk(child, files);
  }
}
