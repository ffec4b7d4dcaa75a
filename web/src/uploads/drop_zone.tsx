import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icons';
import { filesOfDrop, filesOfInput, type FoundFile } from './drop';

export type OnFiles = (files: FoundFile[], folder: string) => void;

/** Takes files and folders that are dropped anywhere on the page, and says so while they hang over it. */
export function PageDrop({ text, onFiles }: { text: string; onFiles: OnFiles }): JSX.Element {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const overIt = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void filesOfDrop(event.dataTransfer).then(({ files, folder }) => {
        if (files.length) latest.current(files, folder);
      });
    };
    document.addEventListener('dragenter', enter);
    document.addEventListener('dragleave', leave);
    document.addEventListener('dragover', overIt);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragenter', enter);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('dragover', overIt);
      document.removeEventListener('drop', drop);
    };
  }, []);
  return (
    <div class={`page-drop${over ? ' over' : ''}`} aria-hidden="true">
      <span>
        <Icon name="upload" />
        {text}
      </span>
    </div>
  );
}

interface PickProps {
  children: ComponentChildren;
  class?: string;
  folder?: boolean;
  onFiles: OnFiles;
}

/** A button that opens the system's dialog for files, or for a folder. */
export function PickFiles({ children, class: name = 'button', folder = false, onFiles }: PickProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={name} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden="true"
        data-pick={folder ? 'folder' : 'files'}
        {...(folder
          ? { webkitdirectory: true }
          : { accept: 'image/png,image/jpeg,image/tiff,.png,.jpg,.jpeg,.tif,.tiff' })}
        onChange={(event) => {
          const files = filesOfInput(event.currentTarget);
          const root = folder ? (files[0]?.path.split('/')[0] ?? '') : '';
          if (files.length) onFiles(files, root);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
