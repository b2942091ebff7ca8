import { Field } from './elements.js';

/** A field in which one of some values is chosen; all of them, where none needs to be. */
export function Choice<T extends string>(props: {
  readonly id: string;
  readonly label: string;
  readonly values: readonly T[];
  readonly words?: (value: T) => string;
  readonly chosen: string | undefined;
  readonly isNeeded?: boolean;
}) {
  const { id, label, values, words = (value: T) => value, chosen, isNeeded } = props;
  return (
    <Field id={id} label={label}>
      <select id={id} name={id}>
        {!isNeeded && <option value="">all</option>}
        {values.map((value) => (
          <option key={value} value={value} selected={value === chosen}>
            {words(value)}
          </option>
        ))}
      </select>
    </Field>
  );
}
