import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** Opens the browser's own choice of files. */
export function FileButton(props: {
  accept: string;
  many?: boolean;
  folder?: boolean;
  primary?: boolean;
  onFiles: (files: File[]) => void;
  children: ComponentChildren;
}) {
  const input = useRef<HTMLInputElement>(null);
  const { accept, many = false, folder = false } = props;
  return (
    <>
      <button type="button" class={props.primary ? 'primary' : ''} onClick={() => input.current?.click()}>
        {props.children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={many}
        {...(folder && { webkitdirectory: true })}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
    </>
  );
}

/** A place where files may be dropped. */
export function DropArea(props: {
  class?: string;
  label?: string;
  onFiles: (files: File[]) => void;
  children: ComponentChildren;
}) {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no label that is not shown
    <div
      class={`${props.class ?? ''}${over ? ' over' : ''}`}
      role="group"
      aria-label={props.label}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={async (event) => {
        event.preventDefault();
        setOver(false);
        const files = await droppedFiles(event.dataTransfer);
        if (files.length > 0) props.onFiles(files);
      }}
    >
      {props.children}
    </div>
  );
}

/** All files that were dropped, those of folders too. */
async function droppedFiles(data: DataTransfer | null): Promise<File[]> {
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...(data?.files ?? [])];
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files; // a folder comes in pieces of a hundred
    files.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}
