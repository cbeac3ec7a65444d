import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { text } from '../../text.js';
import { Dialog } from '../../ui/dialog.js';
import { Faces } from '../../ui/faces.js';
import type { Pile } from './pile.js';

/** The photo that a face is of, with a box about it. */
export function PhotoOfFace({ face, pile, onClose }: { face: number; pile: Pile; onClose: () => void }) {
  const address = useSignal('');
  const size = useSignal<{ width: number; height: number } | undefined>(undefined);
  const piled = pile.faces[face];
  const photo = pile.photos[piled?.photo ?? -1];
  useEffect(() => {
    if (!photo) return;
    const made = URL.createObjectURL(photo.file);
    address.value = made;
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  if (!piled || !photo) return null;
  const image = address.value && (
    <img
      src={address.value}
      alt={photo.name}
      onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => (size.value = { width, height })}
    />
  );
  return (
    <Dialog title={photo.name} onClose={onClose} wide>
      <div class="camera">
        {size.value ? (
          <Faces {...size.value} spots={[{ face: piled, label: text.well.face(1, 1) }]}>
            {image}
          </Faces>
        ) : (
          image
        )}
      </div>
      <div class="actions">
        <button type="button" onClick={onClose}>
          {text.camera.close}
        </button>
      </div>
    </Dialog>
  );
}
