import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../text.js';
import { Dialog } from './dialog.js';

/** The camera's stream, while the element is shown; and why there is none. */
export function useCamera(): { video: { current: HTMLVideoElement | null }; running: boolean; problem: string } {
  const video = useRef<HTMLVideoElement>(null);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    const start = async (): Promise<void> => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
        });
        if (gone) return stop();
        const element = video.current;
        if (!element) return stop();
        element.srcObject = stream;
        await element.play();
        setRunning(true);
      } catch (cause) {
        if (!gone) setProblem((cause as Error).name === 'NotFoundError' ? text.camera.missing : text.camera.refused);
      }
    };
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    void start();
    return () => {
      gone = true;
      stop();
    };
  }, []);
  return { video, running, problem };
}

/** Takes pictures until it is closed, or one. */
export function CameraDialog(props: { onShot: (picture: Blob) => void; onClose: () => void; once?: boolean }) {
  const { video, running, problem } = useCamera();
  const shoot = async (): Promise<void> => {
    const source = video.current;
    if (!source) return;
    const canvas = new OffscreenCanvas(source.videoWidth, source.videoHeight);
    canvas.getContext('2d')?.drawImage(source, 0, 0);
    props.onShot(await canvas.convertToBlob({ type: 'image/png' }));
    if (props.once) props.onClose();
  };
  return (
    <Dialog title={text.camera.title} onClose={props.onClose} wide>
      <div class="camera">
        <video ref={video} playsInline muted />
        {!running && <p>{problem || text.camera.starting}</p>}
      </div>
      <div class="actions">
        <button type="button" class="primary" disabled={!running} onClick={shoot}>
          {text.camera.shoot}
        </button>
        <button type="button" onClick={props.onClose}>
          {text.camera.close}
        </button>
      </div>
    </Dialog>
  );
}
