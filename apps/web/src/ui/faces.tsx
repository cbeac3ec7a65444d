import type { Face } from 'pocketnet';
import type { ComponentChildren } from 'preact';

interface Spot {
  readonly face: Pick<Face, 'box'>;
  readonly label: string;
  readonly chosen?: boolean;
  readonly note?: ComponentChildren;
}

/** A picture with boxes about its faces; they are buttons where one is to be chosen. */
export function Faces(props: {
  width: number;
  height: number;
  spots: readonly Spot[];
  onChoose?: (index: number) => void;
  children: ComponentChildren;
}) {
  const { width, height, spots, onChoose } = props;
  const fit = { width: `min(100cqw, ${(100 * width) / height}cqh)`, aspectRatio: `${width} / ${height}` };
  return (
    <div class="fit">
      <div class="fitted" style={fit}>
        {props.children}
        {spots.map(({ face: { box }, label, chosen = true, note }, index) => {
          const place = {
            left: `${(100 * box.x) / width}%`,
            top: `${(100 * box.y) / height}%`,
            width: `${(100 * box.width) / width}%`,
            height: `${(100 * box.height) / height}%`,
          };
          const classes = `face${chosen ? ' chosen' : ''}`;
          return onChoose ? (
            <button
              type="button"
              key={index}
              class={classes}
              style={place}
              aria-label={label}
              aria-pressed={chosen}
              onClick={() => onChoose(index)}
            />
          ) : (
            <div key={index} class={classes} style={place}>
              {note}
            </div>
          );
        })}
      </div>
    </div>
  );
}
