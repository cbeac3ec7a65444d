import { useSignal } from '@preact/signals';
import { text } from '../../text.js';
import { CameraDialog } from '../../ui/camera.js';
import { Faces } from '../../ui/faces.js';
import { DropArea, FileButton } from '../../ui/files.js';
import type { Side } from './state.js';

/** A place for one photo: dropped, chosen or taken; its faces are boxed, and one of them is chosen. */
export function PhotoWell({ side, label }: { side: Side; label: string }) {
  const camera = useSignal(false);
  const photo = side.photo.value;
  const take = ([file]: File[]): void => {
    if (file) void side.take(file, file.name);
  };
  return (
    <DropArea class={`well${photo ? ' filled' : ''}`} label={label} onFiles={take}>
      {photo ? (
        <Faces
          width={photo.width}
          height={photo.height}
          spots={photo.faces.map(({ face }, index) => ({
            ...{ face, label: text.well.face(index + 1, photo.faces.length) },
            chosen: index === side.chosen.value,
          }))}
          onChoose={(index) => {
            side.chosen.value = index;
          }}
        >
          <img src={photo.address} alt={photo.name} />
        </Faces>
      ) : (
        <div class="invitation">
          <p class="big">{text.well.empty}</p>
          <p>{text.well.emptyHint}</p>
          <div class="actions">
            <FileButton accept="image/*" onFiles={take}>
              {text.well.file}
            </FileButton>
            <button
              type="button"
              onClick={() => {
                camera.value = true;
              }}
            >
              {text.well.camera}
            </button>
          </div>
        </div>
      )}
      <p class="status">
        {side.busy.value ? (
          text.well.looking
        ) : side.problem.value ? (
          <span class="problem">{side.problem.value}</span>
        ) : photo ? (
          text.well.faces(photo.faces.length)
        ) : (
          ''
        )}
        {photo && (
          <button type="button" class="quiet" onClick={() => side.clear()}>
            {text.well.remove}
          </button>
        )}
      </p>
      {camera.value && (
        <CameraDialog
          once
          onShot={(picture) => void side.take(picture, text.camera.title)}
          onClose={() => {
            camera.value = false;
          }}
        />
      )}
    </DropArea>
  );
}
