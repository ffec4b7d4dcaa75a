/** What people drop or choose, as a list of files. */

export interface FoundFile {
  file: File;
  /** With the folders that it was in, such as `plate/A01/cells.tif`. */
  path: string;
}

/** Files that systems leave in folders and nobody means. */
function isLitter(name: string): boolean {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** Of an <input type="file">, with or without `webkitdirectory`. */
export function filesOfInput(input: HTMLInputElement): FoundFile[] {
  return [...(input.files ?? [])]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ file }) => !isLitter(file.name));
}

/** Of a drop, with all files of the folders in it. `folder`: the name of the folder, if one alone was dropped. */
export async function filesOfDrop(transfer: DataTransfer): Promise<{ files: FoundFile[]; folder: string }> {
  // Both must be read before the first await: a DataTransfer is empty afterwards.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === null)) {
    return { files: plain.map((file) => ({ file, path: file.name })), folder: '' };
  }
  const files: FoundFile[] = [];
  for (const entry of entries) if (entry) await collect(entry, '', files);
  const only = entries.length === 1 && entries[0]?.isDirectory ? entries[0].name : '';
  return { files: files.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true })), folder: only };
}

async function collect(entry: FileSystemEntry, prefix: string, into: FoundFile[]): Promise<void> {
  if (isLitter(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    into.push({ file, path: prefix + entry.name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives at most 100 entries a call, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const child of some) await collect(child, `${prefix}${entry.name}/`, into);
  }
}
